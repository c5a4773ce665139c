// What has failed is tried again after a while that doubles each time, from 250 ms to 4 s.

const FIRST_DELAY_MS = 250;
const DOUBLINGS_MAX = 4;

export class Tries {
  constructor() {
    this.failures = 0;
    /** Not before that. */
    this.nextMs = -Infinity;
  }

  /** @param {number} nowMs */
  failed(nowMs) {
    this.nextMs = nowMs + FIRST_DELAY_MS * 2 ** this.failures;
    this.failures = Math.min(this.failures + 1, DOUBLINGS_MAX);
  }

  worked() {
    this.failures = 0;
    this.nextMs = -Infinity;
  }
}
