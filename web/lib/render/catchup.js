// How fast to play so that what is ahead of the playhead stays near the least that this browser and this link hold
// without a stall, or the latency near the one that is asked for. What "the least" is, is learnt: it grows with each
// stall and shrinks again in calm. Pure; times are milliseconds.
//
// What counts is the least that was ahead over the last half second. Media arrives by the frame, and its average says
// little about when it runs out.

/**
 * @typedef {object} CatchUpReading
 * @property {number} pictureMs         pictures handed over and still to be shown
 * @property {number} soundMs           sound, likewise; NaN: none has come yet, or there is none
 * @property {number} latencyMs         capture to screen; NaN: not known
 * @property {number | null} targetLatencyMs  null: as low as it goes
 */

/**
 * @typedef {object} CatchUpAdvice
 * @property {number} rate     playback rate
 * @property {number} jumpMs   how far to jump forward; 0: not at all
 */

/**
 * @typedef {object} Margins  the least to keep ahead
 * @property {number} pictureMs
 * @property {number} soundMs
 */

/** @type {Margins} Chromium's sound comes out well after it was taken from the buffer. */
const MSE_MARGINS = { pictureMs: 25, soundMs: 205 };
/** Sound that is encoded with the picture comes so much later. */
const SOUND_LAG_MS = 70;
const BUCKET_MS = 125;
const BUCKETS = 4;
const LEARNT_MAX_MS = 1000;
/** A stall says that the margins were too small by so much; stalls that follow one another closely say it once. */
const GROWTH = 1.25;
const GROWTH_MS = 25;
const GROWTH_EVERY_MS = 2000;
/** After a stall they stay for so long, and shrink after that. */
const CALM_MS = 10000;
const SHRINK = 0.9;
const SHRINK_EVERY_MS = 1500;
const SHRUNK_MS = 2;
const DEAD_MS = 15;
/** Beyond that, playing faster takes too long. */
const JUMP_MS = 1500;
/** dash.js's sigmoid with c = SPREAD. */
const SPREAD = 0.2;
const STEEPNESS = 5;
const RATE_MIN = 0.95;
const RATE_MAX = 1.1;
const RATE_STEP = 0.02;
/** While a timeline starts there is silence, and nobody minds a slow clock. */
const SETTLE_MS = 450;
const SETTLE_RATE = 0.5;

export class CatchUp {
  #margins;
  #learntMs = 0;
  #sound = false;
  #calmMs = -Infinity;
  #startMs = -Infinity;
  #settled = false;
  /** @type {{atMs: number, leastMs: number}[]} oldest first */
  #buckets = [];
  #rate = 1;

  /** @param {Margins} [margins] */
  constructor(margins = MSE_MARGINS) {
    this.#margins = margins;
  }

  /** What stalls have added to the margins. */
  get learntMs() {
    return this.#learntMs;
  }

  /**
   * A new timeline begins.
   * @param {number} nowMs
   * @param {boolean} sound  it has sound
   */
  begin(nowMs, sound) {
    this.#sound = sound;
    this.#startMs = nowMs;
    this.#settled = false;
    this.#buckets = [];
    this.#rate = 1;
  }

  /**
   * The playhead has stopped, or a picture was not there in time.
   * @param {number} nowMs
   */
  stalled(nowMs) {
    if (nowMs + CALM_MS < this.#calmMs + GROWTH_EVERY_MS) return;
    this.#calmMs = nowMs + CALM_MS;
    this.#learntMs = Math.min(LEARNT_MAX_MS, Math.max(this.#learntMs * GROWTH, this.#learntMs + GROWTH_MS));
    this.#buckets = [];
  }

  /**
   * @param {number} nowMs
   * @param {CatchUpReading} reading
   * @returns {CatchUpAdvice}
   */
  advise(nowMs, reading) {
    this.#shrink(nowMs);
    const spareMs = this.#spare(reading);
    const leastMs = this.#least(nowMs, spareMs);
    if (!this.#settled && nowMs - this.#startMs < SETTLE_MS && spareMs < DEAD_MS)
      return { rate: SETTLE_RATE, jumpMs: 0 };
    if (!this.#settled) {
      this.#settled = true;
      this.#buckets = [];
      return { rate: 1, jumpMs: 0 };
    }
    const { latencyMs, targetLatencyMs } = reading;
    const known = targetLatencyMs !== null && !Number.isNaN(latencyMs);
    // Never nearer to a stall than the margins allow.
    const extraMs = known ? Math.min(leastMs, latencyMs - targetLatencyMs) : leastMs;
    if (extraMs > JUMP_MS) return { rate: 1, jumpMs: extraMs };
    this.#rate = this.#rateFor(extraMs);
    return { rate: this.#rate, jumpMs: 0 };
  }

  /**
   * What is ahead beyond the margins.
   * @param {CatchUpReading} reading
   */
  #spare({ pictureMs, soundMs }) {
    const { pictureMs: pictureMargin, soundMs: soundMargin } = this.#margins;
    const picture = pictureMs - pictureMargin;
    const sound = (Number.isNaN(soundMs) ? pictureMs - SOUND_LAG_MS : soundMs) - soundMargin;
    return (this.#sound ? Math.min(picture, sound) : picture) - this.#learntMs;
  }

  /** @param {number} extraMs */
  #rateFor(extraMs) {
    // Once it has begun to correct it goes on to the middle.
    if (Math.abs(extraMs) < (this.#rate === 1 ? DEAD_MS : DEAD_MS / 3)) return 1;
    const sigmoid = 1 - SPREAD + (2 * SPREAD) / (1 + Math.exp((-STEEPNESS * extraMs) / 1000));
    const rate = extraMs > 0 ? Math.max(sigmoid, 1 + RATE_STEP) : Math.min(sigmoid, 1 - RATE_STEP);
    return Math.round(100 * Math.max(RATE_MIN, Math.min(RATE_MAX, rate))) / 100;
  }

  /** @param {number} nowMs */
  #shrink(nowMs) {
    if (this.#learntMs === 0 || nowMs < this.#calmMs) return;
    this.#calmMs = nowMs + SHRINK_EVERY_MS;
    this.#learntMs = this.#learntMs > SHRUNK_MS ? this.#learntMs * SHRINK : 0;
  }

  /**
   * @param {number} nowMs
   * @param {number} spareMs
   */
  #least(nowMs, spareMs) {
    const last = this.#buckets[this.#buckets.length - 1];
    if (last && nowMs - last.atMs < BUCKET_MS) last.leastMs = Math.min(last.leastMs, spareMs);
    else this.#buckets.push({ atMs: nowMs, leastMs: spareMs });
    while (this.#buckets.length > BUCKETS) this.#buckets.shift();
    return Math.min(...this.#buckets.map((bucket) => bucket.leastMs));
  }
}
