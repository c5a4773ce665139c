// What the page asks for besides the player, one request at a time: HTTP/1.1 allows a browser six connections to a
// host, and the player is to find one free whenever it needs one. While a channel change is under way nothing new is
// begun.

/**
 * @typedef {object} Errand
 * @property {string} name
 * @property {() => number} everyMs          from one's end to the next one's start
 * @property {() => boolean} wanted          whether it is to be run at all now
 * @property {() => Promise<void>} run       one request; its own errors are its own matter
 */

/** Which errand is next; pure. */
export class Schedule {
  /** @type {{errand: Errand, endedMs: number}[]} */
  #entries = [];

  /** @param {Errand} errand */
  add(errand) {
    this.#entries.push({ errand, endedMs: -Infinity });
  }

  /**
   * The one that is due for longest, null: none; then waitMs says when to look again.
   * @param {number} nowMs
   * @returns {{errand: Errand | null, waitMs: number}}
   */
  next(nowMs) {
    let latest = null;
    let latestMs = Infinity;
    for (const entry of this.#entries) {
      if (!entry.errand.wanted()) continue;
      const dueMs = entry.endedMs + entry.errand.everyMs();
      if (dueMs < latestMs) {
        latest = entry.errand;
        latestMs = dueMs;
      }
    }
    return latest && latestMs <= nowMs
      ? { errand: latest, waitMs: 0 }
      : { errand: null, waitMs: Math.min(250, Math.max(20, latestMs - nowMs)) };
  }

  /**
   * @param {Errand} errand
   * @param {number} nowMs
   */
  ended(errand, nowMs) {
    for (const entry of this.#entries) if (entry.errand === errand) entry.endedMs = nowMs;
  }
}

/** Runs a schedule for as long as the page is. */
export class Errands {
  #schedule = new Schedule();
  #heldUntilMs = -Infinity;
  #started = false;

  /** @param {Errand} errand */
  add(errand) {
    this.#schedule.add(errand);
  }

  /**
   * Begins nothing until release(), or for so long.
   * @param {number} ms
   */
  hold(ms) {
    this.#heldUntilMs = performance.now() + ms;
  }

  release() {
    this.#heldUntilMs = -Infinity;
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#step();
  }

  async #step() {
    const nowMs = performance.now();
    const { errand, waitMs } = nowMs < this.#heldUntilMs ? { errand: null, waitMs: 50 } : this.#schedule.next(nowMs);
    if (errand) {
      try {
        await errand.run();
      } catch (error) {
        console.warn(`${errand.name}:`, error);
      }
      this.#schedule.ended(errand, performance.now());
    }
    setTimeout(() => this.#step(), waitMs);
  }
}

/**
 * GET, given up after a while.
 * @param {string} url
 * @param {number} timeoutMs
 * @param {RequestInit} [options]
 */
export function get(url, timeoutMs, options = {}) {
  return fetch(url, { cache: "no-store", ...options, signal: AbortSignal.timeout(timeoutMs) });
}
