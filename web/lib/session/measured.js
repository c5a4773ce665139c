// What a session has measured of its network and of its renderer.

import { lasts } from "./when.js";

/**
 * @typedef {import("../types.js").Timing} Timing
 * @typedef {import("../types.js").Track} Track
 */

const SAMPLES = 8;
const RATIO_MAX = 8;

/** A round trip and a packet's own time on the link, of the last few packets. */
export class RoundTrip {
  /** @type {number[]} */
  #prompt = [];
  /** @type {number[]} those that the origin may have held back */
  #held = [];
  #transferMs = 0;
  #bandwidthBps = 0;

  /**
   * @param {Timing} timing
   * @param {Track} track
   */
  note(timing, track) {
    const tookMs = timing.firstByteMs - timing.requestMs;
    if (Number.isFinite(tookMs) && tookMs >= 0) {
      const list = timing.held ? this.#held : this.#prompt;
      list.push(tookMs);
      if (list.length > SAMPLES) list.shift();
    }
    const transferMs = timing.endMs - timing.firstByteMs;
    if (track.kind === "video" && Number.isFinite(transferMs) && transferMs >= 0) {
      this.#transferMs = transferMs;
      this.#bandwidthBps = track.bandwidthBps;
    }
  }

  /** The least of late; 0: nothing is known yet. */
  get ms() {
    const list = this.#prompt.length > 0 ? this.#prompt : this.#held;
    return list.length > 0 ? Math.min(...list) : 0;
  }

  /**
   * What a packet of a rung takes besides a round trip.
   * @param {Track} track
   */
  transferMs(track) {
    const ratio = this.#bandwidthBps > 0 ? track.bandwidthBps / this.#bandwidthBps : 1;
    return this.#transferMs * Math.min(RATIO_MAX, Math.max(1 / RATIO_MAX, ratio));
  }
}

const FLOOR_FRAMES = 1.5;
const CLIMB = 0.02;

/** What the renderer still has of the picture, between what the player told of it. */
export class Ahead {
  #toldMs = Infinity;
  #atMs = 0;
  #lowMs = Infinity;
  #configuredFloorMs;
  /** The renderer lets a new rung begin with what it has not shown yet of the old one. */
  overlaps = false;

  /** @param {number | null} floorMs */
  constructor(floorMs) {
    this.#configuredFloorMs = floorMs;
  }

  /** A new timeline: nothing is known. */
  reset() {
    this.#toldMs = Infinity;
    this.#lowMs = Infinity;
  }

  /**
   * @param {number} nowMs
   * @param {number} aheadMs
   * @param {boolean} holding  a switch holds frames back
   */
  told(nowMs, aheadMs, holding) {
    if (!Number.isFinite(aheadMs)) return;
    this.#toldMs = aheadMs;
    this.#atMs = nowMs;
    if (holding) return;
    if (aheadMs < this.#lowMs) this.#lowMs = Math.max(0, aheadMs);
    else this.#lowMs += (aheadMs - this.#lowMs) * CLIMB;
  }

  /** @param {Track} track  of which a frame was handed over */
  handed(track) {
    this.#toldMs += lasts(track);
  }

  /**
   * @param {number} nowMs
   * @returns {number} Infinity: nothing was told of this timeline yet
   */
  ms(nowMs) {
    return this.#toldMs - (nowMs - this.#atMs);
  }

  /**
   * When it will have fallen that low.
   * @param {number} aheadMs
   */
  reachesMs(aheadMs) {
    return this.#atMs + this.#toldMs - aheadMs;
  }

  /**
   * A switch does not let it fall below that.
   * @param {Track} track
   */
  floorMs(track) {
    return this.#configuredFloorMs ?? Math.min(FLOOR_FRAMES * lasts(track), this.#lowMs / 2);
  }
}
