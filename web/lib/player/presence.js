// What happens around a player: the page is hidden and shown again, the network goes and comes back, somebody else
// pauses the element, or takes it out of the page and puts it back.

/**
 * @typedef {object} PresenceHooks
 * @property {() => void} shown    the page can be seen again
 * @property {() => void} online
 * @property {() => void} offline
 * @property {() => void} paused   for a while already: nobody watches
 * @property {() => void} resumed  after that
 * @property {() => void} played   before that
 */

/**
 * @typedef {object} ElementHooks  somebody else has done that to the element
 * @property {() => void} pauses
 * @property {() => void} plays
 */

/** Paused for so long, a channel is no longer followed: the buffer would only grow. */
const PAUSED_MS = 3000;

export class Presence {
  #element;
  #hooks;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #away = false;
  #stop = new AbortController();

  /**
   * @param {HTMLElement} element
   * @param {PresenceHooks} hooks
   * @param {ElementHooks} elementHooks
   */
  constructor(element, hooks, elementHooks) {
    this.#element = element;
    this.#hooks = hooks;
    const { signal } = this.#stop;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") hooks.shown();
    }, { signal });
    globalThis.addEventListener("online", () => hooks.online(), { signal });
    globalThis.addEventListener("offline", () => hooks.offline(), { signal });
    element.addEventListener("pause", () => elementHooks.pauses(), { signal });
    element.addEventListener("play", () => elementHooks.plays(), { signal });
  }

  /** Whether the channel is no longer followed because of a pause. */
  get away() {
    return this.#away;
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** Nothing plays any more, or nothing may. */
  paused() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const paused = this.#element instanceof HTMLMediaElement ? this.#element.paused : true;
      if (!paused || this.#away) return;
      this.#away = true;
      this.#hooks.paused();
    }, PAUSED_MS);
  }

  /** A channel is followed anew. @param {boolean} plays */
  follows(plays) {
    clearTimeout(this.#timer);
    this.#away = false;
    if (!plays) this.paused();
  }

  /**
   * It plays, or is to.
   * @returns {boolean} the channel is joined anew for that
   */
  plays() {
    clearTimeout(this.#timer);
    const wasAway = this.#away;
    this.#away = false;
    if (wasAway) this.#hooks.resumed();
    else this.#hooks.played();
    return wasAway;
  }
}
