// How much a link carries, and how long its round trip is, from downloads: two exponentially weighted averages, one
// that forgets quickly and one that does slowly. The smaller throughput and the longer round trip are believed.

const HALF_LIVES_MS = [3000, 8000];

/** What a round trip weighs, as if it had taken that long. */
const ROUND_TRIP_MS = 500;

/** Less than this of the beginning counts as none, before numbers get so small that they are slow. */
const NEGLIGIBLE = 1e-30;

/**
 * @typedef {object} Download
 * @property {number} index          of its level
 * @property {number} bytes
 * @property {number} mediaMs        how much of it was media; 0: a packet
 * @property {number} transferMs     how long bytes were coming in
 * @property {boolean} appLimited    the origin had no more to send at times: the link can do more than this says
 * @property {number} roundTripMs    from the request to its first byte; NaN: it says nothing of that
 */

/** An average that begins at 0, of which it knows how much is left in it, so that this is taken out again. */
class Average {
  #value = 0;
  #beginning = 1;

  /**
   * @param {number} kept   how much of all before remains beside value, 0 to 1
   * @param {number} value
   */
  add(kept, value) {
    this.#value = kept * this.#value + (1 - kept) * value;
    this.#beginning *= kept;
    if (this.#beginning < NEGLIGIBLE) {
      this.#beginning = 0;
    }
  }

  /** 0: there is none yet. */
  get mean() {
    return this.#beginning < 1 ? this.#value / (1 - this.#beginning) : 0;
  }
}

export class Estimator {
  #startupBps;
  #throughputs = HALF_LIVES_MS.map(() => new Average());
  #roundTrips = HALF_LIVES_MS.map(() => new Average());

  /** @param {number} [startupBps]  what is believed until there is a sample */
  constructor(startupBps = 0) {
    this.#startupBps = startupBps;
  }

  /** 0: nothing is known. */
  get throughputBps() {
    return Math.min(...this.#throughputs.map((average) => average.mean)) || this.#startupBps;
  }

  /** 0: nothing is known. */
  get roundTripMs() {
    return Math.max(...this.#roundTrips.map((average) => average.mean));
  }

  /** @param {Download} download */
  add({ bytes, transferMs, appLimited, roundTripMs }) {
    if (!Number.isNaN(roundTripMs)) {
      this.#roundTrips.forEach((average, i) => average.add(2 ** (-ROUND_TRIP_MS / HALF_LIVES_MS[i]), roundTripMs));
    }
    const bps = transferMs > 0 ? (bytes * 8000) / transferMs : 0;
    // Where the origin had no more to send, a sample says nothing unless it is above what is believed.
    if (bps > 0 && (!appLimited || bps > this.throughputBps)) {
      this.#throughputs.forEach((average, i) => average.add(2 ** (-transferMs / HALF_LIVES_MS[i]), bps));
    }
  }
}
