// Frames that have come before their turn: those of a segment that runs ahead of the one before it, and those of a rung
// that has not taken over yet. Both are bounded by time and by bytes.

import { frameNumber } from "./when.js";

/**
 * @typedef {import("../types.js").Frame} Frame
 * @typedef {import("../types.js").Track} Track
 */

/** @typedef {{frame: Frame, segment: number}} Early */

const MAX_MS = 10000;
const MAX_BYTES = 32 << 20;

/**
 * Whether so much is too much.
 * @param {number} frames
 * @param {number} frameMs
 * @param {number} bytes
 */
export function isTooMuch(frames, frameMs, bytes) {
  return bytes > MAX_BYTES || frames * frameMs > MAX_MS;
}

export class Waiting {
  /** @type {Early[]} */
  #list = [];
  #bytes = 0;

  get count() {
    return this.#list.length;
  }

  get bytes() {
    return this.#bytes;
  }

  /**
   * @param {Frame} frame
   * @param {number} segment
   */
  push(frame, segment) {
    this.#list.push({ frame, segment });
    this.#bytes += frame.bytes.length;
  }

  /**
   * Whose turn it is: of the current segment, or the very next frame. What can be no later frame waits for nothing.
   * @param {Track} track
   * @param {number} segment   the current one
   * @param {number} received  the last one in order; -1: none
   * @returns {Early | null}
   */
  take(track, segment, received) {
    let i = this.#list.findIndex((early) => early.segment === segment);
    if (i < 0 && this.#list.length > 0) {
      const { frame } = this.#list[0];
      i = received >= 0 && frameNumber(track, frame.time, frame.timescale) > received + 1 ? -1 : 0;
    }
    if (i < 0) return null;
    const [early] = this.#list.splice(i, 1);
    this.#bytes -= early.frame.bytes.length;
    return early;
  }

  /** @param {number} segment  none of it is wanted any more */
  drop(segment) {
    this.#list = this.#list.filter((early) => early.segment !== segment);
    this.#bytes = this.#list.reduce((bytes, { frame }) => bytes + frame.bytes.length, 0);
  }

  clear() {
    this.#list = [];
    this.#bytes = 0;
  }
}
