// Whether what plays lies so far behind live that a join anew is better than to catch up: an origin that had stopped
// gives all that was missed at once. Pure.

const LAG_MS = 3000;
/** It is not so for a moment only, and is not tried again at once. */
const LASTS_MS = 500;
const AGAIN_MS = 5000;

export class Lag {
  #sinceMs = NaN;
  #askedMs = -Infinity;

  /**
   * @param {number} nowMs
   * @param {number} aheadMs  that is still to be shown; 0 where nothing plays
   * @param {number} targetLatencyMs  that is wished for
   */
  isTooFar(nowMs, aheadMs, targetLatencyMs) {
    if (aheadMs < LAG_MS + targetLatencyMs) this.#sinceMs = NaN;
    else if (Number.isNaN(this.#sinceMs)) this.#sinceMs = nowMs;
    if (!(nowMs - this.#sinceMs >= LASTS_MS) || nowMs - this.#askedMs < AGAIN_MS) return false;
    this.#askedMs = nowMs;
    return true;
  }
}
