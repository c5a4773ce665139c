// The renderer for the lowest latency: WebCodecs decode, a surface shows, Web Audio plays, and a playhead of our own
// says when. The parts: pictures.js (decoding), easel.js and surface.js (showing), sound.js, schedule.js (when).

import { Easel } from "./easel.js";
import { PictureDecoder } from "./pictures.js";
import { Playhead } from "./schedule.js";
import { Sound } from "./sound.js";
import { isDecodable, whyNot } from "./support.js";

/** @typedef {import("../../types.js").Track} Track */
/** @typedef {import("../../types.js").Header} Header */
/** @typedef {import("../../types.js").Frame} Frame */
/** @typedef {import("../../types.js").RendererTold} RendererTold */
/** @typedef {import("../../types.js").Renderer} Renderer */

/** The playhead is looked after that often. */
const advanceMs = 50;
/** So much later than its time a picture may come before that is called a stall. */
const stallMs = 20;
/** A keyframe so far from where the last frame ended begins a timeline of its own. */
const apartMs = 2000;
/** A decoder that fails so often in a row, without a picture in between, can't do it. */
const failuresMost = 3;

/**
 * @param {Track} track
 * @param {Frame} frame
 * @returns {number} manifest time
 */
function manifestMs(track, frame) {
  const offset = track.mediaTimeOffset;
  return (frame.time / frame.timescale - offset.value / offset.scale) * 1000;
}

/** @implements {Renderer} */
export class WebCodecsRenderer {
  name = "webcodecs";
  /** A new rung may begin with a frame that was handed over of the old one already, and is not shown yet. */
  overlaps = true;
  #tell;
  #utcOf;
  #element;
  #playhead = new Playhead();
  #easel;
  #pictures;
  #sound;
  #begun = false;
  #hasSound = false;
  #firstMs = NaN;
  #endMs = NaN;
  #shownCount = 0;
  #shownOfBegin = 0;
  /** @type {import("./pictures.js").Picture | null} */
  #shown = null;
  #advancedMs = -Infinity;
  #stalledMs = NaN;
  #stallTimer = 0;
  #failures = 0;
  #volume = 1;
  #muted = false;
  #ended = false;
  /** Capture to screen at the least; 0: as soon as it goes. */
  targetLatencyMs = 0;

  /** @returns {string} "": it can be used here; else one line why not */
  static why() {
    return whyNot();
  }

  /**
   * @param {Header} header
   * @returns {Promise<boolean>} whether it can be decoded here
   */
  static supports(header) {
    return isDecodable(header);
  }

