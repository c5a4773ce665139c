// Changes of channel and of quality, from when they were asked for to the picture on screen. Pure.

/**
 * @typedef {import("../types.js").Timing} Timing
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./events.js").Anatomy} Anatomy
 */

/** @typedef {{url: string, atMs: number, first: boolean}} Asked */
/** @typedef {{track: Track, from: Track | null, decidedMs: number}} Switch */
/** @typedef {{track: Track, sequence: number, shownMs: number, decodedMs: number, first: boolean}} Picture */

const SWITCHES_KEPT = 8;

export class Changes {
  /** The zap whose picture isn't there yet. @type {Asked | null} */
  #asked = null;
  /** The one whose clock does not run yet. @type {Asked | null} */
  #shown = null;
  /** The timeline that plays is of what was asked for. */
  #begun = false;
  /** @type {Timing | null} */
  #timing = null;
  /** Switches whose picture isn't there yet. @type {Switch[]} */
  #switches = [];
  /** @type {Picture | null} */
  #last = null;

  /** Whether a channel was asked for and is not shown yet. */
  get zaps() {
    return this.#asked !== null;
  }

  /** @param {Asked} asked */
  ask(asked) {
    this.#asked = asked;
    this.#begun = false;
    this.#shown = null;
    this.#timing = null;
    this.#switches = [];
    this.#last = null;
  }

  /** @param {Timing} timing  of the packet of a join's picture */
  packet(timing) {
    if (this.#asked) this.#timing = timing;
  }

  /** A timeline of its own has begun: pictures of before are of the past. */
  begin() {
    this.#begun = true;
    this.#switches = [];
    this.#last = null;
  }

  /**
   * The session has gone over to another track.
   * @param {Switch} change
   */
  switched(change) {
    this.#switches.push(change);
    if (this.#switches.length > SWITCHES_KEPT) this.#switches.shift();
  }

  /**
   * A picture is on screen: what that ends.
   * @param {Picture} picture
   * @returns {{zapped: {asked: Asked, zapMs: number, packetBytes: number, anatomy: Anatomy} | null,
   *   switched: {change: Switch, switchMs: number, gapMs: number} | null}}
   */
  picture(picture) {
    const zapped = this.#zapped(picture);
    const last = this.#last;
    this.#last = picture;
    const at = this.#switches.findIndex(({ track }) => track === picture.track);
    if (at < 0 || last?.track === picture.track) return { zapped, switched: null };
    const change = this.#switches[at];
    this.#switches.splice(0, at + 1);
    const { value, scale } = picture.track.frameRate;
    const dueMs = last ? last.shownMs + ((picture.sequence - last.sequence) * 1000 * scale) / value : picture.shownMs;
    const gapMs = Math.max(0, picture.shownMs - dueMs);
    return { zapped, switched: { change, switchMs: picture.shownMs - change.decidedMs, gapMs } };
  }

  /**
   * The clock runs.
   * @param {number} atMs
   * @returns {number | null} since it was asked for, milliseconds; null: nothing was
   */
  running(atMs) {
    const asked = this.#shown;
    this.#shown = null;
    return asked ? atMs - asked.atMs : null;
  }

  /** @param {Picture} picture */
  #zapped({ shownMs, decodedMs, first }) {
    const asked = this.#asked;
    // Pictures of the channel before may still come.
    if (!asked || !this.#begun || !first) return null;
    const timing = this.#timing;
    this.#asked = null;
    this.#shown = asked;
    const anatomy = {
      requestMs: (timing?.requestMs ?? NaN) - asked.atMs,
      firstByteMs: (timing?.firstByteMs ?? NaN) - asked.atMs,
      packetMs: (timing?.endMs ?? NaN) - asked.atMs,
      decodedMs: decodedMs - asked.atMs,
      shownMs: shownMs - asked.atMs,
    };
    return { asked, zapMs: anatomy.shownMs, packetBytes: timing?.bytes ?? 0, anatomy };
  }
}
