// The decoded pictures that wait for a surface, each until it is due.

import { pictureToShow, placeFor } from "./schedule.js";
import { surfaceFor } from "./surface.js";

/** @typedef {import("./pictures.js").Picture} Picture */
/** @typedef {{frame: VideoFrame, picture: Picture, readyMs: number}} Waiting */
/** @typedef {{picture: Picture, readyMs: number, shownMs: number}} Shown */

export class Easel {
  #surface;
  #playhead;
  #shown;
  #tickTo;
  /** @type {Waiting[]} */
  #waiting = [];
  /** What begins before that was shown, of whatever rung. */
  #shownToMs = -Infinity;
  #frozen = false;
  dropped = 0;

  /**
   * @param {HTMLElement} element  a canvas, or a video in whose place the pictures are shown
   * @param {import("./schedule.js").Playhead} playhead
   * @param {object} to
   * @param {(shown: Shown) => void} to.shown   a picture was given to the surface
   * @param {(nowMs: number) => void} to.tick   before each look at what is due
   */
  constructor(element, playhead, { shown, tick }) {
    this.#surface = surfaceFor(element, (shownMs) => this.#look(shownMs));
    this.#playhead = playhead;
    this.#shown = shown;
    this.#tickTo = tick;
  }

  get element() {
    return this.#surface.element;
  }

  get length() {
    return this.#waiting.length;
  }

  /** From when a picture is ready until it is on screen for sure. */
  get leadMs() {
    return this.#surface.leadMs;
  }

  get refreshMs() {
    return this.#surface.refreshMs;
  }

  get frozen() {
    return this.#frozen;
  }

  /** Nothing is shown, and what is due is thrown away. */
  set frozen(frozen) {
    this.#frozen = frozen;
    this.wake();
  }

  /**
   * To be followed by wake(), once the playhead knows of it.
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
    return true;
  }

  /** What waits, or when it is due, has changed. */
  wake() {
    const next = this.#waiting[0];
    if (!next || this.#frozen) {
      this.#surface.rest();
      return;
    }
    const dueMs = next.picture.first ? -Infinity : this.#playhead.dueMs(next.picture.mediaMs);
    // The clock may not run yet: who starts it wakes.
    if (!Number.isNaN(dueMs)) this.#surface.expect(dueMs);
  }

  /** What comes next is of another timeline. */
  begin() {
    for (const { frame } of this.#waiting) frame.close();
    this.#waiting.length = 0;
    this.#shownToMs = -Infinity;
    this.#surface.rest();
  }

  destroy() {
    this.begin();
    this.#surface.remove();
  }

  /** @param {number} shownMs  when what is shown now is on screen */
  #look(shownMs) {
    this.#tickTo(performance.now());
    const index = this.#choose(shownMs);
    if (index >= 0) {
      for (const { frame } of this.#waiting.splice(0, index)) frame.close();
      this.dropped += index;
      const { frame, picture, readyMs } = /** @type {Waiting} */ (this.#waiting.shift());
      this.#shownToMs = picture.mediaMs + picture.durationMs / 2;
      this.#surface.show(frame);
      this.#shown({ picture, readyMs, shownMs });
    }
    this.wake();
  }

  /** @param {number} shownMs */
  #choose(shownMs) {
    if (!this.#waiting.length) return -1;
    if (this.#waiting[0].picture.first) return 0;
    const frameMs = this.#waiting[0].picture.durationMs;
    const { refreshMs } = this.#surface;
    // Where a picture lasts little longer than a refresh, what is late never catches up by itself.
    const backlog = frameMs > 1.3 * refreshMs ? 3 : 1;
    return pictureToShow(this.#dueMs(), shownMs + refreshMs / 2, backlog);
  }

  #dueMs() {
    return this.#waiting.map(({ picture }) => this.#playhead.dueMs(picture.mediaMs));
  }

  /**
   * Nothing is seen in a hidden tab, nor while frozen: what is due then is thrown away, as new ones come.
   * @param {number} nowMs
   */
  throwAwayUnseen(nowMs) {
    if (!document.hidden && !this.#frozen) return;
    const last = pictureToShow(this.#dueMs(), nowMs, 0);
    for (const { frame } of this.#waiting.splice(0, Math.max(last, 0))) frame.close();
  }
}
