// The segments of one followed track: the one that is read, the one after it where that has been asked for, and what
// both have brought before its turn.

import { Waiting } from "./waiting.js";

/**
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("./actions.js").Actions} Actions
 */

/**
 * @typedef {object} Source  a segment whose response is, or was, under way
 * @property {number} request   0: none under way, though there may have been one
 * @property {number} segment
 * @property {boolean} finished its response has ended as it ought to
 * @property {boolean} brought  a frame of it was taken
 */

export class Segments {
  /**
   * @param {Actions} actions
   * @param {Track} track  as requests name it
   */
  constructor(actions, track) {
    this.actions = actions;
    this.track = track;
    /** @type {Source | null} */
    this.current = null;
    /** @type {Source | null} */
    this.ahead = null;
    /** Not to be asked for again before current has finished. */
    this.aheadFailed = false;
    this.early = new Waiting();
  }

  /**
   * @param {Track} latest  whose addresses hold
   * @param {number} segment
   * @param {number} offset
   * @param {SessionRequest["why"]} why
   * @returns {Source}
   */
  ask(latest, segment, offset, why) {
    const request = this.actions.request("segment", latest.segmentUrl(segment), this.track, offset, why);
    return { request, segment, finished: false, brought: false };
  }

  /**
   * @param {number} request
   * @returns {Source | null} whose it is
   */
  of(request) {
    if (request === 0) return null;
    return [this.current, this.ahead].find((source) => source?.request === request) ?? null;
  }

  /** @param {number} segment */
  at(segment) {
    return segment === this.current?.segment ? this.current : this.ahead;
  }

  /** The one ahead is the one that is read now, or another one is. @param {Source} current */
  goOnTo(current) {
    this.current = current;
    this.ahead = null;
    this.aheadFailed = false;
  }

  /** The one ahead is lost before it brought anything. */
  loseAhead() {
    if (this.ahead) this.early.drop(this.ahead.segment);
    this.ahead = null;
    this.aheadFailed = true;
  }

  /** What was asked for in the belief that the track goes on is given up. */
  dropUnneeded() {
    if (this.ahead && !this.ahead.brought) {
      this.actions.cancel(this.ahead.request);
      this.ahead = null;
    }
    if (this.current && !this.current.brought) this.actions.cancel(this.current.request);
  }

  stop() {
    for (const source of [this.current, this.ahead]) if (source) this.actions.cancel(source.request);
    this.early.clear();
  }
}
