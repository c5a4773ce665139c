// The channel changes so far, and what is told of them: the statistics that docs/metrics.md defines.

/**
 * @typedef {object} Zap
 * @property {number} zapMs      asked for to on screen
 * @property {string} channel
 * @property {string} renderer   "mse" or "webcodecs"
 */

/**
 * @typedef {object} ZapSummary
 * @property {number} n
 * @property {number} tm90Ms     NaN where n is 0, as all that follows
 * @property {number} medianMs
 * @property {number} worstMs
 */

/**
 * TM(from:to) of values sorted upwards: sample i of n (1..n) weighs what [i - 1, i] has in common with
 * [from * n, to * n]; exact, and continuous in n.
 * @param {readonly number[]} sorted
 * @param {number} from  0 to 1
 * @param {number} to    above from, to 1
 */
export function trimmedMean(sorted, from, to) {
  const n = sorted.length;
  const low = from * n;
  const high = to * n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const weight = Math.min(i + 1, high) - Math.max(i, low);
    if (weight > 0) sum += weight * sorted[i];
  }
  return n ? sum / (high - low) : NaN;
}

/**
 * The mean without the slowest tenth.
 * @param {readonly number[]} sorted
 */
export function tm90(sorted) {
  return trimmedMean(sorted, 0, 0.9);
}

/**
 * Between the two samples that it falls between, in proportion.
 * @param {readonly number[]} sorted
 * @param {number} p  0 to 1
 */
export function percentile(sorted, p) {
  if (!sorted.length) return NaN;
  const rank = (sorted.length - 1) * p;
  const below = Math.floor(rank);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (rank - below) * (next - sorted[below]);
}

const kept = 1000;

/** The last thousand changes. */
export class ZapLog {
  /** @type {Zap[]} */
  #zaps = [];

  /** @param {Zap} zap  one that took no time, or for ever, is none */
  add(zap) {
    if (!Number.isFinite(zap.zapMs) || zap.zapMs < 0) return;
    this.#zaps.push(zap);
    if (this.#zaps.length > kept) this.#zaps.shift();
  }

  clear() {
    this.#zaps = [];
  }

  /**
   * Of the changes with this renderer, upwards.
   * @param {string} renderer
   */
  sorted(renderer) {
    return this.#zaps.filter((z) => z.renderer === renderer).map((z) => z.zapMs).sort((a, b) => a - b);
  }

  /**
   * @param {string} renderer
   * @returns {ZapSummary}
   */
  summary(renderer) {
    const sorted = this.sorted(renderer);
    return {
      n: sorted.length,
      tm90Ms: tm90(sorted),
      medianMs: percentile(sorted, 0.5),
      worstMs: sorted.length ? sorted[sorted.length - 1] : NaN,
    };
  }
}
