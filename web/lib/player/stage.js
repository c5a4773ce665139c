// Where the picture is shown: the page's element, the renderer that plays in it, and who is there to watch.

import { startPlaying } from "./autoplay.js";
import { Presence } from "./presence.js";
import { createRenderer } from "./renderers.js";

/**
 * @typedef {import("../types.js").Renderer} Renderer
 * @typedef {import("../types.js").RendererTold} RendererTold
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("./events.js").EventMap} EventMap
 */

/**
 * @typedef {object} StageHooks
 * @property {import("./emitter.js").Emitter<EventMap>} emitter
 * @property {(told: RendererTold) => void} told     of the renderer that is there now
 * @property {(nowMs: number) => number} utcOf
 * @property {import("./presence.js").PresenceHooks} presence
 */

export class Stage {
  #hooks;
  /** @type {HTMLVideoElement | null} */
  #element = null;
  /** @type {Renderer | null} */
  #renderer = null;
  /** @type {Presence | null} */
  #presence = null;
  #targetLatencyMs = 0;
  #wantsPlay = true;

  /** @param {StageHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  get element() {
    return this.#element;
  }

  get renderer() {
    return this.#renderer;
  }

  get wantsPlay() {
    return this.#wantsPlay;
  }

  get away() {
    return this.#presence?.away ?? false;
  }

  /** What can be muted. */
  get media() {
    return this.#element instanceof HTMLMediaElement ? this.#element : null;
  }

  /** @param {number} targetLatencyMs */
  set targetLatencyMs(targetLatencyMs) {
    this.#targetLatencyMs = targetLatencyMs;
    if (this.#renderer) this.#renderer.targetLatencyMs = targetLatencyMs;
  }

  /** @param {HTMLVideoElement} element */
  attach(element) {
    this.detach();
    this.#element = element;
    // What the element's own controls do holds for what comes after it, too. It is told later; and an element that has
    // ended, or failed, is paused by itself. Where another one stands in its place it plays nothing.
    const isSurface = () => this.#renderer?.surface === element;
    this.#presence = new Presence(element, this.#hooks.presence, {
      pauses: () => {
        if (isSurface() && element.paused && !element.ended && !element.error) this.pause();
      },
      plays: () => {
        if (isSurface() && !element.paused) this.play();
      },
    });
  }

  /**
   * @param {"mse" | "webcodecs"} name
   * @param {string} why  the one before it was given up
   */
  render(name, why) {
    const { emitter, utcOf } = this.#hooks;
    const element = /** @type {HTMLVideoElement} */ (this.#element);
    this.#renderer?.destroy();
    const { renderer, text } = createRenderer(name, element, (told) => {
      if (renderer && renderer === this.#renderer) this.#hooks.told(told);
    }, { utcOf });
    this.#renderer = renderer;
    if (!renderer) {
      emitter.emit("error", { fatal: true, kind: "unsupported", text });
      return;
    }
    renderer.targetLatencyMs = this.#targetLatencyMs;
    emitter.emit("renderer", { name: renderer.name, text: why || text });
  }

  /** @param {Extract<SessionAction, {do: "begin" | "header" | "frame" | "end"}>} action */
  give(action) {
    const renderer = this.#renderer;
    if (!renderer) return;
    if (action.do === "frame") renderer.frame(action.track, action.sequence, action.frame);
    else if (action.do === "header") renderer.header(action.track, action.header);
    else if (action.do === "begin") renderer.begin(action.video, action.audio, performance.now());
    else renderer.end();
  }

  detach() {
    this.#presence?.destroy();
    this.#presence = null;
    this.#renderer?.destroy();
    this.#renderer = null;
    this.#element = null;
  }

  /** A channel is followed anew. */
  follows() {
    this.#presence?.follows(this.#wantsPlay);
  }

  /** Plays what comes, where it is to be played. */
  start() {
    if (this.#wantsPlay) void this.#start();
  }

  play() {
    this.#wantsPlay = true;
    if (!this.#presence?.plays()) void this.#start();
  }

  pause() {
    this.#wantsPlay = false;
    this.#renderer?.pause();
    this.#presence?.paused();
  }

  async #start() {
    const renderer = this.#renderer;
    if (!renderer) return;
    const started = await startPlaying(renderer, this.media);
    if (started.what === "plays" || renderer !== this.#renderer) return;
    if (started.what === "blocked") this.#presence?.paused();
    this.#hooks.emitter.emit(started.what, { text: started.text });
  }
}
