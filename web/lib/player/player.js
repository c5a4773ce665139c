// A HESP player for a web page: it owns the session, the network, the clock and a renderer, and puts them together.

import { Clock } from "../transport/clock.js";
import { webAddress } from "./address.js";
import { Changes } from "./changes.js";
import { Drive } from "./drive.js";
import { Emitter } from "./emitter.js";
import { EVENTS } from "./events.js";
import { Failures } from "./failures.js";
import { Joins } from "./joins.js";
import { Ladder } from "./ladder.js";
import { Lag } from "./lag.js";
import { Quality } from "./quality.js";
import { supported } from "./renderers.js";
import { Reporting } from "./reporting.js";
import { ScreenEvents } from "./screen-events.js";
import { SessionEvents } from "./session-events.js";
import { readSettings } from "./settings.js";
import { Stage } from "./stage.js";
import { statsOf } from "./stats.js";
import { Tally } from "./tally.js";

/**
 * @typedef {import("../types.js").RendererTold} RendererTold
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("./events.js").EventMap} EventMap
 */

const TICK_MS = 50;
/** Shown again so far behind, the page joins anew. */
const BEHIND_MS = 600;

export class HespPlayer {
  static Events = EVENTS;

  #settings;
  /** @type {Emitter<EventMap>} */
  #emitter = new Emitter();
  #drive;
  #clock = new Clock();
  #quality;
  #reporting;
  #joins;
  #ladder = new Ladder();
  #changes = new Changes();
  #tally = new Tally();
  #stage;
  #screen;
  #told;
  #failures = new Failures();
  #lag = new Lag();
  /** The channel that was asked for last, absolute; "": none was. */
  #url = "";
  #frames = false;
  #destroyed = false;
  #timer;

  /** What this browser can play with. */
  static isSupported() {
    return supported();
  }

