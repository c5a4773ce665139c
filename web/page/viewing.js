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
  /** @type {HespPlayer} */
  #player;
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
    this.#player = this.#make();
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
    // Keys of the keyboard for media, and the browser itself, pause the element, too.
    video.addEventListener("pause", () => (this.#paused = true));
    video.addEventListener("play", () => (this.#paused = false));
    this.#root.prepend(video);
    this.#video = video;
    const player = new HespPlayer({ renderer: this.#renderer, level: this.#level });
    this.#listen(player);
    player.attach(video);
    player.volume = this.#volume;
    player.muted = this.#muted;
    return player;
  }

  /** @param {HespPlayer} player */
  #listen(player) {
    const listener = this.#listener;
    const { ZAPPED, RUNNING, LEVELS, SWITCHED, RENDERER, MUTED, BLOCKED, LOST, FOUND, ERROR, ENDED } = HespPlayer.Events;
    player.on(ZAPPED, (told) => listener.onZapped({ ...told, channel: "" }));
    player.on(RUNNING, (told) => listener.onRunning(told.sinceMs));
    player.on(LEVELS, () => listener.onLevels());
    player.on(SWITCHED, () => listener.onLevels());
    player.on(RENDERER, (told) => listener.onRenderer(told.name, told.text));
    player.on(MUTED, (told) => listener.onMuted(told.text));
    player.on(BLOCKED, (told) => listener.onBlocked(told.text));
    player.on(LOST, (told) => listener.onLost(told.text));
    player.on(FOUND, () => listener.onFound());
    player.on(ERROR, (told) => listener.onError(told.fatal, told.text));
    player.on(ENDED, () => listener.onEnded());
  }

  /** @param {string} url */
  watch(url) {
    const first = !this.#url;
    this.#url = url;
    if (this.#paused) this.paused = false;
    if (first) this.#player.load(url);
    else this.#player.zap(url);
  }

  /** The same channel again, from its manifest on. */
  reload() {
    if (this.#paused) this.paused = false;
    this.#player.load(this.#url);
  }

  /** @param {string} url */
  preload(url) {
    this.#player.preload(url);
  }

  /** @param {RendererName} name */
  setRenderer(name) {
    if (name === this.#renderer) return;
    this.#renderer = name;
    this.#muted = this.#player.muted;
    this.#player.destroy();
    this.#video?.remove();
    this.#player = this.#make();
    if (this.#url) this.#player.load(this.#url);
  }

  get url() {
    return this.#url;
  }

  get rendererName() {
    return this.#player.rendererName || this.#renderer;
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
    return this.#player.muted;
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
    return this.#player.levels;
  }

  get currentLevel() {
    return this.#player.currentLevel;
  }

  /** @returns {import("./figures.js").Stats} */
  get stats() {
    return this.#player.stats;
  }
}
