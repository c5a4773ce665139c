// Where frames lie on the media element's timeline, which knows nothing of channels: each timeline of the session gets
// a place of its own beyond everything that was appended. And back: which frame a picture on screen is.

import { secondsOf, toSeconds } from "../../manifest/time.js";

/**
 * @typedef {import("../../types.js").Frame} Frame
 * @typedef {import("../../types.js").Track} Track
 */

/**
 * @typedef {object} Placed  a picture that was handed over
 * @property {Track} track
 * @property {number} sequence
 * @property {number} seconds        its place
 * @property {number} durationSeconds
 * @property {number} manifestSeconds
 * @property {number} captureUtcMs
 * @property {boolean} sync
 * @property {boolean} first         of its timeline
 */

/** Pictures of a minute at 60 a second. */
const KEPT = 3600;
const GAP_SECONDS = 1;

export class Places {
  /** @type {Placed[]} in order of their places */
  #pictures = [];
  #baseSeconds = 0;
  /** Manifest time of the first picture; NaN: it has not come. */
  #zeroSeconds = NaN;
  /** Where the last picture, and the last sound, ends. */
  endSeconds = 0;
  soundEndSeconds = 0;

  get baseSeconds() {
    return this.#baseSeconds;
  }

  /** The timeline's first picture has come. */
  get begun() {
    return !Number.isNaN(this.#zeroSeconds);
  }

  /**
   * A timeline begins beyond everything else.
   * @param {number} playheadSeconds
   */
  begin(playheadSeconds) {
    const end = Math.max(playheadSeconds, this.endSeconds, this.soundEndSeconds);
    this.#baseSeconds = end > 0 ? Math.ceil(end + GAP_SECONDS) : 0;
    this.#zeroSeconds = NaN;
    this.endSeconds = this.soundEndSeconds = this.#baseSeconds;
  }

  /** The element begins anew, with an empty buffer. */
  reset() {
    this.#pictures = [];
    this.#baseSeconds = 0;
    this.#zeroSeconds = NaN;
    this.endSeconds = this.soundEndSeconds = 0;
  }

  /**
   * The timestampOffset of a track's media times.
   * @param {Track} track
   */
  offsetSeconds(track) {
    return this.#baseSeconds - this.#zeroSeconds - toSeconds(track.mediaTimeOffset);
  }

  /**
   * @param {Track} track
   * @param {number} sequence
   * @param {Frame} frame
   * @returns {Placed}
   */
  put(track, sequence, frame) {
    const manifestSeconds = secondsOf(track, sequence);
    const first = !this.begun;
    if (first) this.#zeroSeconds = manifestSeconds;
    const seconds = this.#baseSeconds + manifestSeconds - this.#zeroSeconds;
    const durationSeconds = frame.duration / frame.timescale;
    /** @type {Placed} */
    const placed = { track, sequence, seconds, durationSeconds, manifestSeconds, captureUtcMs: frame.captureUtcMs,
      sync: frame.sync, first };
    this.#pictures.push(placed);
    if (this.#pictures.length > KEPT) this.#pictures.splice(0, KEPT / 4);
    this.endSeconds = seconds + durationSeconds;
    return placed;
  }

  /**
   * Where a frame of sound is to lie.
   * @param {Track} track
   * @param {number} sequence
   */
  soundSeconds(track, sequence) {
    return this.#baseSeconds + secondsOf(track, sequence) - this.#zeroSeconds;
  }

  /**
   * The picture of the timeline that lies at a media time, as the browser tells it; null: it is of another timeline, or
   * long gone.
   * @param {number} seconds
   * @returns {Placed | null}
   */
  at(seconds) {
    for (let i = this.#pictures.length - 1; i >= 0; i--) {
      const placed = this.#pictures[i];
      const offSeconds = seconds - placed.seconds;
      if (offSeconds < -placed.durationSeconds / 2) continue;
      const near = offSeconds <= placed.durationSeconds / 2;
      return near && placed.seconds >= this.#baseSeconds - placed.durationSeconds / 2 ? placed : null;
    }
    return null;
  }

  /**
   * The last keyframe that is not beyond a place: everything before it may go. NaN: none is known.
   * @param {number} seconds
   */
  keyframeBefore(seconds) {
    for (let i = this.#pictures.length - 1; i >= 0; i--)
      if (this.#pictures[i].sync && this.#pictures[i].seconds <= seconds) return this.#pictures[i].seconds;
    return NaN;
  }
}
