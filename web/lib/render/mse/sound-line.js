// Sound on its way into a SourceBuffer as a line without gaps: it begins with silence, at once with the first picture,
// and what is missing of it is filled with silence. So neither the first picture nor the clock waits for sound. Of
// sound that there is no silence for, the frames go in as they come.

import { beside, mediaTicksOf } from "../../manifest/time.js";
import { SILENT_SAMPLES, Silence } from "./silence.js";

/**
 * @typedef {import("../../types.js").Frame} Frame
 * @typedef {import("../../types.js").Header} Header
 * @typedef {import("../../types.js").Track} Track
 * @typedef {import("./append-queue.js").Piece} Piece
 * @typedef {import("./places.js").Places} Places
 */

/** Chromium's clock waits for 200 ms of sound. */
const FIRST_SECONDS = 0.256;
const GAP_MAX_SECONDS = 10;
const PREROLL_FRAMES = 2;

export class SoundLine {
  #places;
  #push;
  /** @type {Track | null} */
  #track = null;
  /** @type {Header | null} */
  #header = null;
  /** @type {Silence | null} */
  #silence = null;
  /** Whose header the SourceBuffer had last. @type {Header | Silence | null} */
  #appended = null;
  #offsetSeconds = NaN;
  /** Where the sound that has come ends, also what was not needed; NaN: none has come. */
  #cameSeconds = NaN;

  /**
   * @param {Places} places
   * @param {(piece: Piece) => void} push
   */
  constructor(places, push) {
    this.#places = places;
    this.#push = push;
  }

  /** Where the sound that has come ends; NaN: none has. */
  get cameSeconds() {
    return this.#cameSeconds;
  }

  /** A timeline begins; what is known of its sound. @param {Track} track */
  begin(track) {
    this.#track = track;
    this.#header = null;
    this.#appended = null;
    this.#offsetSeconds = NaN;
    this.#cameSeconds = NaN;
    const { value, scale } = track.frameRate;
    const fits = value * SILENT_SAMPLES === track.sampleRate * scale;
    this.#silence = fits ? Silence.of(track.codecs, track.sampleRate, track.channels) : null;
  }

  /**
   * Its first picture has been placed.
   * @param {Track} video
   * @param {number} sequence
   */
  start(video, sequence) {
    const track = this.#track;
    if (!track || !this.#silence) return;
    let first = beside(track, video, sequence);
    if (this.#places.soundSeconds(track, first) < 0) first++;
    this.#places.soundEndSeconds = this.#places.soundSeconds(track, first);
    this.#fill(track, this.#places.soundEndSeconds + FIRST_SECONDS);
  }

  /** @param {Track} track @param {Header} header */
  header(track, header) {
    this.#track = track;
    this.#header = header;
  }

  /**
   * @param {Track} track
   * @param {number} sequence
   * @param {Frame} frame
   */
  frame(track, sequence, frame) {
    const { begun, baseSeconds } = this.#places;
    if (!begun || !this.#header) return;
    const seconds = this.#places.soundSeconds(track, sequence);
    const duration = frame.duration / frame.timescale;
    this.#cameSeconds = seconds + duration;
    const silence = this.#silence;
    const least = silence ? this.#places.soundEndSeconds - duration / 2 : baseSeconds - PREROLL_FRAMES * duration;
    if (seconds < least || seconds < 0) return;
    const gap = seconds - this.#places.soundEndSeconds;
    if (silence && gap > duration / 2 && gap < GAP_MAX_SECONDS) this.#fill(track, seconds - duration / 2);
    this.#append(track, this.#header, frame.bytes);
    this.#places.soundEndSeconds = seconds + duration;
  }

  /**
   * Sound that does not come must not stop the picture.
   * @param {number} seconds  up to where the line has to go at least
   */
  conceal(seconds) {
    if (this.#track && this.#places.begun && seconds - this.#places.soundEndSeconds < GAP_MAX_SECONDS)
      this.#fill(this.#track, seconds);
  }

  /**
   * Silence from the line's end on.
   * @param {Track} track
   * @param {number} toSeconds
   */
  #fill(track, toSeconds) {
    const silence = this.#silence;
    if (!silence) return;
    const duration = SILENT_SAMPLES / silence.sampleRate;
    const count = Math.ceil((toSeconds - this.#places.soundEndSeconds) / duration);
    if (count <= 0) return;
    const since = this.#places.soundEndSeconds - this.#places.soundSeconds(track, track.startSequence);
    const sequence = track.startSequence + Math.round(since / duration);
    this.#append(track, silence, silence.frames(mediaTicksOf(track, sequence, silence.sampleRate), count));
    this.#places.soundEndSeconds = this.#places.soundSeconds(track, sequence + count);
  }

  /**
   * @param {Track} track
   * @param {Header | Silence} header
   * @param {Uint8Array} bytes
   */
  #append(track, header, bytes) {
    const offsetSeconds = this.#places.offsetSeconds(track);
    /** @type {Piece} */
    const piece = { bytes };
    if (offsetSeconds !== this.#offsetSeconds) piece.offsetSeconds = offsetSeconds;
    this.#offsetSeconds = offsetSeconds;
    if (header !== this.#appended) {
      this.#appended = header;
      const head = header instanceof Silence ? header.header : header.bytes;
      piece.bytes = new Uint8Array(head.length + bytes.length);
      piece.bytes.set(head);
      piece.bytes.set(bytes, head.length);
    }
    this.#push(piece);
  }
}
