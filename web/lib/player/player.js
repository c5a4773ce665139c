// A HESP player for a web page: it owns the session, the network, the clock and a renderer, and puts them together.

import { Clock } from "../transport/clock.js";
import { cmcdHeaders, cmcdUrl } from "../transport/cmcd.js";
import { Warmth } from "../transport/warm.js";
import { startPlaying } from "./autoplay.js";
import { Changes } from "./changes.js";
import { Drive } from "./drive.js";
import { Emitter } from "./emitter.js";
import { EVENTS } from "./events.js";
import { Presence } from "./presence.js";
import { Quality, levelsOf } from "./quality.js";
import { createRenderer, supported } from "./renderers.js";
import { Reporting } from "./reporting.js";
import { readSettings } from "./settings.js";
import { Tally } from "./tally.js";

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Renderer} Renderer
 * @typedef {import("../types.js").RendererTold} RendererTold
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("../types.js").Told} Told
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./events.js").EventMap} EventMap
 * @typedef {import("./events.js").Level} Level
 */

const TICK_MS = 50;
const MANIFESTS_KEPT = 64;
/** A renderer that fails more often than that within a minute is given up. */
const FAILURES_MAX = 5;
const FAILURES_WITHIN_MS = 60000;
/** Shown again so far behind, the page joins anew. */
const BEHIND_MS = 600;

export class HespPlayer {
  static Events = EVENTS;

