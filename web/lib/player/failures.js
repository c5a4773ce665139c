// What becomes of a renderer that has failed: the channel is joined anew, later each time; another renderer takes over;
// or playing ends. Pure.

/** A renderer that fails more often than that within a minute is given up. */
const FAILURES_MAX = 5;
const FAILURES_WITHIN_MS = 60000;
/** The first failure is not waited after, the second one for so long, and so on twice as long each time. */
const WAIT_MS = 250;

/**
 * @typedef {object} Verdict
 * @property {"rejoin" | "replace" | "end"} then  rejoin: once it is due
 * @property {string} text
 */

export class Failures {
  /** @type {number[]} when it failed */
  #late = [];
  /** When the channel is to be joined anew. */
  #dueMs = Infinity;

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
    this.#dueMs = Infinity;
    const count = this.#late.length;
    if (fatal) return { then: "end", text };
    if (count > FAILURES_MAX)
      return { then: "end", text: `${text}: ${count} times within a minute, so playing ends` };
    const waitMs = count > 1 ? WAIT_MS * 2 ** (count - 2) : 0;
    this.#dueMs = nowMs + waitMs;
    const when = waitMs > 0 ? ` in ${waitMs} ms` : "";
    return { then: "rejoin", text: `${text}; the channel is joined anew${when}` };
  }

  /**
   * Whether the channel is to be joined anew now; told once.
   * @param {number} nowMs
   */
  isDue(nowMs) {
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = Infinity;
    return true;
  }

  /** A viewer has asked for a channel: what was before counts no more. */
  clear() {
    this.#late = [];
    this.#dueMs = Infinity;
  }
}
