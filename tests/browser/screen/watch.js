// Writes down each picture that a surface shows, by what is stamped into it. A video tells of each picture that it
// presents; a canvas is looked at whenever the screen is painted.
import { readStamp, stampTop } from "./stamp.js";

const picturesMax = 20000;
const lagsMax = 1000;
const lagMs = 60;
const soonMs = 250;

/**
 * @typedef {object} Shown  a picture on screen
 * @property {number} channel        -1: no stamp could be read
 * @property {number} frame
 * @property {number} captureUtcMs
 * @property {number} shownMs        performance.now()
 * @property {number} presented      of a video: how many it has presented so far, with those that nobody saw; else -1
 * @property {number} mediaTimeS     of a video; else -1
 * @property {number} width
 */

export class Watch {
  /** @type {() => HTMLElement | null} */
  #surfaceOf;
  #context;
  /** @type {HTMLVideoElement | null} */
  #video = null;
  #videoCallback = 0;
  #paintCallback = 0;
  #paintedMs = 0;

  /** @type {Shown[]} */
  pictures = [];
  /** When nothing was painted for a while. @type {{atMs: number, lastedMs: number}[]} */
  lags = [];
  /** @type {(picture: Shown) => void} */
  onpicture = () => {};

  /** @param {() => HTMLElement | null} surfaceOf  what shows the picture now */
  constructor(surfaceOf) {
    this.#surfaceOf = surfaceOf;
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("there is no 2d canvas");
    this.#context = context;
    this.#paintCallback = requestAnimationFrame((nowMs) => this.#painted(nowMs));
  }

  stop() {
    cancelAnimationFrame(this.#paintCallback);
    this.#video?.cancelVideoFrameCallback(this.#videoCallback);
    this.#video = null;
  }

  /** @param {number} nowMs */
  #painted(nowMs) {
    this.#paintCallback = requestAnimationFrame((nextMs) => this.#painted(nextMs));
    if (this.#paintedMs && nowMs - this.#paintedMs > lagMs && this.lags.length < lagsMax) {
      this.lags.push({ atMs: this.#paintedMs, lastedMs: nowMs - this.#paintedMs });
    }
    this.#paintedMs = nowMs;
    const surface = this.#surfaceOf();
    if (surface instanceof HTMLVideoElement) {
      if (surface !== this.#video) this.#follow(surface);
    } else if (surface instanceof HTMLCanvasElement && surface.width > 0) {
      this.#take(surface, surface.width, surface.height, nowMs, -1, -1);
    }
  }

  /** @param {HTMLVideoElement} video */
  #follow(video) {
    this.#video?.cancelVideoFrameCallback(this.#videoCallback);
    this.#video = video;
    /** @type {VideoFrameRequestCallback} */
    const presented = (nowMs, metadata) => {
      this.#videoCallback = video.requestVideoFrameCallback(presented);
      const frame = frameOf(video);
      if (!frame) return;
      // What the callback was made for may have been followed by another one already. Both times are whole microseconds,
      // by one of which the pictures of a stream are told apart.
      const mediaTimeS = frame.timestamp / 1e6;
      const later = frame.timestamp > Math.round(metadata.mediaTime * 1e6) ? 1 : 0;
      const { displayWidth, displayHeight } = frame;
      const { expectedDisplayTime, presentedFrames } = metadata;
      // Of a stream that was hidden Chromium is as far ahead as it was hidden for.
      const shownMs = Math.abs(expectedDisplayTime - nowMs) < soonMs ? expectedDisplayTime : nowMs;
      this.#take(frame, displayWidth, displayHeight, shownMs, presentedFrames + later, mediaTimeS);
      frame.close();
    };
    this.#videoCallback = video.requestVideoFrameCallback(presented);
  }

  /**
   * @param {VideoFrame | HTMLCanvasElement} surface @param {number} width @param {number} height
   * @param {number} shownMs @param {number} presented @param {number} mediaTimeS
   */
  #take(surface, width, height, shownMs, presented, mediaTimeS) {
    const last = this.pictures.at(-1);
    if (presented >= 0 && last?.presented === presented) return;
    const top = stampTop(height);
    const canvas = this.#context.canvas;
    if (canvas.width !== width || canvas.height !== height - top) {
      canvas.width = width;
      canvas.height = height - top;
    }
    this.#context.drawImage(surface, 0, top, width, height - top, 0, 0, width, height - top);
    const stamp = readStamp(this.#context.getImageData(0, 0, width, height - top).data, width, height);
    // A canvas is blank at first, and shows the same picture at several looks.
    const isSame = last && stamp && last.captureUtcMs === stamp.captureUtcMs && last.channel === stamp.channel;
    if (presented < 0 && (!stamp || (isSame && last.width === width))) return;
    if (this.pictures.length >= picturesMax) return;
    const { channel, frame, captureUtcMs } = stamp ?? { channel: -1, frame: -1, captureUtcMs: NaN };
    const picture = { channel, frame, captureUtcMs, shownMs, presented, mediaTimeS, width };
    this.pictures.push(picture);
    this.onpicture(picture);
  }
}

/** What a video shows now, which has its own time and size, whatever comes next. @param {HTMLVideoElement} video */
function frameOf(video) {
  try {
    return new VideoFrame(video);
  } catch {
    return null;
  }
}
