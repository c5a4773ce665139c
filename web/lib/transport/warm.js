// On HTTP/1.1 a response that is given up takes its connection with it, and a zap gives up two. So after each join a
// few tiny requests open connections that stand ready for the next one, with a round trip less to wait for.

const COUNT = 2;
const AFTER_MS = 400;
const TIMEOUT_MS = 4000;

/**
 * Whether responses of a host come over HTTP/1.1, as far as the browser tells.
 * @param {string} url  that was fetched
 */
function isOldHttp(url) {
  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  const { origin } = new URL(url);
  const known = entries.find(({ name, nextHopProtocol }) => nextHopProtocol !== "" && name.startsWith(`${origin}/`));
  return known?.nextHopProtocol === "http/1.1";
}

export class Warmth {
  #stop = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * A join is done: connections to where its media came from are made ready in a while.
   * @param {string} mediaUrl
   * @param {string} tinyUrl   what to ask for, of the same host
   */
  joined(mediaUrl, tinyUrl) {
    clearTimeout(this.#timer);
    if (new URL(mediaUrl).origin !== new URL(tinyUrl).origin) return;
    this.#timer = setTimeout(() => this.#open(mediaUrl, tinyUrl), AFTER_MS);
  }

  /** A zap: nothing is to stand in its way. */
  hold() {
    clearTimeout(this.#timer);
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** @param {string} mediaUrl @param {string} tinyUrl */
  #open(mediaUrl, tinyUrl) {
    if (!isOldHttp(mediaUrl)) return;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    // At the same time, so that each takes a connection of its own.
    for (let i = 0; i < COUNT; i++)
      fetch(tinyUrl, { cache: "no-store", signal }).then((response) => response.arrayBuffer()).catch(() => {});
  }
}
