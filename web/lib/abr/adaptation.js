// A viewer's choice of quality: what comes in is told to the rule and to the estimator of the link, and the rule is
// asked when there is something new. Each packet is a burst, all of which is there at once: a clean sample. Frames are
// told by the stretch, as limited by the origin unless most of them queued. The estimator goes on from channel to
// channel, the rule does as long as the ladder stays the same.

import { Estimator } from "./estimator.js";
import { Queueing } from "./queueing.js";
import { BurstRule } from "./rule.js";

/** @typedef {import("../types.js").Timing} Timing */

const STRETCH_MS = 500;
/** A stretch whose frames queue is told sooner. */
const ALARM_MS = 200;
/** What part of a stretch's frames has to queue. */
const QUEUEING_PART = 0.75;

/**
 * What comes within so little time was read at once by a page that had other things to do, or its clock is too coarse
 * to tell: the link carries at least what that comes to.
 */
const READ_AT_ONCE_MS = 5;

/** @typedef {{beganMs: number, index: number, frames: number, late: number, bytes: number, mediaMs: number}} Stretch */

/**
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function isSame(a, b) {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Nothing in it reads a clock: nowMs never goes back. Levels are indices of the ladder, lowest first. */
export class Adaptation {
  #estimator;
  /** Bits a second of each level, with the sound's. @type {readonly number[]} */
  #ladder = [];
  #rule = new BurstRule([0]);
  #queueing = new Queueing();
  /** @type {Stretch | null} */
  #stretch = null;
  #wanted = 0;
  #hasNews = false;

  /** @param {{startupBps?: number}} [options]  what to believe of the link until something is known; 0: nothing */
  constructor({ startupBps = 0 } = {}) {
    this.#estimator = new Estimator(startupBps);
  }

  /** What the link is believed to carry; 0: nothing is known. */
  get throughputBps() {
    return this.#estimator.throughputBps;
  }

  /** From a request to its first byte; 0: nothing is known. */
  get roundTripMs() {
    return this.#estimator.roundTripMs;
  }

  /** The level that was said last. */
  get wanted() {
    return this.#wanted;
  }

  /**
   * A join or a zap begins: gives the level to join on. What was coming of the channel before is of no account.
   * @param {number} nowMs
   * @param {readonly number[]} bandwidthsBps  of the levels, rising; one or more
   * @param {number} [soundBps]                of the sound beside them
   */
  join(nowMs, bandwidthsBps, soundBps = 0) {
    if (!this.#learn(bandwidthsBps, soundBps)) {
      this.#rule.seek();
    }
    this.#queueing = new Queueing();
    this.#wanted = this.#rule.first(nowMs, this.throughputBps);
    return this.#wanted;
  }

  /**
   * Another Presentation is followed, on that level: with another ladder the rule begins anew.
   * @param {number} nowMs
   * @param {readonly number[]} bandwidthsBps
   * @param {number} soundBps
   * @param {number} index
   */
  follow(nowMs, bandwidthsBps, soundBps, index) {
    this.#learn(bandwidthsBps, soundBps);
    this.take(nowMs, index);
  }

  /**
   * That level is played from now on, by somebody else's choice.
   * @param {number} nowMs
   * @param {number} index
   */
  take(nowMs, index) {
    this.#rule.take(nowMs, index);
    this.#wanted = index;
  }

  /**
   * The change to the level that was said last has failed; that one plays on. The next try comes later.
   * @param {number} nowMs
   * @param {number} index
   */
  failed(nowMs, index) {
    this.#rule.fail(nowMs, index);
    this.#wanted = index;
  }

  /**
   * A packet of a picture has come.
   * @param {number} nowMs
   * @param {number} index   its level
   * @param {Timing} timing
   */
  packet(nowMs, index, timing) {
    const firstMs = Math.max(timing.firstByteMs, timing.requestMs);
    const tookMs = timing.endMs - firstMs;
    this.#tell(nowMs, {
      index,
      bytes: timing.bytes,
      mediaMs: 0,
      transferMs: Math.max(tookMs, READ_AT_ONCE_MS),
      appLimited: tookMs < READ_AT_ONCE_MS,
      roundTripMs: timing.held ? NaN : firstMs - timing.requestMs,
    });
  }

  /**
   * A frame of a picture's continuation has come.
   * @param {number} nowMs
   * @param {number} index
   * @param {number} bytes
   * @param {number} captureUtcMs   NaN: not told
   * @param {number} durationMs
   */
  frame(nowMs, index, bytes, captureUtcMs, durationMs) {
    const stretch = this.#stretch?.index === index ? this.#stretch : this.#begin(nowMs, index);
    stretch.frames++;
    stretch.late += Number(this.#queueing.isLate(nowMs, captureUtcMs, durationMs));
    stretch.bytes += bytes;
    stretch.mediaMs += durationMs;
    const tookMs = nowMs - stretch.beganMs;
    const queues = stretch.late >= stretch.frames * QUEUEING_PART;
    if (tookMs < ALARM_MS || (tookMs < STRETCH_MS && !queues)) {
      return;
    }
    this.#begin(nowMs, index);
    const { bytes: all, mediaMs } = stretch;
    this.#tell(nowMs, { index, bytes: all, mediaMs, transferMs: tookMs, appLimited: !queues, roundTripMs: NaN });
  }

  /**
   * Sound has come, over the same link.
   * @param {number} bytes
   */
  sound(bytes) {
    if (this.#stretch) {
      this.#stretch.bytes += bytes;
    }
  }

  /**
   * The level to change to, null: none. Cheap where nothing is new.
   * @param {number} nowMs
   */
  choose(nowMs) {
    if (!this.#hasNews) {
      return null;
    }
    this.#hasNews = false;
    const level = this.#rule.choose(nowMs, this.throughputBps);
    if (level === this.#wanted) {
      return null;
    }
    this.#wanted = level;
    return level;
  }

  /**
   * Whether that is another ladder than before.
   * @param {readonly number[]} bandwidthsBps
   * @param {number} soundBps
   */
  #learn(bandwidthsBps, soundBps) {
    const ladder = bandwidthsBps.map((bps) => bps + soundBps);
    this.#stretch = null;
    this.#hasNews = false;
    if (isSame(ladder, this.#ladder)) {
      return false;
    }
    this.#ladder = ladder;
    this.#rule = new BurstRule(ladder);
    return true;
  }

  /**
   * @param {number} nowMs
   * @param {number} index
   * @returns {Stretch}
   */
  #begin(nowMs, index) {
    this.#stretch = { beganMs: nowMs, index, frames: 0, late: 0, bytes: 0, mediaMs: 0 };
    return this.#stretch;
  }

  /**
   * The rule sees the estimate that its last decision was made with, and only then the estimator learns of it.
   * @param {number} nowMs
   * @param {import("./estimator.js").Download} download
   */
  #tell(nowMs, download) {
    this.#rule.note(nowMs, download);
    this.#estimator.add(download);
    this.#hasNews = true;
  }
}
