// Which level: the viewer's choice, or the rule's; as bandwidths for the session. Levels are the indices of the ladder
// of the Presentation that plays, lowest first.

import { Adaptation } from "../abr/adaptation.js";

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").Timing} Timing
 * @typedef {import("./settings.js").Settings} Settings
 */

/**
 * What to play, and what to start on if not that.
 * @typedef {{bandwidthBps: number, joinBps: number | null}} JoinChoice
 */

export class Quality {
  #adaptation;
  #joinLevel;
  /** -1: automatic. */
  #level;
  /** @type {Presentation | null} */
  #presentation = null;

  /** @param {Settings} settings */
  constructor({ level, joinLevel, startupBps }) {
    this.#adaptation = new Adaptation({ startupBps });
    this.#level = level;
    this.#joinLevel = joinLevel;
  }

  get throughputBps() {
    return this.#adaptation.throughputBps;
  }

  get level() {
    return this.#level;
  }

  /** @param {Track} track */
  indexOf(track) {
    return this.#presentation?.video.findIndex(({ id }) => id === track.id) ?? -1;
  }

  /**
   * @param {number} nowMs
   * @param {number} level    -1: automatic
   * @param {number} playing  the level that plays, -1: none
   * @returns {number | null} the bandwidth to play from now on; null: that is up to the rule
   */
  choose(nowMs, level, playing) {
    this.#level = level;
    if (level >= 0) return this.#bandwidth(level);
    if (playing >= 0) this.#adaptation.take(nowMs, playing);
    return null;
  }

  /**
   * A join begins on a channel.
   * @param {number} nowMs
   * @param {Presentation} presentation
   * @returns {JoinChoice}
   */
  join(nowMs, presentation) {
    this.#presentation = presentation;
    const rates = presentation.video.map(({ bandwidthBps }) => bandwidthBps);
    const before = this.#adaptation.wanted;
    const said = this.#adaptation.join(nowMs, rates, presentation.audio?.bandwidthBps ?? 0);
    const level = this.#level >= 0 ? this.#level : this.#joinLevel === "same" ? before : said;
    const same = Math.min(level, rates.length - 1);
    const smallest = this.#joinLevel === "smallest";
    this.#adaptation.take(nowMs, same);
    return { bandwidthBps: rates[same], joinBps: smallest ? 0 : null };
  }

  /**
   * Another Presentation plays.
   * @param {number} nowMs
   * @param {Presentation} presentation
   * @param {Track} track
   */
  follow(nowMs, presentation, track) {
    this.#presentation = presentation;
    const rates = presentation.video.map(({ bandwidthBps }) => bandwidthBps);
    this.#adaptation.follow(nowMs, rates, presentation.audio?.bandwidthBps ?? 0, Math.max(0, this.indexOf(track)));
  }

  /**
   * @param {number} nowMs
   * @param {Track} track
   * @param {Timing} timing
   */
  packet(nowMs, track, timing) {
    const index = this.indexOf(track);
    if (track.kind === "video" && index >= 0) this.#adaptation.packet(nowMs, index, timing);
  }

  /**
   * @param {number} nowMs
   * @param {Track} track
   * @param {import("../types.js").Frame} frame
   */
  frame(nowMs, track, frame) {
    if (track.kind === "audio") {
      this.#adaptation.sound(frame.bytes.length);
      return;
    }
    const index = this.indexOf(track);
    const durationMs = (1000 * frame.duration) / frame.timescale;
    if (index >= 0) this.#adaptation.frame(nowMs, index, frame.bytes.length, frame.captureUtcMs, durationMs);
  }

  /**
   * @param {number} nowMs
   * @param {Track} track  the one that plays on
   */
  failed(nowMs, track) {
    const index = this.indexOf(track);
    if (index >= 0) this.#adaptation.failed(nowMs, index);
  }

  /**
   * What the rule wants to be played.
   * @param {number} nowMs
   * @returns {number | null} a bandwidth; null: what plays
   */
  advise(nowMs) {
    if (this.#level >= 0) return null;
    const level = this.#adaptation.choose(nowMs);
    return level === null ? null : this.#bandwidth(level);
  }

  /** @param {number} level */
  #bandwidth(level) {
    const { video } = this.#presentation ?? { video: [] };
    return video.length ? video[Math.min(level, video.length - 1)].bandwidthBps : null;
  }
}
