// A renderer over Media Source Extensions. It places each timeline of the session beyond everything that the element
// has (places.js), goes there, and keeps the clock as near to the live edge as it holds (catchup.js).
//
// Facts about Chromium that shape it. Where pictures overlap in a SourceBuffer it freezes, so nothing overlaps. A seek
// shows its first picture within a few milliseconds, but only once there is sound there too: silence is
// (sound-line.js).
// With sound, its clock stops for long once sound runs out, and longer each time, until a seek.

import { CatchUp } from "../catchup.js";
import { Concealment } from "./concealment.js";
import { MediaLine } from "./media-line.js";
import { watchPictures } from "./pictures.js";
import { Places } from "./places.js";
import { SoundLine } from "./sound-line.js";
import { Stalls } from "./stalls.js";

/**
 * @typedef {import("../../types.js").Frame} Frame
 * @typedef {import("../../types.js").Header} Header
 * @typedef {import("../../types.js").Kind} Kind
 * @typedef {import("../../types.js").Renderer} Renderer
 * @typedef {import("../../types.js").RendererState} RendererState
 * @typedef {import("../../types.js").RendererTold} RendererTold
 * @typedef {import("../../types.js").Track} Track
 * @typedef {import("./places.js").Placed} Placed
 */

const TICK_MS = 30;
const KEEP_SECONDS = 5;
const TRIM_EVERY_SECONDS = 2;
/** A timeline whose first picture isn't shown by then is not waited for any longer. */
const FIRST_MS = 4000;
/** A seek takes a tenth of that: a browser that tells of no picture by then, though it has one, has left one out. */
const UNTOLD_MS = 100;

/** @param {string} codecs  what needs a changeType where it differs */
function family(codecs) {
  return codecs.slice(0, codecs.indexOf(".") < 0 ? undefined : codecs.indexOf("."));
}

/** @param {Track} track */
function typeOf(track) {
  return `${track.mimeType}; codecs="${track.codecs}"`;
}

/** @implements {Renderer} */
export class MseRenderer {
  name = "mse";
  /** Capture to screen; 0: as low as it goes. */
  targetLatencyMs = 0;
  /** Frames over such that are appended already freeze the picture. */
  overlaps = false;
  #element;
  #tell;
  #utcOf;
  #places = new Places();
  #catchUp = new CatchUp();
  #stalls = new Stalls();
  #sound;
  #concealment;
  /** @type {MediaLine | null} */
  #line = null;
  /** @type {{video: string, audio: string}} codecs that the SourceBuffers hold; "": no such SourceBuffer */
  #codecs = { video: "", audio: "" };
  #broken = false;
  #ended = false;
  /** Another channel is waited for. */
  #stands = false;
  #playing = false;
  /** @type {Header | null} to go before the next picture */
  #header = null;
  #offsetSeconds = NaN;
  #hasSound = false;
  /** The first picture of this timeline is to be shown, since then; NaN: it was. */
  #firstSinceMs = NaN;
  #running = false;
  #framesMs = -Infinity;
  #latencyMs = NaN;
  /** @type {Placed | null} on screen */
  #shown = null;
  #decoded = 0;
  #trimmedSeconds = 0;
  /** @type {() => void} */
  #stopPictures;
  #timer;
  #listening = new AbortController();

