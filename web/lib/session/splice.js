// From rung to rung, as one line of frames. The new rung's packet of frame n is asked for while the old rung goes on;
// old frames from n on are held back. Once the packet is there and the old rung was handed over up to n - 1, the new
// rung takes over: its header, the packet's picture, its continuation. The old one is given up then: nothing of it is
// of use after that.
//
// The picture never waits for that where the link carries both: n is the next frame if what the renderer has ahead
// lasts until the packet comes, else a later one. Where it does not last after all, the frames that are held back are
// handed over, and a later packet is asked for.
//
// Where a round trip is longer than what is ahead, the continuation of a packet would come too late. Such a switch is
// primed: the packet "now" of the new rung is asked for, which says where its continuation is; that is followed, and
// its frames wait. With its request that of packet n goes out. So such a switch takes two packets.
//
// Where a lower rung is wanted because the old one starves, the old one is given up at once, and all of the link is
// there for the packet of the very next frame.

import { putPollOff, updateManifest } from "./manifests.js";
import { aligned, planSplice } from "./splice-plan.js";
import { rungFor } from "./state.js";
import { Stream } from "./stream.js";
import { followIsNear } from "./target.js";
import { isTooMuch } from "./waiting.js";

/**
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./state.js").State} State
 * @typedef {import("./stream.js").Out} Out
 */

const FAILURES_MAX = 5;
/** How much longer a packet is believed to take when one was too late. */
const LATER = 1.5;
/** After so many that were too late, the picture waits for one that is about to come. */
const FAILURES_PATIENT = 2;
const PATIENCE_MS = 60;
const STARVED_MS = 250;
const STARVED_FRAMES = 5;
const BOUNDARY_FRAMES = 4;
/** Connections are few: six to a host on HTTP/1.1. */
const REQUESTS_MAX = 6;
const REQUESTS_TO_BEGIN = 4;

export class Splice {
  /**
   * @param {Track} track
   * @param {number} decidedMs
   */
  constructor(track, decidedMs) {
    this.track = track;
    this.decidedMs = decidedMs;
    /** The packet's frame; -1: not chosen yet, it is being primed. */
    this.number = -1;
    /** The old rung's frame that begins with it. */
    this.old = Infinity;
    this.failures = 0;
    /** When the packet is likely to be there. */
    this.expectedMs = Infinity;
    /** The old one was given up. */
    this.alone = false;
    /** @type {Out[]} frames of the old rung from `old` on */
    this.held = [];
    this.heldBytes = 0;
  }
}

/**
 * @param {State} s
 * @returns {Track | null} another rung than the one that plays; null: it is the right one
 */
function wanted(s) {
  const { picture } = s;
  if (!picture) return null;
  const track = rungFor(picture.presentation, s.bandwidthBps);
  return track.id === picture.track.id ? null : track;
}

/** @param {State} s  not before the continuation of a join flows, so that its second picture isn't delayed */
function isCalledFor(s) {
  const { picture } = s;
  return picture !== null && picture.isLive && picture.flows && !s.next && !s.join.pending && !followIsNear(s) &&
    wanted(s) !== null;
}

/** @param {State} s */
export function spliceGoOn(s) {
  if (s.splice) guard(s);
  if (s.splice || !isCalledFor(s) || s.nowMs < s.spliceTries.nextMs) return;
  const to = wanted(s);
  if (!to || s.actions.open.size > REQUESTS_TO_BEGIN) return;
  const splice = new Splice(to, s.nowMs);
  if (isAtBoundary(s, splice)) return;
  s.splice = splice;
  s.actions.tell({ what: "switching", track: to });
  ask(s, s.splice);
}

/**
 * A primed switch reads three streams at once. It waits where each of them soon needs its next segment besides.
 * @param {State} s
 * @param {Splice} splice
 */
function isAtBoundary(s, splice) {
  const { picture } = s;
  const { frames, primes } = plan(s, splice);
  if (!picture || !primes) return false;
  return picture.framesLeft <= frames + BOUNDARY_FRAMES + (2 * s.roundTrip.ms) / picture.frameMs;
}

/**
 * @param {State} s
 * @param {Splice} splice
 */
