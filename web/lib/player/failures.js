// What becomes of a renderer that has failed: the channel is joined anew, another renderer takes over, or playing ends.
// Pure.

/** A renderer that fails more often than that within a minute is given up. */
const FAILURES_MAX = 5;
const FAILURES_WITHIN_MS = 60000;

/**
 * @typedef {object} Verdict
 * @property {"rejoin" | "replace" | "end"} then
 * @property {string} text
 */

export class Failures {
  /** @type {number[]} when it failed */
  #late = [];

  /**
   * @param {number} nowMs
   * @param {string} renderer  its name
   * @param {{text: string, fatal: boolean}} told
   * @returns {Verdict}
   */
  judge(nowMs, renderer, { text, fatal }) {
    if (fatal && renderer === "webcodecs") return { then: "replace", text };
    this.#late = this.#late.filter((atMs) => atMs > nowMs - FAILURES_WITHIN_MS);
    this.#late.push(nowMs);
    if (fatal) return { then: "end", text };
    if (this.#late.length > FAILURES_MAX)
      return { then: "end", text: `${text}: ${this.#late.length} times within a minute, so playing ends` };
    return { then: "rejoin", text: `${text}; the channel is joined anew` };
  }
}
