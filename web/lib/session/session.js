// One viewer of HESP channels as a pure state machine: what happens goes in with the time at which it happened, what
// is to be done comes out. It knows no sockets, no clock and no bytes. It follows the rules of player-sim/session,
// except that the renderer owns the playhead, and that frames come out as one line for each kind: a renderer can't
// undo what it was given.
//
//   start, zap  The channel's manifest where it isn't known yet, then the most recent packet of a rung and that of the
//               sound. With the first picture a new timeline begins ("begin"); frames follow in order.
//   want        Another rung: splice.js.
//   resync      The viewer has fallen too far behind: a join anew.
//   ahead       What the renderer still has of the picture. A switch never takes more of it than it may.
//
// Times are milliseconds of one clock whose zero means nothing; nowMs never goes back from one call to the next.
// Outputs depend on the calls alone. Drain actions() after every call; call advance() at nextMs().

import { endGoOn, endNextMs } from "./end.js";
import { followed } from "./follow.js";
import { joinBegin, joinDrop, joinGoOn, joined, joinNextMs } from "./join.js";
import { askManifest, isOld, manifestEvent, manifestNow, manifestsGoOn, manifestsNextMs, updateManifest, wantManifest,
  watch } from "./manifests.js";
import { repair } from "./repair.js";
import { heard, silenceGoOn, silenceNextMs, takeSilent } from "./silence.js";
import { soundGoOn, soundNextMs, takeSound } from "./sound.js";
import { spliced, spliceGoOn, spliceHolds, spliceNextMs, splicePrimed, spliceWant } from "./splice.js";
import { State } from "./state.js";

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./state.js").SessionConfig} SessionConfig
 * @typedef {import("./stream.js").Stream} Stream
 */

/** A join that has been under way for longer than that is begun anew by a resync. */
const JOIN_MS = 2000;

export class Session {
  #s;

  /** @param {SessionConfig} [config] */
  constructor(config = {}) {
    this.#s = new State(config);
  }

  /**
   * The viewer turns up.
   * @param {number} nowMs
   * @param {string} url  of the channel's manifest
   */
  start(nowMs, url) {
    this.#watch(nowMs, url, "join");
  }

  /**
   * The viewer changes channel; also to the one that he watches: a join anew.
   * @param {number} nowMs
   * @param {string} url
   */
  zap(nowMs, url) {
    this.#watch(nowMs, url, "zap");
  }

  /**
   * A channel whose manifest is worth having before a zap. One after the other, once the picture runs.
   * @param {number} nowMs
   * @param {string} url
   */
  preload(nowMs, url) {
    this.#begin(nowMs);
    wantManifest(this.#s, url);
    this.#goOn();
  }

  /**
   * The rung to play from now on, after zaps too: the highest that is not above that, else the lowest.
   * @param {number} nowMs
   * @param {number} bandwidthBps
   */
  want(nowMs, bandwidthBps) {
    this.#begin(nowMs);
    spliceWant(this.#s, bandwidthBps);
    this.#goOn();
  }

  /**
   * The rung that joins start on from the next one on, likewise. They go on to the rung to play at once.
   * @param {number | null} bandwidthBps  null: that to play
   */
  joinAt(bandwidthBps) {
    this.#s.joinBps = bandwidthBps;
  }

  /**
   * The viewer has fallen too far behind, or the renderer has failed, or the network is back: a join anew.
   * @param {number} nowMs
   */
  resync(nowMs) {
    this.#begin(nowMs);
    const s = this.#s;
    if (s.url === "") return;
    const joins = !s.picture;
    for (const { request, askedMs } of s.actions.open.values())
      if (joins && request.why !== "poll" && nowMs - askedMs < JOIN_MS) return;
    const { why } = s.join;
    joinDrop(s);
    joinBegin(s, joins ? why : "resync");
    watch(s, s.url);
    this.#goOn();
  }

  /**
   * The viewer leaves: all that is under way is cancelled.
   * @param {number} nowMs
   */
  leave(nowMs) {
    this.#begin(nowMs);
    const s = this.#s;
    joinDrop(s);
    s.join.pending = false;
    for (const id of [...s.actions.open.keys()]) s.actions.cancel(id);
    for (const known of s.manifests.known.values()) known.request = 0;
    s.manifests.wanted = [];
    s.url = "";
  }

  /**
   * What the renderer still has of the picture: to be told at each frame that it was given, and every 50 ms at least.
   * @param {number} nowMs
   * @param {number} aheadMs
   * @param {boolean} [overlaps]  a new rung may begin with a frame of that: it then takes over so much sooner
   */
  ahead(nowMs, aheadMs, overlaps = false) {
    this.#begin(nowMs);
    this.#s.ahead.overlaps = overlaps;
    this.#s.ahead.told(nowMs, aheadMs, (this.#s.splice?.held.length ?? 0) > 0);
    this.#goOn();
  }

  /**
   * Events of requests that are over are passed over.
   * @param {number} nowMs
   * @param {SessionEvent} event
   */
  handle(nowMs, event) {
    this.#begin(nowMs);
    const s = this.#s;
    const open = s.actions.open.get(event.request);
    if (open) {
      if (event.kind !== "frame") s.actions.open.delete(event.request);
      this.#event(open.request, event);
    }
    this.#goOn();
  }

  /** @param {number} nowMs */
  advance(nowMs) {
    this.#begin(nowMs);
    this.#goOn();
  }

  /** @returns {number} when advance() is to be called; Infinity: never */
  nextMs() {
    const s = this.#s;
    if (s.url === "") return silenceNextMs(s);
    return Math.min(joinNextMs(s), spliceNextMs(s), soundNextMs(s), endNextMs(s), manifestsNextMs(s), silenceNextMs(s));
  }

  /** @returns {SessionAction[]} what is to be done, in order; each is given once */
  actions() {
    return this.#s.actions.drain();
  }

  /** @returns {Manifest | null} of the channel that is watched, as told last */
  get manifest() {
    return manifestNow(this.#s);
  }

  /** @returns {Track | null} the rung whose frames are handed over */
  get track() {
    return this.#s.picture?.track ?? null;
  }

  /** @returns {Presentation | null} likewise */
  get presentation() {
    return this.#s.picture?.presentation ?? null;
  }

  /** @returns {number} the least that a packet's first byte took of late; 0: not known */
  get roundTripMs() {
    return this.#s.roundTrip.ms;
  }

  /**
   * @param {number} nowMs
   * @param {string} url
   * @param {"join" | "zap"} why
   */
  #watch(nowMs, url, why) {
    this.#begin(nowMs);
    const s = this.#s;
    joinDrop(s);
    joinBegin(s, why);
    s.soundlessUrl = "";
    watch(s, url);
    this.#goOn();
  }

  /** @param {number} nowMs */
  #begin(nowMs) {
    this.#s.actions.nowMs = Math.max(nowMs, this.#s.actions.nowMs);
  }

  /**
   * @param {SessionRequest} request
   * @param {SessionEvent} event
   */
  #event(request, event) {
    const s = this.#s;
    if (manifestEvent(s, request.id, event)) return;
    const stream = s.streams().find((one) => one.owns(request.id));
    if (stream) this.#streamEvent(stream, request, event);
  }