function plan(s, splice) {
  const picture = /** @type {Stream} */ (s.picture);
  return planSplice({
    frameMs: picture.frameMs,
    ageMs: Math.max(0, s.nowMs - picture.receivedMs),
    roundTripMs: s.roundTrip.ms,
    transferMs: s.roundTrip.transferMs(splice.track) * LATER ** splice.failures,
    aheadMs: s.ahead.ms(s.nowMs),
    floorMs: s.ahead.floorMs(picture.track),
    failures: splice.failures,
    overlaps: s.ahead.overlaps,
  });
}

/**
 * Chooses the frame. false: there is none in this Presentation.
 * @param {State} s
 * @param {Splice} splice
 * @param {number} frames  from the last one received on
 */
function choose(s, splice, frames) {
  const picture = /** @type {Stream} */ (s.picture);
  const from = Math.max(picture.received + frames, Math.min(picture.first, picture.received) + 1);
  const at = aligned(picture.track, splice.track, from);
  if (!at || (picture.last >= 0 && at.old > picture.last)) return false;
  splice.number = at.number;
  splice.old = at.old;
  return true;
}

/**
 * @param {State} s
 * @param {Splice} splice
 */
function ask(s, splice) {
  const picture = /** @type {Stream} */ (s.picture);
  const { presentation } = picture;
  s.entry = "switch";
  putPollOff(s);
  if (isStarving(s, splice)) {
    picture.stop();
    splice.alone = true;
  }
  const { frames, primes, packetMs } = splice.alone ? { frames: 1, primes: false, packetMs: 0 } : plan(s, splice);
  splice.expectedMs = s.nowMs + packetMs;
  splice.number = -1;
  splice.old = Infinity;
  if (!primes && !choose(s, splice, frames)) {
    spliceGiveUp(s, "no frame is left to switch at", true);
    return;
  }
  s.next = new Stream(s.actions, presentation, splice.track, primes ? "now" : splice.number, "switch");
  s.next.waits = true;
}

/**
 * The packet "now" of a primed one is there: its continuation has been asked for.
 * @param {State} s
 */
export function splicePrimed(s) {
  const { splice, next, picture } = s;
  if (!splice || !next || !picture || splice.number >= 0 || !next.header || next.broken) return;
  if (s.actions.open.size >= REQUESTS_MAX) return;
  const { frames, packetMs } = plan(s, splice);
  splice.expectedMs = s.nowMs + packetMs;
  const after = next.first + 1 - (picture.received + frames);
  if (choose(s, splice, frames + Math.max(0, after))) next.askPacket(splice.number);
  else spliceGiveUp(s, "no frame is left to switch at", true);
}

/**
 * A frame of the old rung: true where it is held back.
 * @param {State} s
 * @param {Out} out
 */
export function spliceHolds(s, out) {
  const { splice } = s;
  if (!splice || out.sequence < splice.old) return false;
  splice.held.push(out);
  splice.heldBytes += out.frame.bytes.length;
  return true;
}

/**
 * The new rung takes over where it can.
 * @param {State} s
 * @returns {boolean}
 */
export function spliced(s) {
  const { splice, next, picture } = s;
  if (!splice || !next || !picture || next.broken || !next.header) return false;
  if (splice.number < 0 || next.first !== splice.number || picture.received < splice.old - 1) return false;
  picture.close();
  s.picture = next;
  s.next = null;
  s.splice = null;
  s.spliceTries.worked();
  next.takesOver();
  s.actions.push({ do: "header", track: next.track, header: next.header });
  s.actions.tell({ what: "switched", track: next.track, decidedMs: splice.decidedMs });
  return true;
}

/**
 * The picture stands still, or soon will, and less is wanted than what the link can't carry.
 * @param {State} s
 * @param {Splice} splice
 */
function isStarving(s, splice) {
  const { picture } = s;
  return picture !== null && isLower(s, splice) && s.nowMs >= starvesMs(s, picture);
}

/** @param {State} s @param {Splice} splice */
function isLower(s, splice) {
  return s.picture !== null && splice.track.bandwidthBps < s.picture.track.bandwidthBps;
}

/** @param {State} s @param {Stream} picture */
function starvesMs(s, picture) {
  const silentMs = picture.receivedMs + Math.max(STARVED_MS, STARVED_FRAMES * picture.frameMs);
  return Math.min(s.ahead.reachesMs(0), Math.max(silentMs, s.ahead.reachesMs(s.ahead.floorMs(picture.track))));
}