  #settings;
  /** @type {Emitter<EventMap>} */
  #emitter = new Emitter();
  #drive;
  #clock = new Clock();
  #warmth = new Warmth();
  #quality;
  #reporting;
  #changes = new Changes();
  #tally = new Tally();
  /** @type {HTMLElement | null} */
  #element = null;
  /** @type {Renderer | null} */
  #renderer = null;
  /** @type {Presence | null} */
  #presence = null;
  #url = "";
  /** By the address that they were asked for at. @type {Map<string, Manifest>} */
  #manifests = new Map();
  /** The join's rung is still to be chosen. */
  #joins = false;
  /** @type {Level[]} */
  #levels = [];
  /** @type {Presentation | null} */
  #presentation = null;
  /** @type {Track | null} on screen */
  #shownTrack = null;
  /** @type {Track | null} the one that is switched to */
  #nextTrack = null;
  #latencyMs = NaN;
  #asked = false;
  #wantsPlay = true;
  /** @type {number[]} when the renderer failed */
  #failuresMs = [];
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
    this.#reporting = new Reporting(this.#settings.cmcd);
    this.#drive = new Drive({
      action: (action, nowMs) => this.#do(action, nowMs),
      event: (event, request, nowMs) => this.#came(event, request, nowMs),
      drained: (nowMs) => this.#drained(nowMs),
      bytes: (bytes, nowMs) => this.#tally.came(bytes, nowMs),
      address: (request) => this.#address(request),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  // ---- what a page calls ----

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
    if (this.#destroyed || this.#element === element) return;
    this.#detach();
    this.#element = element;
    this.#presence = new Presence(element, {
      shown: () => this.#shownAgain(),
      online: () => this.#rejoin(),
      offline: () => {},
      paused: () => this.#drive.call((session, nowMs) => session.leave(nowMs)),
      resumed: () => this.#watch(this.#url, performance.now()),
    });
    this.#render(this.#settings.renderer, "");
    if (this.#url && this.#asked) this.#watch(this.#url, performance.now());
  }

  /** @param {string} url  of the manifest of the first channel */
  load(url) {
    this.#change(url, true);
  }

  /** @param {string} url  of another channel's manifest, or the same one's: a join anew */
  zap(url) {
    this.#change(url, !this.#asked);
  }

  /** @param {string} url  of a manifest that a zap may need soon */
  preload(url) {
    const address = this.#resolve(url);
    if (address) this.#drive.call((session, nowMs) => session.preload(nowMs, address));
  }

  play() {
    this.#wantsPlay = true;
    this.#presence?.plays();
    void this.#start();
  }

  pause() {
    this.#wantsPlay = false;
    this.#renderer?.pause();
    this.#presence?.paused();
  }

  get muted() {
    return this.#media?.muted ?? false;
  }

  set muted(muted) {
    if (this.#media) this.#media.muted = muted;
  }

  get volume() {
    return this.#media?.volume ?? 1;
  }

  set volume(volume) {
    if (this.#media) this.#media.volume = Math.min(1, Math.max(0, volume));
  }

  /** Those of the channel, lowest first. */
  get levels() {
    return this.#levels;
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
    return this.#levelOf(this.#shownTrack);
  }

  /** The one that was asked for last, -1: none. */
  get nextLevel() {
    return this.#nextTrack ? this.#levelOf(this.#nextTrack) : this.#levelOf(this.#drive.session.track);
  }

  /** Capture to screen, milliseconds; NaN: nothing is shown yet. */
  get latency() {
    return this.#latencyMs;
  }

  get targetLatencyMs() {
    return this.#settings.targetLatencyMs;
  }

  set targetLatencyMs(targetLatencyMs) {
    this.#settings = readSettings({ ...this.#settings, targetLatencyMs });
    if (this.#renderer) this.#renderer.targetLatencyMs = targetLatencyMs ?? 0;
  }

  get stats() {
    const nowMs = performance.now();
    const state = this.#renderer?.state(nowMs);
    const { zaps, switches, stalls, stalledMs, bytes } = this.#tally;
    return {
      latencyMs: this.#latencyMs,
      aheadMs: state?.aheadMs ?? 0,
      rate: state?.rate ?? 1,
      shown: state?.decoded ?? 0,
      dropped: state?.dropped ?? 0,
      stalls,
      stalledMs,
      zaps,
      switches,
      bytes,
      throughputBps: this.#quality.throughputBps,
      bitrateBps: this.#tally.bitrateBps(nowMs),
      requests: this.#drive.openCount,
      renderer: this.rendererName,
      level: this.currentLevel,
      utcOffsetMs: this.#clock.offsetMs,
    };
  }

  /** What shows the picture, null: nothing yet. */
  get surface() {
    return this.#renderer?.surface ?? null;
  }

  get rendererName() {
    return this.#renderer?.name ?? "";
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
    this.#warmth.destroy();
    this.#detach();
    this.#manifests.clear();
    this.#emitter.clear();
  }

  // ---- channels ----

  get #media() {
    return this.#element instanceof HTMLMediaElement ? this.#element : null;
  }

  /** @param {string} url */
  #resolve(url) {
    try {
      return new URL(url, globalThis.document?.baseURI).href;
    } catch {
      this.#emitter.emit("error", { fatal: true, kind: "manifest", text: `${url}: is no address` });
      return "";
    }
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
    this.#asked = true;
    this.#changes.ask({ url: address, atMs, first });
    this.#emitter.emit("zapping", { url: address, atMs });
    if (!first) this.#tally.zaps++;
    if (!this.#renderer) return;
    this.#watch(address, atMs);
    this.#renderer.stand();
  }

  /**
   * @param {string} url
   * @param {number} atMs
   */
  #watch(url, atMs) {
    if (!url) return;
    this.#presence?.follows(this.#wantsPlay);
    this.#warmth.hold();
    this.#nextTrack = null;
    this.#joins = true;
    const manifest = this.#manifests.get(url);
    this.#drive.call((session) => {
      const choice = manifest ? this.#choose(manifest, atMs) : null;
      if (choice) session.joinAt(choice.joinBps ?? choice.bandwidthBps);
      if (session.track || session.manifest) session.zap(atMs, url);
      else session.start(atMs, url);
      if (choice) session.want(atMs, choice.bandwidthBps);
    });
    if (this.#wantsPlay) void this.#start();
  }

  /**
   * The rung that a join starts on.
   * @param {Manifest} manifest
   * @param {number} nowMs
   */
  #choose(manifest, nowMs) {
    this.#joins = false;
    return this.#quality.join(nowMs, manifest.active);
  }

  /** Joins the same channel anew. */
  #rejoin() {
    if (!this.#url || this.#presence?.away) return;
    this.#drive.call((session, nowMs) => {
      session.joinAt(null);
      session.resync(nowMs);
    });
  }

  #shownAgain() {
    const state = this.#renderer?.state(performance.now());
    if (state && (state.aheadMs > BEHIND_MS || !state.playing)) this.#rejoin();
  }

  // ---- from the network to the session ----

  /**
   * @param {SessionRequest} request
   * @returns {{url: string, headers: Record<string, string>}}
   */
  #address(request) {
    if (!this.#settings.cmcd) return { url: request.url, headers: {} };
    const state = this.#renderer?.state(performance.now());
    const highest = this.#levels[this.#levels.length - 1];
    const fields = this.#reporting.fields(request, {
      aheadMs: state?.aheadMs ?? 0,
      rate: state?.rate ?? 1,
      throughputBps: this.#quality.throughputBps,
      highestBps: highest?.bandwidthBps ?? NaN,
      starts: !state?.playing,
      stalls: this.#tally.stalls,
      live: this.#drive.session.manifest?.streamType !== "vod",
    });
    if (this.#reporting.mode === "header") return { url: request.url, headers: cmcdHeaders(fields) };
    return { url: cmcdUrl(request.url, fields), headers: {} };
  }

  /**
   * @param {SessionEvent} event
   * @param {SessionRequest} request
   * @param {number} nowMs
   */
  #came(event, request, nowMs) {
    if (event.kind === "manifest") this.#learn(request.url, event.manifest, nowMs);
    else if (event.kind === "frame" && request.track) this.#quality.frame(nowMs, request.track, event.frame);
  }

  /**
   * @param {string} url
   * @param {Manifest} manifest
   * @param {number} nowMs
   */
  #learn(url, manifest, nowMs) {
    this.#manifests.delete(url);
    this.#manifests.set(url, manifest);
    if (this.#manifests.size > MANIFESTS_KEPT) this.#manifests.delete([...this.#manifests.keys()][0]);
    if (url !== this.#url || !this.#joins) return;
    const choice = this.#choose(manifest, nowMs);
    const { session } = this.#drive;
    session.joinAt(choice.joinBps ?? choice.bandwidthBps);
    session.want(nowMs, choice.bandwidthBps);
  }

  // ---- from the session to the renderer ----

  /**
   * @param {Exclude<SessionAction, {do: "request" | "cancel"}>} action
   * @param {number} nowMs
   */
  #do(action, nowMs) {
    if (action.do === "frame") {
      this.#renderer?.frame(action.track, action.sequence, action.frame);
      this.#frames ||= action.track.kind === "video";
    } else if (action.do === "header") {
      this.#renderer?.header(action.track, action.header);
    } else if (action.do === "begin") {
      this.#begins(action);
    } else if (action.do === "end") {
      this.#renderer?.end();
      this.#emitter.emit("ended", {});
    } else {
      this.#told(action.tell, nowMs);
    }
  }

  /** @param {Extract<SessionAction, {do: "begin"}>} action */
  #begins({ presentation, video, audio }) {
    this.#nextTrack = null;
    this.#changes.begin();
    this.#present(presentation);
    this.#renderer?.begin(video, audio, performance.now());
  }

  /** @param {Presentation} presentation */
  #present(presentation) {
    const levels = levelsOf(presentation);
    const same = JSON.stringify(levels) === JSON.stringify(this.#levels);
    const other = presentation.id !== this.#presentation?.id;
    this.#presentation = presentation;
    this.#levels = same ? this.#levels : levels;
    if (!same) this.#emitter.emit("levels", { levels });
    if (other) this.#emitter.emit("presentation", { id: presentation.id });
  }

  /**
   * @param {Told} tell
   * @param {number} nowMs
   */
  #told(tell, nowMs) {
    const { session } = this.#drive;
    if (tell.what === "manifest") {
      this.#clock.use(tell.manifest.timeSource);
      this.#emitter.emit("manifest", { manifest: tell.manifest });
    } else if (tell.what === "packet") {
      if (tell.track.kind === "video" && (tell.why === "join" || tell.why === "zap")) this.#changes.packet(tell.timing);
      this.#quality.packet(nowMs, tell.track, tell.timing);
    } else if (tell.what === "switching") {
      this.#nextTrack = tell.track;
      const level = this.#levelOf(tell.track);
      this.#emitter.emit("switching", { level, from: this.#levelOf(session.track) });
    } else if (tell.what === "switched") {
      this.#nextTrack = null;
      this.#changes.switched({ track: tell.track, from: this.#shownTrack, decidedMs: tell.decidedMs });
    } else if (tell.what === "switch-failed") {
      this.#nextTrack = null;
      if (session.track) this.#quality.failed(nowMs, session.track);
      this.#emitter.emit("error", { fatal: false, kind: "network", text: `quality stays as it is: ${tell.text}` });
    } else if (tell.what === "presentation") {
      this.#present(tell.presentation);
      if (session.track) this.#quality.follow(nowMs, tell.presentation, session.track);
    } else if (tell.what === "fault") {
      const again = `asked for again in ${Math.round(tell.retryMs)} ms`;
      this.#emitter.emit("error", { fatal: false, kind: "network", text: `${tell.text}; ${again}` });
    } else {
      this.#emitter.emit(tell.what, { text: "text" in tell ? tell.text : "pictures come again" });
    }
  }

  /** @param {number} nowMs */
  #drained(nowMs) {
    const { session } = this.#drive;
    if (this.#frames && this.#renderer) {
      session.ahead(nowMs, this.#renderer.state(nowMs).aheadMs, this.#renderer.overlaps);
    }
    this.#frames = false;
    const bandwidthBps = this.#quality.advise(nowMs);
    if (bandwidthBps !== null) session.want(nowMs, bandwidthBps);
  }

  #tick() {
    if (!this.#renderer || !this.#drive.session.track) return;
    this.#frames = true;
    this.#drive.call(() => {});
  }

  // ---- from the renderer ----

  /**
   * @param {"mse" | "webcodecs"} name
   * @param {string} why  the one before it was given up
   */
  #render(name, why) {
    const element = /** @type {HTMLVideoElement} */ (this.#element);
    this.#renderer?.destroy();
    const { renderer, text } = createRenderer(name, element, (told) => this.#rendered(renderer, told),
      { utcOf: (nowMs) => this.#clock.utcOf(nowMs) });
    this.#renderer = renderer;
    if (!renderer) {
      this.#emitter.emit("error", { fatal: true, kind: "unsupported", text });
      return;
    }
    renderer.targetLatencyMs = this.#settings.targetLatencyMs ?? 0;
    this.#emitter.emit("renderer", { name: renderer.name, text: why || text });
  }

  #detach() {
    this.#presence?.destroy();
    this.#presence = null;
    this.#renderer?.destroy();
    this.#renderer = null;
    this.#element = null;
  }

  /**
   * @param {Renderer | null} renderer
   * @param {RendererTold} told
   */
  #rendered(renderer, told) {
    if (renderer !== this.#renderer || this.#destroyed) return;
    if (told.what === "picture") this.#pictured(told);
    else if (told.what === "running") this.#runs(told.atMs);
    else if (told.what === "stalled") this.#stalls(told.atMs);
    else if (told.what === "resumed") this.#resumes(told.stalledMs);
    else if (told.what === "muted") this.#emitter.emit("muted", { text: told.text });
    else if (told.what === "behind") this.#rejoin();
    else this.#failed(told);
  }

  /** @param {Extract<RendererTold, {what: "picture"}>} told */
  #pictured(told) {
    const { track, sequence, captureUtcMs, shownMs } = told;
    const latencyMs = this.#clock.utcOf(shownMs) - captureUtcMs;
    const level = this.#levelOf(track);
    this.#latencyMs = latencyMs;
    const { zapped, switched } = this.#changes.picture(told);
    this.#shownTrack = track;
    if (zapped) {
      const { asked: { url, first }, zapMs, packetBytes, anatomy } = zapped;
      this.#emitter.emit("zapped",
        { url, zapMs, first, level, sequence, captureUtcMs, latencyMs, packetBytes, anatomy });
    }
    if (switched) {
      const { change, switchMs, gapMs } = switched;
      this.#tally.switches++;
      this.#emitter.emit("switched", { level, from: change.from ? this.#levelOf(change.from) : -1, switchMs, gapMs });
    }
    this.#emitter.emit("picture", { sequence, level, captureUtcMs, shownMs, latencyMs });
  }

  /** @param {number} atMs */
  #runs(atMs) {
    const sinceMs = this.#changes.running(atMs);
    if (sinceMs !== null) this.#emitter.emit("running", { sinceMs });
    const { track, manifest } = this.#drive.session;
    const source = manifest?.timeSource?.value;
    if (track && source && URL.canParse(source)) this.#warmth.joined(track.packetUrl("now"), source);
  }

  /** @param {number} atMs */
  #stalls(atMs) {
    this.#tally.stalls++;
    this.#emitter.emit("stalled", { atMs });
  }

  /** @param {number} stalledMs */
  #resumes(stalledMs) {
    this.#tally.stalledMs += stalledMs;
    this.#emitter.emit("resumed", { stalledMs });
  }

  /** @param {Extract<RendererTold, {what: "failed"}>} told */
  #failed({ text, fatal }) {
    const nowMs = performance.now();
    if (fatal && this.rendererName === "webcodecs") {
      this.#render("mse", text);
      this.#anew();
      return;
    }
    this.#failuresMs = this.#failuresMs.filter((atMs) => atMs > nowMs - FAILURES_WITHIN_MS);
    this.#failuresMs.push(nowMs);
    if (fatal || this.#failuresMs.length > FAILURES_MAX) {
      this.#drive.call((session) => session.leave(nowMs));
      const why = fatal ? text : `${text}: ${this.#failuresMs.length} times within a minute, so playing ends`;
      this.#emitter.emit("error", { fatal: true, kind: "media", text: why });
      return;
    }
    this.#emitter.emit("error", { fatal: false, kind: "media", text: `${text}; the channel is joined anew` });
    this.#rejoin();
  }

  /** Another renderer has nothing of what the last one had. */
  #anew() {
    if (this.#url && this.#asked) this.#watch(this.#url, performance.now());
  }

  async #start() {
    const renderer = this.#renderer;
    if (!renderer) return;
    const started = await startPlaying(renderer, this.#media);
    if (started.what === "plays" || this.#destroyed || renderer !== this.#renderer) return;
    if (started.what === "blocked") this.#presence?.paused();
    this.#emitter.emit(started.what, { text: started.text });
  }

  /** @param {Track | null} track */
  #levelOf(track) {
    return track ? this.#levels.findIndex(({ id }) => id === track.id) : -1;
  }
}