  /**
   * @param {Stream} stream
   * @param {SessionRequest} request
   * @param {SessionEvent} event
   */
  #streamEvent(stream, request, event) {
    const s = this.#s;
    const ofPacket = request.kind === "packet";
    let isOver = false;
    if (event.kind === "packet" && ofPacket) {
      s.roundTrip.note(event.timing, stream.track);
      stream.packet(event.packet);
      const { track, first: sequence } = stream;
      s.actions.tell({ what: "packet", track, why: request.why, timing: event.timing, sequence });
    } else if (event.kind === "frame" && !ofPacket) {
      if (event.frame.update) updateManifest(s, event.frame.update.url);
      stream.frame(request.id, event.frame);
    } else if (event.kind === "finished" && !ofPacket) {
      isOver = stream.finished(request.id);
    } else if (event.kind === "failed") {
      isOver = stream.failed(request.id, event.status, event.text);
      if (!stream.broken && !stream.ended) s.actions.fault("media", event.text, event.status, () => s.nowMs);
    } else if (event.kind !== "frame") {
      stream.failed(request.id, -2, `${request.url}: an answer of another kind`);
    }
    if (isOver && stream === s.picture && isOld(s)) askManifest(s); // nobody has said so
  }

  /** Every rule looks whether it has something to do now. */
  #goOn() {
    const s = this.#s;
    for (const { request, text } of takeSilent(s)) {
      /** @type {SessionEvent} */
      const event = { kind: "failed", request, status: -1, text };
      if (!manifestEvent(s, request, event)) s.streams().find((one) => one.owns(request))?.failed(request, -1, text);
    }
    silenceGoOn(s);
    this.#handOver();
    repair(s);
    this.#handOver(); // what a switch that was given up has held back
    endGoOn(s);
    joinGoOn(s);
    spliceGoOn(s);
    soundGoOn(s);
    manifestsGoOn(s);
    s.actions.tellFaults();
  }

  /** What is in order goes to the renderer, and what is to take over does. */
  #handOver() {
    const s = this.#s;
    joined(s);
    splicePrimed(s);
    do {
      this.#takePicture();
    } while (spliced(s) || followed(s));
    takeSound(s);
  }

  #takePicture() {
    const s = this.#s;
    const { picture } = s;
    if (!picture) return;
    for (const out of picture.take()) {
      heard(s);
      if (spliceHolds(s, out)) continue;
      s.actions.push({ do: "frame", track: picture.track, sequence: out.sequence, frame: out.frame });
      s.ahead.handed(picture.track);
    }
    if (picture.flows) s.join.tries.worked();
  }
}