  /** @param {Partial<import("./settings.js").Settings>} [settings] */
  constructor(settings = {}) {
    this.#settings = readSettings(settings);
    this.#quality = new Quality(this.#settings);
    this.#joins = new Joins(this.#quality);
    this.#reporting = new Reporting(this.#settings.cmcd);
    this.#drive = new Drive({
      action: (action, nowMs) => this.#do(action, nowMs),
      event: (event, request, nowMs) => this.#came(event, request, nowMs),
      drained: (nowMs) => this.#drained(nowMs),
      bytes: (bytes, nowMs) => this.#tally.came(bytes, nowMs),
      address: (request) => this.#address(request),
    });
    this.#stage = new Stage({
      emitter: this.#emitter,
      told: (told) => this.#rendered(told),
      utcOf: (nowMs) => this.#clock.utcOf(nowMs),
      presence: {
        shown: () => this.#shownAgain(false),
        online: () => this.#rejoin(),
        offline: () => {},
        paused: () => this.#drive.call((session, nowMs) => session.leave(nowMs)),
        resumed: () => this.#watch(performance.now()),
        played: () => this.#shownAgain(true),
      },
    });
    this.#stage.targetLatencyMs = this.#settings.targetLatencyMs ?? 0;
    const parts = { emitter: this.#emitter, ladder: this.#ladder, clock: this.#clock, tally: this.#tally,
      quality: this.#quality, changes: this.#changes };
    this.#screen = new ScreenEvents(parts);
    this.#told = new SessionEvents(parts);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * @template {keyof EventMap} K
   * @param {K} name
   * @param {(payload: EventMap[K]) => void} listener
   */
  on(name, listener) {
    this.#emitter.on(name, listener);
  }

  /**
   * @template {keyof EventMap} K
   * @param {K} name
   * @param {(payload: EventMap[K]) => void} listener
   */
  off(name, listener) {
    this.#emitter.off(name, listener);
  }

  /** @param {HTMLVideoElement} element  what to play in */
  attach(element) {
    if (this.#destroyed || this.#stage.element === element) return;
    this.#stage.attach(element);
    this.#render(this.#settings.renderer, "");
  }

  /** @param {string} url  of the manifest of the first channel */
  load(url) {
    this.#change(url, true);
  }

  /** @param {string} url  of another channel's manifest, or the same one's: a join anew */
  zap(url) {
    this.#change(url, this.#url === "");
  }

  /** @param {string} url  of a manifest that a zap may need soon */
  preload(url) {
    const address = this.#resolve(url);
    if (address) this.#drive.call((session, nowMs) => session.preload(nowMs, address));
  }

  play() {
    this.#stage.play();
  }

  pause() {
    this.#stage.pause();
  }

  get muted() {
    return this.#stage.media?.muted ?? false;
  }

  set muted(muted) {
    if (this.#stage.media) this.#stage.media.muted = muted;
  }

  get volume() {
    return this.#stage.media?.volume ?? 1;
  }

  set volume(volume) {
    if (this.#stage.media) this.#stage.media.volume = Math.min(1, Math.max(0, volume));
  }

  /** Those of the channel, lowest first. */
  get levels() {
    return this.#ladder.levels;
  }

  /** The one that was chosen, -1: automatic. */
  get level() {
    return this.#quality.level;
  }

  set level(level) {
    if (!Number.isInteger(level) || level < -1) throw new TypeError(`level: ${level}: is neither -1 nor an index`);
    this.#drive.call((session, nowMs) => {
      const bandwidthBps = this.#quality.choose(nowMs, level, this.nextLevel);
      if (bandwidthBps !== null) session.want(nowMs, bandwidthBps);
    });
  }

  /** The one on screen, -1: none. */
  get currentLevel() {
    return this.#ladder.indexOf(this.#ladder.shown);
  }

  /** The one that was asked for last, -1: none. */
  get nextLevel() {
    return this.#ladder.indexOf(this.#ladder.next ?? this.#drive.session.track);
  }

  /** Capture to screen, milliseconds; NaN: nothing is shown yet. */
  get latency() {
    return this.#screen.latencyMs;
  }

  get targetLatencyMs() {
    return this.#settings.targetLatencyMs;
  }

  set targetLatencyMs(targetLatencyMs) {
    this.#settings = readSettings({ ...this.#settings, targetLatencyMs });
    this.#stage.targetLatencyMs = targetLatencyMs ?? 0;
  }

  get stats() {
    const nowMs = performance.now();
    return statsOf(this.#stage.renderer?.state(nowMs), this.#tally, nowMs, {
      latencyMs: this.latency,
      throughputBps: this.#quality.throughputBps,
      requests: this.#drive.openCount,
      renderer: this.rendererName,
      level: this.currentLevel,
      utcOffsetMs: this.#clock.offsetMs,
    });
  }

  /** What shows the picture, null: nothing yet. */
  get surface() {
    return this.#stage.renderer?.surface ?? null;
  }

  get rendererName() {
    return this.#stage.renderer?.name ?? "";
  }

  /** The channel that was asked for last, absolute. */
  get url() {
    return this.#url;
  }

  /** Leaves nothing behind. The element is empty after that, and free. */
  destroy() {
    if (this.#destroyed) return;
    this.#destroyed = true;
    clearInterval(this.#timer);
    this.#drive.destroy();
    this.#clock.destroy();
    this.#stage.detach();
    this.#joins.clear();
    this.#emitter.clear();
  }

  /** @param {string} url */
  #resolve(url) {
    const address = webAddress(url, globalThis.document?.baseURI);
    if (address) return address;
    const text = `${url}: is no address of the web${this.#url ? "; what plays goes on" : ""}`;
    this.#emitter.emit("error", { fatal: this.#url === "", kind: "manifest", text });
    return "";
  }

  /**
   * @param {string} url
   * @param {boolean} first
   */
  #change(url, first) {
    const atMs = performance.now();
    const address = this.#resolve(url);
    if (!address || this.#destroyed) return;
    this.#url = address;
    this.#failures.clear();
    this.#changes.ask({ url: address, atMs, first });
    this.#screen.zapping(atMs);
    this.#emitter.emit("zapping", { url: address, atMs });
    if (!first) this.#tally.zaps++;
    const { renderer } = this.#stage;
    if (!renderer) return;
    this.#watch(atMs);
    renderer.stand();
  }

  /** The channel is joined, from its manifest on. @param {number} atMs */
  #watch(atMs) {
    const url = this.#url;
    if (!url) return;
    this.#stage.follows();
    this.#drive.hold();
    this.#ladder.next = null;
    this.#drive.call((session) => this.#joins.begin(session, atMs, url));
    this.#stage.start();
  }

  /** Joins the same channel anew. */
  #rejoin() {
    if (!this.#url || this.#stage.away) return;
    this.#drive.call((session, nowMs) => {
      session.joinAt(null);
      session.resync(nowMs);
    });
  }

  /** @param {boolean} starts  it is not to play yet */
  #shownAgain(starts) {
    const state = this.#stage.renderer?.state(performance.now());
    if (state && (state.aheadMs > BEHIND_MS || !(starts || state.playing))) this.#rejoin();
  }

  /**
   * @param {SessionRequest} request
   * @returns {{url: string, headers: Record<string, string>}}
   */
  #address(request) {
    if (!this.#settings.cmcd) return { url: request.url, headers: {} };
    const state = this.#stage.renderer?.state(performance.now());
    return this.#reporting.address(request, {
      aheadMs: state?.aheadMs ?? 0,
      rate: state?.rate ?? 1,
      throughputBps: this.#quality.throughputBps,
      highestBps: this.levels.at(-1)?.bandwidthBps ?? NaN,
      starts: !state?.playing,
      stalls: this.#tally.stalls,
      live: this.#drive.session.manifest?.streamType !== "vod",
    });
  }

  /**
   * @param {SessionEvent} event
   * @param {SessionRequest} request
   * @param {number} nowMs
   */
  #came(event, request, nowMs) {
    if (event.kind === "frame" && request.track) this.#quality.frame(nowMs, request.track, event.frame);
    if (event.kind === "manifest") this.#joins.learn(this.#drive.session, nowMs, request.url, event.manifest);
  }

  /**
   * @param {Exclude<SessionAction, {do: "request" | "cancel"}>} action
   * @param {number} nowMs
   */
  #do(action, nowMs) {
    if (action.do === "tell") {
      this.#told.told(action.tell, this.#drive.session.track, nowMs);
      return;
    }
    if (action.do === "begin") this.#told.begin(action.presentation);
    this.#stage.give(action);
    if (action.do === "frame") this.#frames ||= action.track.kind === "video";
    if (action.do === "end") this.#emitter.emit("ended", {});
  }

  /** @param {number} nowMs */
  #drained(nowMs) {
    const { session } = this.#drive;
    const { renderer } = this.#stage;
    if (this.#frames && renderer) session.ahead(nowMs, renderer.state(nowMs).aheadMs, renderer.overlaps);
    this.#frames = false;
    const bandwidthBps = this.#quality.advise(nowMs);
    if (bandwidthBps !== null) session.want(nowMs, bandwidthBps);
  }

  #tick() {
    const nowMs = performance.now();
    const { renderer, wantsPlay } = this.#stage;
    if (this.#failures.isDue(nowMs)) this.#rejoin();
    if (!renderer || !this.#drive.session.track) return;
    const { playing, aheadMs } = renderer.state(nowMs);
    const isLive = this.#drive.session.manifest?.streamType === "live";
    const behindMs = playing && wantsPlay && isLive ? aheadMs : 0;
    if (this.#lag.isTooFar(nowMs, behindMs, this.targetLatencyMs ?? 0)) this.#rejoin();
    this.#frames = true;
    this.#drive.call(() => {});
  }

  /**
   * A renderer has nothing of what the last one had.
   * @param {"mse" | "webcodecs"} name
   * @param {string} why  the one before it was given up
   */
  #render(name, why) {
    this.#stage.render(name, why);
    this.#watch(performance.now());
  }

  /** @param {RendererTold} told */
  #rendered(told) {
    if (told.what === "picture") this.#screen.picture(told);
    else if (told.what === "running") this.#screen.running(told.atMs);
    else if (told.what === "stalled" || told.what === "resumed") this.#screen.stall(told);
    else if (told.what === "muted") this.#emitter.emit("muted", { text: told.text });
    else if (told.what === "behind") this.#rejoin();
    else this.#failed(told);
    if (told.what === "running") this.#drive.warm();
  }

  /** @param {Extract<RendererTold, {what: "failed"}>} told */
  #failed(told) {
    const { then, text } = this.#failures.judge(performance.now(), this.rendererName, told);
    if (then === "replace") {
      this.#render("mse", text);
      return;
    }
    if (then === "end") this.#drive.call((session, nowMs) => session.leave(nowMs));
    this.#emitter.emit("error", { fatal: then === "end", kind: "media", text });
  }
}
