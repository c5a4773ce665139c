// The highest of what was lately measured, whole or without the one moment that sticks out. Pure; memory is fixed.

/**
 * Peaks of the last few seconds, kept by slices of time.
 */
export class RecentPeak {
  #sliceMs;
  /** @type {{slice: number, peak: number}[]} */
  #slices = [];
  #most;

  /**
   * @param {number} windowMs  how far back it looks
   * @param {number} sliceMs   how finely it forgets
   */
  constructor(windowMs, sliceMs) {
    this.#sliceMs = sliceMs;
    this.#most = Math.max(1, Math.round(windowMs / sliceMs));
  }

  clear() {
    this.#slices.length = 0;
  }

  /**
   * @param {number} nowMs
   * @param {number} value
   */
  add(nowMs, value) {
    const slice = Math.floor(nowMs / this.#sliceMs);
    const last = this.#slices.at(-1);
    if (last && last.slice >= slice) last.peak = Math.max(last.peak, value);
    else this.#slices.push({ slice, peak: value });
    this.#forget(slice);
  }

  /**
   * @param {number} nowMs
   * @returns {number} -Infinity where there is none
   */
  highest(nowMs) {
    this.#forget(Math.floor(nowMs / this.#sliceMs));
    return this.#slices.reduce((most, s) => Math.max(most, s.peak), -Infinity);
  }

  /**
   * Without the slice that sticks out and those beside it: what happened in one moment only is no reason to wait for
   * seconds.
   * @param {number} nowMs
   * @returns {number} -Infinity where there is none
   */
  usual(nowMs) {
    const highest = this.highest(nowMs);
    const out = this.#slices.find(({ peak }) => peak === highest)?.slice ?? NaN;
    let usual = -Infinity;
    for (const { slice, peak } of this.#slices) if (Math.abs(slice - out) > 1) usual = Math.max(usual, peak);
    return usual === -Infinity ? highest : usual;
  }

  /** @param {number} slice */
  #forget(slice) {
    while (this.#slices.length && this.#slices[0].slice <= slice - this.#most) this.#slices.shift();
  }
}
