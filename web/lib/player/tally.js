// What a player counts. Pure.

const RATE_MS = 1000;

export class Tally {
  zaps = 0;
  switches = 0;
  stalls = 0;
  stalledMs = 0;
  bytes = 0;
  /** What came of late, oldest first. @type {{atMs: number, bytes: number}[]} */
  #late = [];

  /**
   * @param {number} bytes
   * @param {number} nowMs
   */
  came(bytes, nowMs) {
    this.bytes += bytes;
    this.#late.push({ atMs: nowMs, bytes });
    this.#forget(nowMs);
  }

  /**
   * @param {number} nowMs
   * @returns {number} bit/s over the last second
   */
  bitrateBps(nowMs) {
    this.#forget(nowMs);
    return (8000 / RATE_MS) * this.#late.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @param {number} nowMs */
  #forget(nowMs) {
    const first = this.#late.findIndex(({ atMs }) => atMs > nowMs - RATE_MS);
    this.#late.splice(0, first < 0 ? this.#late.length : first);
  }
}
