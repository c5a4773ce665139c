// When what is to be seen and heard: the playhead, a clock of the media that runs a little behind what comes in.
//
// How far behind is what lately came latest, of pictures and of sound, and no more: it grows by playing slower while
// something is about to come too late, jumps where the picture stood still, and shrinks by playing a little faster in
// calm, or by leaving out where there is far too much. Pure: all times are the caller's. `Ms` are of performance.now(),
// `mediaMs` of manifest time.

import { RecentPeak } from "./peak.js";

/**
 * @typedef {object} PlayheadRules
 * @property {number} startMarginMs     spare of the first pictures, before it is known how regularly they come
 * @property {number} soundAfterMs      how much later than pictures sound is thought to come, before it is known
 * @property {number} soundLagMs        how far behind the pictures sound may be heard, so that pictures wait less
 * @property {number} soundMostMs       sound that needs longer than that is not waited for at all
 * @property {number} windowMs          how long a late one is remembered
 * @property {number} skipMs            more than that too much is left out instead of being played faster
 * @property {number} standMs           a picture that comes so late makes the clock stand
 * @property {number} fastest           playback rate
 * @property {number} slowest
 */

/** @type {Readonly<PlayheadRules>} */
export const playheadRules = Object.freeze({
  startMarginMs: 20,
  soundAfterMs: 30,
  soundLagMs: 25,
  soundMostMs: 1000,
  windowMs: 8000,
  skipMs: 400,
  standMs: 120,
  fastest: 1.1,
  slowest: 0.9,
});

const sliceMs = 500;
/** The first pictures of a begin may come in one burst, and the newest of them tells where live is. */
const settlingPictures = 6;
const settlingSkipMs = 70;
/** After so many it is known how regularly pictures come, and whether there is sound at all. */
const knownPictures = 50;
/** So near is near enough: no need to change the rate. */
const calmMs = 8;
const shortMs = 2;
/** Too much is given back within about so many milliseconds, too little is made up faster. */
const shrinkOverMs = 1500;
const growOverMs = 300;
/** Sound that comes late is heard as a click: all but a rare moment is waited for, but of such a moment no more. */
const soundRareMs = 25;

export class Playhead {
  #rules;
  /** Playback runs from here: at `ms`, `mediaMs` is due. null: the first picture stands. */
  #anchor = /** @type {{ms: number, mediaMs: number} | null} */ (null);
  #rate = 1;
  #pictures;
  #sounds;
  #counted = 0;
  #hasSound = false;
  /** How much later sound comes than pictures: it is learnt, and holds for the next channel too. */
  #soundAfterMs;
  /** Delay asked for from outside, -Infinity: none. */
  #leastDelayMs = -Infinity;

  /** @param {Partial<PlayheadRules>} [rules] */
  constructor(rules = {}) {
    this.#rules = { ...playheadRules, ...rules };
    this.#pictures = new RecentPeak(this.#rules.windowMs, sliceMs);
    this.#sounds = new RecentPeak(this.#rules.windowMs, sliceMs);
    this.#soundAfterMs = this.#rules.soundAfterMs;
  }

  /** False until the second picture of a begin is there. */
  get running() {
    return this.#anchor !== null;
  }

  get rate() {
    return this.#anchor ? this.#rate : 1;
  }

  /**
   * A new timeline: its first picture is to be shown at once, the clock starts with the second.
   * @param {boolean} hasSound
   */
  begin(hasSound) {
    this.#anchor = null;
    this.#rate = 1;
    this.#pictures.clear();
    this.#sounds.clear();
    this.#counted = 0;
    this.#hasSound = hasSound;
    this.#leastDelayMs = -Infinity;
  }

  /**
   * A picture behind the first is ready and could be on screen at earliestMs.
   * @param {number} mediaMs
   * @param {number} earliestMs
   * @param {number} nowMs
   */
  picture(mediaMs, earliestMs, nowMs) {
    const delayMs = earliestMs - mediaMs;
    this.#counted++;
    this.#pictures.add(nowMs, delayMs);
    if (!this.#anchor) {
      this.#moveTo(nowMs, this.#target(nowMs, delayMs));
      return;
    }
    const tooMuch = this.delayMs(nowMs) - this.#target(nowMs, delayMs);
    if (this.dueMs(mediaMs) < earliestMs - this.#rules.standMs) {
      // The picture stood for so long that it goes on from here.
      this.#moveTo(nowMs, delayMs);
      this.#rate = 1;
    } else if (tooMuch > settlingSkipMs && this.#counted <= settlingPictures) {
      this.#moveTo(nowMs, this.delayMs(nowMs) - tooMuch);
      this.#pictures.clear();
      this.#pictures.add(nowMs, delayMs);
    }
  }

  /**
   * Sound is ready and could be heard at earliestMs.
   * @param {number} mediaMs
   * @param {number} earliestMs
   * @param {number} nowMs
   */
  sound(mediaMs, earliestMs, nowMs) {
    this.#sounds.add(nowMs, earliestMs - mediaMs);
  }

  /**
   * Not sooner than that behind the media, whatever comes in: a latency that was asked for.
   * @param {number} delayMs  -Infinity: as soon as it goes
   */
  leastDelay(delayMs) {
    this.#leastDelayMs = delayMs;
  }

  /**
   * How far the playhead is behind: what is due at nowMs has the media time nowMs - delayMs.
   * @param {number} nowMs
   */
  delayMs(nowMs) {
    return nowMs - this.mediaMs(nowMs);
  }

