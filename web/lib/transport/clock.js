// UTC as the packager has it, so that capture times can be compared with what is on screen: asked for a few times, and
// the answer with the shortest round trip counts, for none of the others can be nearer.

/** @typedef {{scheme: string, value: string}} TimeSource */

const SAMPLES = 4;
const SAMPLE_EVERY_MS = 700;
const AGAIN_MS = 60000;
const TIMEOUT_MS = 4000;
/** What clocks drift in the meantime makes an old answer worse: 50 ppm. */
const DRIFT = 50e-6;
const KEPT = 12;
const TEXT_MAX_BYTES = 256;

/** The best of what was answered. Pure. */
export class ClockEstimate {
  /** @type {{atMs: number, offsetMs: number, errorMs: number}[]} */
  #samples = [];

  /**
   * @param {number} sentMs
   * @param {number} gotMs
   * @param {number} utcMs         what was answered
   * @param {number} [resolutionMs]  it was rounded down to
   */
  add(sentMs, gotMs, utcMs, resolutionMs = 1) {
    if (!Number.isFinite(utcMs) || gotMs < sentMs) return;
    const offsetMs = utcMs + resolutionMs / 2 - (sentMs + gotMs) / 2;
    this.#samples.push({ atMs: gotMs, offsetMs, errorMs: (gotMs - sentMs + resolutionMs) / 2 });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /**
   * @param {number} nowMs
   * @returns {number} UTC minus performance.now(); NaN: nothing is known
   */
  offsetMs(nowMs) {
    let best = NaN;
    let leastMs = Infinity;
    for (const { atMs, offsetMs, errorMs } of this.#samples) {
      const errorNowMs = errorMs + DRIFT * (nowMs - atMs);
      if (errorNowMs > leastMs) continue;
      leastMs = errorNowMs;
      best = offsetMs;
    }
    return best;
  }
}

/**
 * @param {TimeSource} source
 * @returns {"iso" | "head" | "direct" | null} how it is asked; null: nobody here knows
 */
export function howToAsk({ scheme }) {
  const name = /^urn:mpeg:dash:utc:(http-iso|http-xsdate|http-head|direct):20(12|14)$/.exec(scheme)?.[1];
  if (name === "http-head" || name === "direct") return name === "direct" ? "direct" : "head";
  return name ? "iso" : null;
}

export class Clock {
  #estimate = new ClockEstimate();
  /** @type {TimeSource | null} */
  #source = null;
  #left = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #stop = new AbortController();

  /** UTC minus performance.now(), as this machine's own clock has it where nothing better is known. */
  get offsetMs() {
    const offsetMs = this.#estimate.offsetMs(performance.now());
    return Number.isNaN(offsetMs) ? Date.now() - performance.now() : offsetMs;
  }

  /** @param {number} nowMs  performance.now() */
  utcOf(nowMs) {
    return nowMs + this.offsetMs;
  }

  /** @param {TimeSource | null} source */
  use(source) {
    if (!source || (source.scheme === this.#source?.scheme && source.value === this.#source.value)) return;
    const how = howToAsk(source);
    if (!how) return;
    if (this.#source) this.#estimate = new ClockEstimate();
    this.#source = source;
    if (how === "direct") {
      const nowMs = performance.now();
      this.#estimate.add(nowMs, nowMs, Date.parse(source.value));
      return;
    }
    this.#left = SAMPLES;
    this.#later(SAMPLE_EVERY_MS / 2);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#source = null;
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask() {
    const source = this.#source;
    if (!source) return;
    this.#left = this.#left > 0 ? this.#left - 1 : SAMPLES - 1;
    try {
      await this.#sample(source);
    } catch {
      // Without an answer the last one goes on; the channel's own faults are told elsewhere.
    }
    if (this.#source === source && !this.#stop.signal.aborted) this.#later(this.#left > 0 ? SAMPLE_EVERY_MS : AGAIN_MS);
  }

  /** @param {TimeSource} source */
  async #sample(source) {
    const head = howToAsk(source) === "head";
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const sentMs = performance.now();
    const response = await fetch(source.value, { method: head ? "HEAD" : "GET", cache: "no-store", signal });
    const gotMs = performance.now();
    if (!response.ok || Number(response.headers.get("content-length")) > TEXT_MAX_BYTES) return;
    const text = head ? response.headers.get("date") ?? "" : (await response.text()).slice(0, TEXT_MAX_BYTES).trim();
    if (this.#source === source) this.#estimate.add(sentMs, gotMs, Date.parse(text), head ? 1000 : 1);
  }
}