  /**
   * @param {HTMLVideoElement} element
   * @param {(told: RendererTold) => void} tell
   * @param {{utcOf?: (nowMs: number) => number}} [clock]  performance.now() to UTC, milliseconds; NaN: not known
   */
  constructor(element, tell, { utcOf = () => NaN } = {}) {
    this.#element = element;
    this.#tell = tell;
    this.#utcOf = utcOf;
    this.#sound = new SoundLine(this.#places, (piece) => this.#line?.push("audio", piece));
    this.#concealment = new Concealment(element, this.#places, this.#sound, {
      runs: () => this.#running && !this.#ended,
      waits: () => this.#stalls.waits,
    });
    this.#stopPictures = watchPictures(element, (shown) => this.#picture(shown));
    this.#timer = setInterval(() => this.#tick(performance.now()), TICK_MS);
    const { signal } = this.#listening;
    element.addEventListener("waiting", () => this.#waits(), { signal });
    element.addEventListener("playing", () => this.#goesOn(performance.now()), { signal });
    const why = () => element.error?.message || `media error ${element.error?.code ?? ""}`;
    element.addEventListener("error", () => this.#fails(why()), { signal });
  }

  get surface() {
    return this.#element;
  }

  /**
   * @param {Track} video
   * @param {Track | null} audio
   * @param {number} _atMs
   */
  begin(video, audio, _atMs) {
    const nowMs = performance.now();
    this.#hasSound = audio !== null;
    this.#stands = false;
    this.#header = null;
    this.#offsetSeconds = NaN;
    this.#running = false;
    this.#stalls.begin();
    this.#firstSinceMs = nowMs;
    if (!this.#line || this.#broken || this.#ended || (this.#codecs.audio !== "") !== this.#hasSound) {
      this.#open(video, audio);
    } else {
      this.#line.clear();
      this.#places.begin(this.#element.currentTime);
    }
    if (audio) this.#sound.begin(audio);
    this.#catchUp.begin(nowMs, this.#hasSound);
  }

  /**
   * @param {Track} track
   * @param {Header} header
   */
  header(track, header) {
    if (track.kind === "audio") this.#sound.header(track, header);
    else this.#header = header;
  }

  /**
   * @param {Track} track
   * @param {number} sequence
   * @param {Frame} frame
   */
  frame(track, sequence, frame) {
    if (this.#broken) return;
    this.#framesMs = performance.now();
    if (track.kind === "audio") {
      if (this.#hasSound) this.#sound.frame(track, sequence, frame);
      this.#armConceal();
      return;
    }
    const placed = this.#places.put(track, sequence, frame);
    this.#append(track, frame);
    if (placed.first) {
      this.#sound.start(track, sequence);
      this.#armConceal();
      this.#goTo(placed.seconds);
    }
    this.#steer(this.#framesMs);
  }

  /** What the element has of the channel before may go on: it costs the next one little. */
  stand() {
    this.#stands = true;
    this.#stalls.begin();
  }

  end() {
    this.#ended = true;
    this.#line?.end();
  }

  /**
   * @param {number} _nowMs
   * @returns {RendererState}
   */
  state(_nowMs) {
    const shown = this.#shown;
    return {
      playing: this.#running && !this.#stalls.waits && !this.#element.paused,
      aheadMs: this.#pictureAheadMs(),
      shownTime: shown?.manifestSeconds ?? NaN,
      shownSequence: shown?.sequence ?? -1,
      shownCaptureUtcMs: shown?.captureUtcMs ?? NaN,
      rate: this.#element.playbackRate,
      decoded: this.#decoded,
      dropped: this.#element.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0,
    };
  }

  async play() {
    this.#playing = true;
    await this.#element.play();
  }

  pause() {
    this.#playing = false;
    this.#element.pause();
  }

  destroy() {
    clearInterval(this.#timer);
    this.#concealment.stop();
    this.#stopPictures();
    this.#listening.abort();
    this.#element.playbackRate = 1;
    this.#element.pause();
    this.#line?.close();
    this.#line = null;
  }

  /**
   * A MediaSource of its own, from the start.
   * @param {Track} video
   * @param {Track | null} audio
   */
  #open(video, audio) {
    this.#line?.close();
    this.#line = null;
    this.#places.reset();
    this.#broken = false;
    this.#ended = false;
    this.#trimmedSeconds = 0;
    /** @type {Map<Kind, string>} */
    const types = new Map([["video", typeOf(video)]]);
    if (audio) types.set("audio", typeOf(audio));
    this.#codecs = { video: video.codecs, audio: audio?.codecs ?? "" };
    try {
      this.#line = new MediaLine(this.#element, types, {
        failed: (text) => this.#fails(text),
        makeRoom: () => this.#places.keyframeBefore(this.#element.currentTime) || 0,
      });
    } catch (error) {
      this.#broken = true;
      this.#tell({ what: "failed", text: error instanceof Error ? error.message : String(error), fatal: true });
      return;
    }
    // An element that is given something else is paused.
    if (this.#playing) this.#element.play().catch(() => {});
  }

  /**
   * @param {Track} track
   * @param {Frame} frame
   */
  #append(track, frame) {
    /** @type {import("./append-queue.js").Piece} */
    const piece = { bytes: frame.bytes };
    const header = this.#header;
    if (header) {
      this.#header = null;
      piece.bytes = new Uint8Array(header.bytes.length + frame.bytes.length);
      piece.bytes.set(header.bytes);
      piece.bytes.set(frame.bytes, header.bytes.length);
      if (family(track.codecs) !== family(this.#codecs.video)) piece.type = typeOf(track);
      this.#codecs.video = track.codecs;
    }
    const offsetSeconds = this.#places.offsetSeconds(track);
    if (offsetSeconds !== this.#offsetSeconds) piece.offsetSeconds = offsetSeconds;
    this.#offsetSeconds = offsetSeconds;
    this.#line?.push("video", piece);
  }

  /** @param {number} seconds */
  #goTo(seconds) {
    if (Math.abs(this.#element.currentTime - seconds) > 0.001) this.#element.currentTime = seconds;
  }

  #pictureAheadMs() {
    if (!this.#places.begun) return 0;
    return Math.max(0, 1000 * (this.#places.endSeconds - this.#element.currentTime));
  }

  /** @param {number} nowMs */
  #tick(nowMs) {
    if (!this.#line || this.#broken) return;
    if (this.#ended) this.#line.endIfDone();
    this.#watchStall(nowMs);
    this.#trim();
    this.#followUnseen(nowMs);
    this.#steer(nowMs);
    if (nowMs - this.#firstSinceMs > FIRST_MS && !this.#element.paused && this.#places.begun) {
      this.#firstSinceMs = nowMs;
      this.#fails("the first picture was not shown");
    }
  }

  /**
   * A hidden page is told of no picture, and a busy one may miss the first, which stands. The clock tells of it then.
   * @param {number} nowMs
   */
  #followUnseen(nowMs) {
    const { currentTime: mediaSeconds, seeking, readyState } = this.#element;
    if (!(document.hidden || nowMs - this.#firstSinceMs > UNTOLD_MS) || seeking || readyState < 2) return;
    this.#picture({ mediaSeconds, decodedMs: NaN, shownMs: nowMs });
  }

  /** Looks after the sound once it is about to run dry. */
  #armConceal() {
    this.#concealment.stop();
    if (this.#hasSound && this.#places.begun && !this.#ended && !this.#broken) this.#concealment.arm();
  }

  /** @param {number} nowMs */
  #steer(nowMs) {
    const element = this.#element;
    if (!this.#places.begun || element.paused || element.seeking || this.#stalls.waits) return;
    if (!Number.isNaN(this.#firstSinceMs)) {
      if (this.#hasSound) this.#setRate(0.5);
      return;
    }
    const now = element.currentTime;
    const { rate, jumpMs } = this.#catchUp.advise(nowMs, {
      pictureMs: 1000 * (this.#places.endSeconds - now),
      soundMs: 1000 * (this.#sound.cameSeconds - now),
      latencyMs: this.#latencyMs,
      targetLatencyMs: this.targetLatencyMs || null,
    });
    if (jumpMs > 0) element.currentTime = now + jumpMs / 1000;
    this.#setRate(rate);
  }

  /** @param {number} rate */
  #setRate(rate) {
    if (this.#element.playbackRate !== rate) this.#element.playbackRate = rate;
  }

  /** What lies behind goes, a part at a time. */
  #trim() {
    const now = this.#element.currentTime;
    const to = this.#places.keyframeBefore(now - KEEP_SECONDS) || 0;
    if (to < this.#trimmedSeconds + TRIM_EVERY_SECONDS) return;
    this.#trimmedSeconds = to;
    this.#line?.trim("video", to);
    if (this.#codecs.audio) this.#line?.trim("audio", to);
  }

  /** @param {import("./pictures.js").Shown} shown */
  #picture({ mediaSeconds, decodedMs, shownMs }) {
    const placed = this.#places.at(mediaSeconds);
    if (!placed || placed === this.#shown) return;
    this.#shown = placed;
    this.#decoded++;
    this.#latencyMs = this.#utcOf(shownMs) - placed.captureUtcMs;
    const first = !Number.isNaN(this.#firstSinceMs);
    this.#firstSinceMs = NaN;
    const { track, sequence, manifestSeconds, captureUtcMs } = placed;
    this.#tell({ what: "picture", track, sequence, time: manifestSeconds, captureUtcMs, shownMs, first, decodedMs });
    if (first) {
      this.#catchUp.begin(shownMs, this.#hasSound);
      this.#goesOn(shownMs);
      return;
    }
    if (!this.#running) {
      this.#running = true;
      this.#tell({ what: "running", atMs: shownMs });
    }
    if (this.#element.readyState > 2) this.#goesOn(shownMs);
  }

  /** The element says that it waits for media. */
  #waits() {
    if (!this.#running || this.#element.seeking || this.#ended || this.#stands) return;
    this.#stalls.waiting(performance.now());
  }

  /** @param {number} nowMs */
  #goesOn(nowMs) {
    const stalledMs = this.#stalls.over(nowMs);
    if (stalledMs !== null) this.#tell({ what: "resumed", atMs: nowMs, stalledMs });
  }

  /** @param {number} nowMs */
  #watchStall(nowMs) {
    if (this.#element.paused) return;
    const sinceMs = this.#stalls.watch(nowMs);
    if (sinceMs !== null) {
      this.#catchUp.stalled(nowMs);
      this.#tell({ what: "stalled", atMs: sinceMs });
    }
    if (this.#hasSound && this.#stalls.needsHelp(nowMs, this.#framesMs))
      this.#tell({ what: "behind", text: "the clock stands while media comes" });
  }

  /** @param {string} text */
  #fails(text) {
    if (this.#broken) return;
    this.#broken = true;
    this.#tell({ what: "failed", text, fatal: false });
  }
}
