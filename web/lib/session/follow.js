// From Presentation to Presentation: one that is listed to begin where this one ends is asked for ahead, so that the
// origin holds the request, and its frames follow those of the old one. Its packet is asked for a round trip and two
// frames (50 ms at most; 200 ms in all) before its first frame is to be had, by when this one's frames come.

import { edgeMs, putPollOff, updateManifest } from "./manifests.js";
import { soundFollow, soundFollowed } from "./sound.js";
import { spliceGiveUp } from "./splice.js";
import { rungFor } from "./state.js";
import { Stream } from "./stream.js";
import { availableMs, followTarget, startMs } from "./target.js";
import { Tries } from "./tries.js";
import { lasts } from "./when.js";

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./state.js").State} State
 */

/** That is less than the 250 ms and the three frames for which an origin holds a request. */
const LEAD_MAX_MS = 200;
const EARLY_MS = 50;
const EARLY_FRAMES = 2;
/** A join that finds its Presentation to have been over for longer than that joins the next one where that is now. */
const LATE_JOIN_MS = 250;

/** @param {State} s  the channel was over, or a join came upon the end of a Presentation that was */
export function followIsLate(s) {
  const { picture } = s;
  const to = followTarget(s);
  if (!to || !picture || !picture.ended) return false;
  return s.end.over || (!picture.flows && edgeMs(s) > startMs(to) + LATE_JOIN_MS);
}

/** @param {State} s @param {Track} track */
function leadMs(s, track) {
  const besidesMs = Math.min(EARLY_FRAMES * lasts(track), EARLY_MS);
  return Math.min(s.roundTrip.ms + besidesMs, LEAD_MAX_MS);
}

/** @param {State} s  when to ask; Infinity: nothing is to be asked for */
function dueMs(s) {
  const { picture } = s;
  const to = followTarget(s);
  if (!to || !picture || picture.received < 0 || picture.broken) return Infinity;
  if ((picture.stopped && !picture.ended) || (s.next && s.entry !== "switch") || followIsLate(s)) return Infinity;
  const atMs = availableMs(picture, to);
  if (s.follow.byNow) return Math.max(atMs, s.follow.tries.nextMs);
  return atMs - leadMs(s, rungFor(to, s.bandwidthBps));
}

/**
 * Whether a round trip after the packet would be too late for the second picture.
 * @param {State} s
 * @param {Track} track
 */
function needsWhole(s, track) {
  const spareMs = Math.max(0, s.ahead.ms(s.nowMs) - s.ahead.floorMs(track));
  return s.roundTrip.ms > spareMs + lasts(track) / 2;
}

/** @param {State} s */
export function followGoOn(s) {
  const to = followTarget(s);
  if (!to || s.nowMs < dueMs(s)) return;
  follow(s, to, s.follow.byNow);
}

/**
 * @param {State} s
 * @param {Presentation} to
 * @param {boolean} byNow  its first packet was lost
 */
export function follow(s, to, byNow) {
  spliceGiveUp(s, "another Presentation is near", false);
  putPollOff(s);
  const track = rungFor(to, s.bandwidthBps);
  s.entry = "follow";
  s.next = new Stream(s.actions, to, track, byNow ? "now" : track.startSequence, "follow");
  if (!byNow && needsWhole(s, track)) s.next.takeWhole();
  soundFollow(s, to);
}

/** @param {State} s */
export function followNextMs(s) {
  return dueMs(s);
}

/**
 * Its packet or its first segment is lost: by "now" at once, and then later and later.
 * @param {State} s
 */
export function followBroken(s) {
  const missing = s.next?.missing;
  s.next?.close();
  s.next = null;
  if (s.follow.byNow) s.follow.tries.failed(s.nowMs);
  s.follow.byNow = true;
  if (missing) updateManifest(s, null);
}

/**
 * The next Presentation takes over where all of the old one was handed over.
 * @param {State} s
 * @returns {boolean}
 */
export function followed(s) {
  const { next, picture } = s;
  if (!next || s.entry !== "follow" || !next.header || next.broken || !picture || !picture.ended) return false;
  const { presentation, track } = next;
  picture.close();
  s.picture = next;
  s.next = null;
  s.follow = { byNow: false, tries: new Tries() };
  s.end = { polls: 0, over: false };
  if ((s.begunSound !== null) !== (presentation.audio !== null)) beginAnew(s, presentation, track);
  s.actions.push({ do: "header", track, header: /** @type {import("../types.js").Header} */ (next.header) });
  s.actions.tell({ what: "presentation", presentation });
  soundFollowed(s);
  updateManifest(s, null); // in the next one it is the active one
  return true;
}

/**
 * A renderer that was told of no sound has no place for it, and one that was waits for it: that needs a new timeline.
 * @param {State} s
 * @param {Presentation} presentation
 * @param {Track} track
 */
function beginAnew(s, presentation, track) {
  s.sound?.close();
  s.sound = null;
  s.soundlessUrl = "";
  s.begunSound = presentation.audio;
  s.actions.push({ do: "begin", why: "resync", presentation, video: track, audio: presentation.audio });
  s.ahead.reset();
}
