// The player of the page: made anew where another renderer is chosen, and what it tells handed on.

import { HespPlayer } from "../lib/index.js";

/** @typedef {"mse" | "webcodecs"} RendererName */

/**
 * @typedef {object} Listener
 * @property {(zap: import("./anatomy.js").LastZap & {url: string}) => void} onZapped
 * @property {(sinceMs: number) => void} onRunning
 * @property {() => void} onLevels
 * @property {(name: string, text: string) => void} onRenderer
 * @property {(text: string) => void} onMuted
 * @property {(text: string) => void} onBlocked
 * @property {(text: string) => void} onLost
 * @property {() => void} onFound
 * @property {(fatal: boolean, text: string) => void} onError
 * @property {() => void} onEnded
 */

export class Viewing {
  #root;
  #listener;
  /** @type {any} */
  #player = null;
  /** @type {HTMLVideoElement | null} */
  #video = null;
  /** @type {RendererName} */
  #renderer;
  #url = "";
  #paused = false;
  #muted = false;
  #volume = 1;
  #level = -1;

  /**
   * @param {HTMLElement} root         the picture goes into it
   * @param {RendererName} renderer
   * @param {Listener} listener
   */
  constructor(root, renderer, listener) {
    this.#root = root;
    this.#renderer = renderer;
    this.#listener = listener;
    this.#make();
  }

  static support() {
    return HespPlayer.isSupported();
  }

  #make() {
    const video = document.createElement("video");
    video.playsInline = true;
    video.disableRemotePlayback = true;
    video.tabIndex = -1;
    video.setAttribute("aria-label", "Live picture");
    this.#root.prepend(video);
    this.#video = video;
    const player = new HespPlayer({ renderer: this.#renderer, level: this.#level });
    this.#player = player;
    player.attach(video);
    player.volume = this.#volume;
    player.muted = this.#muted;
    this.#listen(player);
  }

  /** @param {any} player */
  #listen(player) {
    const events = HespPlayer.Events;
    const listener = this.#listener;
    /** @type {Record<string, (told: any) => void>} */
    const handlers = {
      zapped: (told) => listener.onZapped({ ...told, channel: "" }),
      running: (told) => listener.onRunning(told.sinceMs),
      levels: () => listener.onLevels(),
      switched: () => listener.onLevels(),
      renderer: (told) => listener.onRenderer(told.name, told.text ?? ""),
      muted: (told) => listener.onMuted(told.text),
      blocked: (told) => listener.onBlocked(told.text),
      lost: (told) => listener.onLost(told.text),
      found: () => listener.onFound(),
      error: (told) => listener.onError(told.fatal, told.text),
      ended: () => listener.onEnded(),
    };
    const known = new Set(Object.values(events));
    for (const [name, handler] of Object.entries(handlers)) {
      // What an old player still has to say is of no interest.
      if (known.has(name)) player.on(name, (/** @type {any} */ told) => this.#player === player && handler(told));
    }
  }

  /** @param {string} url */
  watch(url) {
    const first = !this.#url;
    this.#url = url;
    this.#paused = false;
    if (first) this.#player.load(url);
    else this.#player.zap(url);
  }

  /** The same channel again, from its manifest on. */
  reload() {
    this.#paused = false;
    this.#player.load(this.#url);
  }

  /** @param {string} url */
  preload(url) {
    return this.#player.preload(url);
  }

  /** @param {RendererName} name */
  setRenderer(name) {
    if (name === this.#renderer) return;
    this.#renderer = name;
    const old = this.#player;
    const video = this.#video;
    this.#player = null;
    old.destroy();
    video?.remove();
    this.#make();
    if (this.#url) this.#player.load(this.#url);
  }

  get url() {
    return this.#url;
  }

  get rendererName() {
    return /** @type {string} */ (this.#player.rendererName || this.#renderer);
  }

  get paused() {
    return this.#paused;
  }

  set paused(paused) {
    this.#paused = paused;
    if (paused) this.#player.pause();
    else this.#player.play();
  }

  get muted() {
    return /** @type {boolean} */ (this.#player.muted);
  }

  set muted(muted) {
    this.#muted = muted;
    this.#player.muted = muted;
  }

  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = volume;
    this.#player.volume = volume;
  }

  get level() {
    return this.#level;
  }

  set level(level) {
    this.#level = level;
    this.#player.level = level;
  }

  /** @returns {import("./controls.js").Level[]} */
  get levels() {
    return this.#player.levels ?? [];
  }

  get currentLevel() {
    return /** @type {number} */ (this.#player.currentLevel ?? -1);
  }

  /** @returns {import("./figures.js").Stats} */
  get stats() {
    return this.#player.stats;
  }
}