  /**
   * @param {HTMLElement} element  a video, in whose place the pictures are shown, or a canvas
   * @param {(told: RendererTold) => void} tell
   * @param {{utcOf?: (ms: number) => number}} [clock]  performance.now() to UTC, milliseconds; NaN: not known
   */
  constructor(element, tell, { utcOf = () => NaN } = {}) {
    this.#element = element;
    this.#tell = tell;
    this.#utcOf = utcOf;
    this.#easel = new Easel(element, this.#playhead, {
      shown: (shown) => this.#onShown(shown),
      tick: (nowMs) => this.#advance(nowMs),
    });
    this.#pictures = new PictureDecoder({
      output: (frame, picture) => this.#onDecoded(frame, picture),
      failed: (text, hopeless) => this.#onFailed(text, hopeless),
      waiting: () => this.#easel.length,
    });
    this.#sound = new Sound(this.#playhead, (text) => this.#tell({ what: "muted", text }));
    if (element instanceof HTMLMediaElement) {
      element.addEventListener("volumechange", this.#followElement);
      this.#followElement();
    }
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  get surface() {
    return this.#easel.element;
  }

  /** What is not part of RendererState: for who tunes it. */
  get figures() {
    const nowMs = performance.now();
    const delayMs = this.#playhead.delayMs(nowMs);
    const { pictureMs, soundMs } = this.#playhead.needs(nowMs);
    return {
      pictureSpareMs: delayMs - pictureMs,
      soundSpareMs: delayMs - soundMs,
      refreshMs: this.#easel.refreshMs,
      soundLagMs: this.#playhead.soundLagMs(nowMs),
      soundLate: this.#sound.late,
      waiting: this.#easel.length,
    };
  }

  /** The AudioContext and its last node, to measure or show sound by; null: none yet. */
  get soundOutput() {
    return this.#sound.output;
  }

  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = Math.min(Math.max(Number(volume) || 0, 0), 1);
    this.#applyVolume();
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    this.#muted = Boolean(muted);
    this.#applyVolume();
  }

  /**
   * @param {Track} video
   * @param {Track | null} audio
   * @param {number} _atMs
   */
  begin(video, audio, _atMs) {
    this.#begun = true;
    this.#hasSound = audio !== null && typeof AudioDecoder === "function";
    this.#ended = false;
    this.#sound.begin();
    this.#startTimeline();
  }

  /** Nothing is decoded or drawn of the channel before, so that all the time is the next one's. Its sound goes on. */
  stand() {
    clearTimeout(this.#stallTimer);
    this.#easel.begin();
    this.#pictures.begin();
  }

  #startTimeline() {
    this.#firstMs = NaN;
    this.#endMs = NaN;
    this.#shownOfBegin = 0;
    clearTimeout(this.#stallTimer);
    this.#easel.begin();
    this.#pictures.begin();
    this.#playhead.begin(this.#hasSound);
  }

  /**
   * @param {Track} track
   * @param {Header} header
   */
  header(track, header) {
    if (!this.#begun) return;
    if (track.kind === "video") this.#pictures.header(header);
    else if (typeof AudioDecoder === "function") this.#sound.header(header);
  }

  /**
   * @param {Track} track
   * @param {number} sequence
   * @param {Frame} frame
   */
  frame(track, sequence, frame) {
    if (!this.#begun) return;
    const mediaMs = manifestMs(track, frame);
    if (frame.kind === "audio") {
      this.#sound.frame(mediaMs, frame);
      return;
    }
    const nowMs = performance.now();
    const durationMs = (frame.duration / frame.timescale) * 1000;
    if (frame.sync && Math.abs(mediaMs - this.#endMs) > apartMs) this.#startTimeline();
    const first = Number.isNaN(this.#firstMs);
    if (first) this.#firstMs = mediaMs;
    this.#endMs = mediaMs + durationMs;
    this.#aim(mediaMs, frame.captureUtcMs, nowMs);
    const { captureUtcMs } = frame;
    this.#easel.throwAwayUnseen(nowMs);
    this.#pictures.frame({ track, sequence, mediaMs, durationMs, captureUtcMs, first }, frame, nowMs);
  }

  end() {
    this.#ended = true;
  }

  /**
   * @param {number} nowMs
   * @returns {import("../../types.js").RendererState}
   */
  state(nowMs) {
    const shown = this.#shown;
    const fromMs = this.#playhead.running ? this.#playhead.mediaMs(nowMs) : this.#firstMs;
    return {
      playing: this.#playhead.running && Number.isNaN(this.#stalledMs) && !this.#easel.frozen,
      aheadMs: Math.max(this.#endMs - fromMs, 0) || 0,
      shownTime: shown ? shown.mediaMs / 1000 : NaN,
      shownSequence: shown ? shown.sequence : -1,
      shownCaptureUtcMs: shown ? shown.captureUtcMs : NaN,
      rate: this.#playhead.rate,
      decoded: this.#shownCount,
      dropped: this.#easel.dropped,
    };
  }

  /** Pictures begin without a gesture; where sound needs one, that is told as muted. */
  async play() {
    this.#easel.frozen = false;
    this.#sound.resume().catch(() => {});
  }

  /** The picture stands, and live goes on without it: play() continues at what is live then. */
  pause() {
    this.#easel.frozen = true;
    clearTimeout(this.#stallTimer);
    this.#sound.suspend();
  }

  destroy() {
    this.#begun = false;
    this.#element.removeEventListener("volumechange", this.#followElement);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearTimeout(this.#stallTimer);
    this.#pictures.destroy();
    this.#easel.destroy();
    this.#sound.destroy();
  }

  /**
   * @param {VideoFrame} frame
   * @param {import("./pictures.js").Picture} picture
   */
  #onDecoded(frame, picture) {
    const nowMs = performance.now();
    const needed = this.#easel.push(frame, picture, nowMs);
    if (needed && !picture.first) {
      // What had to wait for room could have been ready long ago.
      const readyMs = Number.isNaN(picture.heldMs) ? nowMs : picture.heldMs;
      this.#playhead.picture(picture.mediaMs, readyMs + this.#easel.leadMs, nowMs);
    }
    this.#easel.wake();
    this.#advance(nowMs);
  }

  /** @param {import("./easel.js").Shown} shown */
  #onShown({ picture, readyMs, shownMs }) {
    this.#shown = picture;
    this.#shownCount++;
    this.#shownOfBegin++;
    this.#failures = 0;
    const { track, sequence, mediaMs, captureUtcMs, first } = picture;
    this.#tell({
      what: "picture", track, sequence, time: mediaMs / 1000, captureUtcMs, shownMs, first, decodedMs: readyMs,
    });
    if (this.#shownOfBegin === 2) this.#tell({ what: "running", atMs: shownMs });
    if (!Number.isNaN(this.#stalledMs)) {
      this.#tell({ what: "resumed", atMs: shownMs, stalledMs: shownMs - this.#stalledMs });
      this.#stalledMs = NaN;
    }
    this.#expectNext(picture);
    this.#pictures.pump(performance.now());
  }

  /**
   * Tells of a stall where the picture that is to follow doesn't come.
   * @param {import("./pictures.js").Picture} picture
   */
  #expectNext(picture) {
    clearTimeout(this.#stallTimer);
    if (!this.#playhead.running) return;
    const dueMs = this.#playhead.dueMs(picture.mediaMs + picture.durationMs);
    const toleratedMs = picture.durationMs + stallMs;
    this.#stallTimer = window.setTimeout(() => {
      const idle = document.hidden || this.#easel.frozen || this.#ended || this.#easel.length > 0;
      if (idle || !Number.isNaN(this.#stalledMs)) return;
      this.#stalledMs = dueMs;
      this.#tell({ what: "stalled", atMs: dueMs });
    }, Math.max(dueMs + toleratedMs - performance.now(), 0));
  }

  /**
   * @param {string} text
   * @param {boolean} hopeless
   */
  #onFailed(text, hopeless) {
    this.#begun = false;
    this.#easel.begin();
    const fatal = ++this.#failures >= failuresMost || hopeless;
    this.#tell({ what: "failed", text: `pictures can't be decoded: ${text}`, fatal });
  }

  /** @param {number} nowMs */
  #advance(nowMs) {
    if (nowMs - this.#advancedMs < advanceMs) return;
    this.#advancedMs = nowMs;
    this.#playhead.advance(nowMs);
    this.#sound.pump(nowMs);
  }

  /**
   * @param {number} mediaMs
   * @param {number} captureUtcMs
   * @param {number} nowMs
   */
  #aim(mediaMs, captureUtcMs, nowMs) {
    const utcMs = this.#utcOf(nowMs);
    if (!this.targetLatencyMs || Number.isNaN(captureUtcMs) || Number.isNaN(utcMs)) {
      this.#playhead.leastDelay(-Infinity);
      return;
    }
    const capturedMs = nowMs - (utcMs - captureUtcMs);
    this.#playhead.leastDelay(capturedMs + this.targetLatencyMs - mediaMs);
  }

  #applyVolume() {
    this.#sound.volume = this.#muted ? 0 : this.#volume;
  }

  /** The page may go on to use the volume and muted of its video. */
  #followElement = () => {
    const element = /** @type {HTMLMediaElement} */ (this.#element);
    this.#volume = element.volume;
    this.#muted = element.muted;
    this.#applyVolume();
  };

  #onVisibility = () => {
    if (!document.hidden) this.#easel.wake();
  };
}