  /**
   * @param {number} nowMs
   * @returns {number} NaN: not running
   */
  mediaMs(nowMs) {
    return this.#anchor ? this.#anchor.mediaMs + (nowMs - this.#anchor.ms) * this.#rate : NaN;
  }

  /**
   * @param {number} mediaMs
   * @returns {number} NaN: not running
   */
  dueMs(mediaMs) {
    return this.#anchor ? this.#anchor.ms + (mediaMs - this.#anchor.mediaMs) / this.#rate : NaN;
  }

  /**
   * How far behind pictures and sound would have to be, each for itself; -Infinity: there are none.
   * @param {number} nowMs
   */
  needs(nowMs) {
    return { pictureMs: this.#pictures.usual(nowMs), soundMs: this.#soundNeedMs(nowMs) };
  }

  /**
   * How much later than its time sound is to be heard, so that pictures need not wait for all of it.
   * @param {number} nowMs
   */
  soundLagMs(nowMs) {
    const shortBy = this.#soundNeedMs(nowMs) - this.delayMs(nowMs);
    return Math.min(Math.max(shortBy, 0), this.#rules.soundLagMs) || 0;
  }

  /**
   * Looks at what has come lately and sets the rate. Calls a few times a second are enough.
   * @param {number} nowMs
   */
  advance(nowMs) {
    if (!this.#anchor || this.#counted < 2) return;
    this.#anchor = { ms: nowMs, mediaMs: this.mediaMs(nowMs) };
    const usual = this.#pictures.usual(nowMs);
    if (usual === -Infinity) {
      this.#rate = 1;
      return;
    }
    const targetMs = this.#target(nowMs, usual);
    const tooMuch = this.delayMs(nowMs) - targetMs;
    if (tooMuch > this.#rules.skipMs) {
      this.#moveTo(nowMs, targetMs);
      this.#rate = 1;
    } else if (tooMuch > calmMs) {
      this.#rate = Math.min(1 + (tooMuch - calmMs) / shrinkOverMs, this.#rules.fastest);
    } else if (tooMuch < -shortMs) {
      this.#rate = Math.max(1 + (tooMuch + shortMs) / growOverMs, this.#rules.slowest);
    } else {
      this.#rate = 1;
    }
    this.#learn(nowMs, usual);
  }

  /**
   * How far behind to be.
   * @param {number} nowMs
   * @param {number} pictureMs  for the pictures
   */
  #target(nowMs, pictureMs) {
    const knownBy = Math.min(this.#counted / knownPictures, 1);
    const marginMs = this.#rules.startMarginMs * (1 - knownBy);
    let soundMs = this.#soundNeedMs(nowMs) - this.#rules.soundLagMs;
    if (soundMs === -Infinity && this.#hasSound && knownBy < 1) soundMs = pictureMs + this.#soundAfterMs;
    if (soundMs > pictureMs + this.#rules.soundMostMs) soundMs = -Infinity;
    return Math.max(pictureMs + marginMs, soundMs, this.#leastDelayMs);
  }

  /**
   * @param {number} nowMs
   * @returns {number} -Infinity: there is no sound
   */
  #soundNeedMs(nowMs) {
    return Math.min(this.#sounds.highest(nowMs), this.#sounds.usual(nowMs) + soundRareMs);
  }

  /**
   * @param {number} nowMs
   * @param {number} delayMs
   */
  #moveTo(nowMs, delayMs) {
    this.#anchor = { ms: nowMs, mediaMs: nowMs - delayMs };
  }

  /**
   * @param {number} nowMs
   * @param {number} usual
   */
  #learn(nowMs, usual) {
    const soundMs = this.#soundNeedMs(nowMs);
    if (soundMs === -Infinity || this.#counted <= settlingPictures) return;
    const afterMs = Math.max(soundMs - this.#rules.soundLagMs - usual, 0);
    if (afterMs <= this.#rules.soundMostMs) this.#soundAfterMs = afterMs;
  }
}

/**
 * Which of the waiting pictures, in order, to put on screen now.
 *
 * Each is shown for at least one refresh of the screen, so that a short hiccup loses none: what is late catches up
 * refresh by refresh. Only where more than `backlog` wait that are all due, the oldest are left out.
 * @param {number[]} dueMs     when each is due
 * @param {number} byMs        what is due until then goes on screen
 * @param {number} backlog     0 or more
 * @returns {number} index, -1: none yet
 */
export function pictureToShow(dueMs, byMs, backlog) {
  let due = 0;
  while (due < dueMs.length && dueMs[due] <= byMs) due++;
  return due === 0 ? -1 : Math.max(0, due - 1 - backlog);
}

/**
 * Where a decoded picture goes among those that wait, in order of time. Where two rungs overlap, what was handed over
 * later counts: the others from its time on give way.
 * @param {readonly {order: number, mediaMs: number}[]} waiting
 * @param {{order: number, mediaMs: number}} picture
 * @returns {{from: number, to: number} | null} what it replaces; null: it has been replaced itself
 */
export function placeFor(waiting, { order, mediaMs }) {
  let to = waiting.length;
  while (to > 0 && waiting[to - 1].order > order) to--;
  if (to < waiting.length && waiting[to].mediaMs <= mediaMs) return null;
  let from = to;
  while (from > 0 && waiting[from - 1].mediaMs >= mediaMs) from--;
  return { from, to };
}
