// Whether frames queue on their way: what comes from the live edge comes as fast as it is made, not as fast as the
// link can. Where frames come later and later after their capture, what comes in is what the link carries.

/** How long the quickest frame is remembered, at least. */
const BASE_MS = 5000;

/** What a frame may come later than the quickest one, in its own durations. */
const LATE_FRAMES = 1.5;

/** Knows frames by how long after their capture they came; the two clocks may have any offset. */
export class Queueing {
  /** The quickest frame, of this while and of the last. */
  #lags = [Infinity, Infinity];
  #sinceMs = 0;

  /**
   * Whether a frame came late, that is behind others.
   * @param {number} nowMs
   * @param {number} captureUtcMs  NaN: not told
   * @param {number} durationMs
   */
  isLate(nowMs, captureUtcMs, durationMs) {
    if (Number.isNaN(captureUtcMs)) {
      return false;
    }
    const lagMs = nowMs - captureUtcMs;
    if (nowMs - this.#sinceMs > BASE_MS || this.#lags[0] === Infinity) {
      this.#lags = [lagMs, this.#lags[0]];
      this.#sinceMs = nowMs;
    }
    this.#lags[0] = Math.min(this.#lags[0], lagMs);
    return lagMs - Math.min(...this.#lags) > LATE_FRAMES * durationMs;
  }
}