/**
 * The picture does not wait for a switch.
 * @param {State} s
 */
function guard(s) {
  const { splice, next, picture } = s;
  if (!splice || !picture || splice.alone || !next) return;
  if (isStarving(s, splice)) {
    if (splice.old === picture.received + 1) {
      picture.stop();
      splice.alone = true;
      return;
    }
    again(s, splice);
  } else if (isTooMuch(splice.held.length, picture.frameMs, splice.heldBytes)) {
    spliceGiveUp(s, "its packet has not come", true);
  } else if (isTooLate(s, splice)) {
    splice.failures++;
    if (splice.failures > FAILURES_MAX) spliceGiveUp(s, "its packets come too late", true);
    else again(s, splice);
  }
}

/** @param {State} s @param {Splice} splice */
function isTooLate(s, splice) {
  const { picture } = s;
  return picture !== null && s.nowMs >= lateMs(s, splice, picture);
}

/**
 * When the packet is too late. A packet may take longer than what is ahead lasts, on a thin link and with a renderer
 * that keeps little: where that was seen, the picture waits for it rather than that nothing ever comes of the switch.
 * @param {State} s
 * @param {Splice} splice
 * @param {Stream} picture
 */
function lateMs(s, splice, picture) {
  if (splice.held.length === 0) return Infinity;
  const atMs = s.ahead.reachesMs(s.ahead.floorMs(picture.track) / 2 ** splice.failures);
  return splice.failures < FAILURES_PATIENT ? atMs : Math.max(atMs, splice.expectedMs + PATIENCE_MS);
}

/**
 * At a later frame. What is primed stays so.
 * @param {State} s
 * @param {Splice} splice
 */
function again(s, splice) {
  const { next } = s;
  release(s, splice);
  if (next && next.header && !next.broken && next.isLive && !isStarving(s, splice)) {
    s.actions.cancel(next.packetRequest);
    next.packetRequest = 0;
    splice.number = -1;
    splice.old = Infinity;
    splicePrimed(s);
    return;
  }
  next?.close();
  s.next = null;
  ask(s, splice);
}

/** @param {State} s @param {Splice} splice */
function release(s, splice) {
  const { picture } = s;
  if (!picture) return;
  for (const { sequence, frame } of splice.held.splice(0)) {
    s.actions.push({ do: "frame", track: picture.track, sequence, frame });
    s.ahead.handed(picture.track);
  }
  splice.heldBytes = 0;
}

/**
 * The old rung plays on, if it still does.
 * @param {State} s
 * @param {string} text
 * @param {boolean} again  it is decided anew after a while
 */
export function spliceGiveUp(s, text, again) {
  const { splice } = s;
  if (!splice) return;
  s.splice = null;
  release(s, splice);
  if (s.entry === "switch") {
    s.next?.close();
    s.next = null;
  }
  if (again) s.spliceTries.failed(s.nowMs);
  s.actions.tell({ what: "switch-failed", track: splice.track, text });
}

/**
 * A request of the new rung has failed, or what it brought is of no use.
 * @param {State} s
 * @returns {boolean} the old rung plays on
 */
export function spliceBroken(s) {
  const { splice, next } = s;
  if (!splice || !next) return true;
  if (next.missing) updateManifest(s, null);
  spliceGiveUp(s, next.broken, true);
  return !splice.alone;
}

/**
 * Another rung may be wanted from now on.
 * @param {State} s
 * @param {number} bandwidthBps
 */
export function spliceWant(s, bandwidthBps) {
  s.bandwidthBps = bandwidthBps;
  s.spliceTries.worked();
  const { splice, picture } = s;
  // Where the old one was given up, the new one is needed all the same.
  if (!splice || splice.alone || !picture) return;
  if (rungFor(picture.presentation, bandwidthBps).id !== splice.track.id)
    spliceGiveUp(s, "another rung is wanted", false);
}

/** @param {State} s */
export function spliceNextMs(s) {
  const { splice, picture } = s;
  if (!picture) return Infinity;
  if (!splice) {
    const later = isCalledFor(s) && s.spliceTries.nextMs > s.nowMs;
    return later ? s.spliceTries.nextMs : Infinity;
  }
  if (splice.alone) return Infinity;
  return Math.min(lateMs(s, splice, picture), isLower(s, splice) ? starvesMs(s, picture) : Infinity);
}
