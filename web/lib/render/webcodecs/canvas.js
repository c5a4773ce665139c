// A canvas in the place of the page's video, and the decoded pictures that wait to be drawn on it, each when it is due.

import { pictureToShow, placeFor } from "./schedule.js";

/** @typedef {import("./pictures.js").Picture} Picture */
/** @typedef {{frame: VideoFrame, picture: Picture, readyMs: number}} Waiting */
/** @typedef {{picture: Picture, readyMs: number, shownMs: number}} Shown */

const usualRefreshMs = 1000 / 60;
const refreshesMost = 15;

/**
 * Where the picture is shown. With a video, a canvas is put beside it and looks like it; remove() undoes that.
 */
export class Surface {
  canvas;
  #video;
  #display = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    if (element instanceof HTMLCanvasElement) {
      this.canvas = element;
      this.#video = null;
      return;
    }
    this.#video = element;
    this.canvas = element.ownerDocument.createElement("canvas");
    this.#dress(element);
  }

  remove() {
    if (!this.#video) return;
    this.canvas.remove();
    this.#video.style.display = this.#display;
    this.#video = null;
  }

  /** @param {HTMLElement} video */
  #dress(video) {
    const { canvas } = this;
    const look = getComputedStyle(video);
    const size = video.getBoundingClientRect();
    canvas.className = video.className;
    canvas.style.cssText = video.style.cssText;
    canvas.style.objectFit = look.objectFit;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", video.getAttribute("aria-label") ?? "Video");
    const tabindex = video.getAttribute("tabindex");
    if (tabindex !== null) canvas.setAttribute("tabindex", tabindex);
    this.#display = video.style.display;
    video.style.display = "none";
    video.after(canvas);
    // Rules of the page that name its video don't reach the canvas.
    const now = canvas.getBoundingClientRect();
    if (size.width && (Math.abs(now.width - size.width) > 1 || Math.abs(now.height - size.height) > 1)) {
      canvas.style.width = `${size.width}px`;
      canvas.style.height = `${size.height}px`;
    }
  }
}

/**
 * The pictures that wait, and the loop that draws them. It runs only while it has something to do.
 */
export class Easel {
  #canvas;
  #context;
  #playhead;
  #shown;
  /** @type {Waiting[]} */
  #waiting = [];
  #request = 0;
  #refreshMs = usualRefreshMs;
  /** What begins before that was shown, of whatever rung. */
  #shownToMs = -Infinity;
  /** Of the last frames that followed one another. @type {number[]} */
  #refreshes = [];
  #lastTickMs = NaN;
  dropped = 0;
  /** Nothing is drawn, and what is due is thrown away. */
  frozen = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./schedule.js").Playhead} playhead
   * @param {object} to
   * @param {(shown: Shown) => void} to.shown   a picture was drawn
   * @param {(nowMs: number) => void} to.tick   before each look at what is due
   */
  constructor(canvas, playhead, { shown, tick }) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("the canvas has no 2d context");
    this.#canvas = canvas;
    this.#context = context;
    this.#playhead = playhead;
    this.#shown = shown;
    this.#tickTo = tick;
  }

  #tickTo;

  get length() {
    return this.#waiting.length;
  }

  /** From when a picture is ready until it is on screen for sure: the next tick, the next refresh, and half of one. */
  get leadMs() {
    return 1.5 * this.#refreshMs;
  }

  /**
   * @param {VideoFrame} frame  becomes the easel's, which closes it
   * @param {Picture} picture
   * @param {number} nowMs
   * @returns {boolean} false: it is not needed, its time has been shown or is another one's
   */
  push(frame, picture, nowMs) {
    const place = placeFor(this.#waiting.map((w) => w.picture), picture);
    if (!place || picture.mediaMs < this.#shownToMs) {
      frame.close();
      return false;
    }
    const { from, to } = place;
    const replaced = this.#waiting.splice(from, to - from, { frame, picture, readyMs: nowMs });
    for (const { frame: old } of replaced) old.close();
    this.wake();
    return true;
  }

  wake() {
    // Only frames that follow one another tell how often the screen is refreshed.
    if (!this.#waiting.length) this.#lastTickMs = NaN;
    if (!this.#request && this.#waiting.length) this.#request = requestAnimationFrame((ms) => this.#tick(ms));
  }

  /** What comes next is of another timeline. */
  begin() {
    for (const { frame } of this.#waiting) frame.close();
    this.#waiting.length = 0;
    this.#shownToMs = -Infinity;
  }

  destroy() {
    this.begin();
    cancelAnimationFrame(this.#request);
    this.#request = 0;
  }

  /** @param {number} tickMs  when this animation frame began */
  #tick(tickMs) {
    this.#request = 0;
    const nowMs = performance.now();
    this.#learnRefresh(tickMs);
    this.#tickTo(nowMs);
    // What is drawn now is on screen at the next refresh.
    const shownMs = Math.max(tickMs + this.#refreshMs, nowMs);
    const index = this.frozen ? -1 : this.#choose(shownMs);
    if (index >= 0) {
      for (const { frame } of this.#waiting.splice(0, index)) frame.close();
      this.dropped += index;
      const chosen = /** @type {Waiting} */ (this.#waiting.shift());
      this.#shownToMs = chosen.picture.mediaMs + chosen.picture.durationMs / 2;
      this.#draw(chosen.frame);
      this.#shown({ picture: chosen.picture, readyMs: chosen.readyMs, shownMs });
    }
    this.wake();
  }

  /** @param {number} shownMs */
  #choose(shownMs) {
    if (!this.#waiting.length) return -1;
    if (this.#waiting[0].picture.first) return 0;
    const frameMs = this.#waiting[0].picture.durationMs;
    // Where a picture lasts little longer than a refresh, what is late never catches up by itself.
    const backlog = frameMs > 1.3 * this.#refreshMs ? 3 : 1;
    return pictureToShow(this.#dueMs(), shownMs + this.#refreshMs / 2, backlog);
  }

  #dueMs() {
    return this.#waiting.map(({ picture }) => this.#playhead.dueMs(picture.mediaMs));
  }

  /**
   * No animation frames come in a hidden tab: what is due there is thrown away instead, as new ones come.
   * @param {number} nowMs
   */
  throwAwayUnseen(nowMs) {
    if (!document.hidden && !this.frozen) return;
    const last = pictureToShow(this.#dueMs(), nowMs, 0);
    for (const { frame } of this.#waiting.splice(0, Math.max(last, 0))) frame.close();
  }

  /** @param {VideoFrame} frame */
  #draw(frame) {
    const { displayWidth, displayHeight } = frame;
    if (this.#canvas.width !== displayWidth) this.#canvas.width = displayWidth;
    if (this.#canvas.height !== displayHeight) this.#canvas.height = displayHeight;
    this.#context.drawImage(frame, 0, 0, displayWidth, displayHeight);
    frame.close();
  }

  /** @param {number} tickMs */
  #learnRefresh(tickMs) {
    const sinceMs = tickMs - this.#lastTickMs;
    if (sinceMs > 1 && sinceMs < 100) {
      this.#refreshes.push(sinceMs);
      if (this.#refreshes.length > refreshesMost) this.#refreshes.shift();
      const sorted = [...this.#refreshes].sort((a, b) => a - b);
      this.#refreshMs = sorted[sorted.length >> 1];
    }
    this.#lastTickMs = tickMs;
  }
}
