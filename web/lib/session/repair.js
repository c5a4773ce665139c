// What fails is made again: a lost continuation joins anew, a packet that is not there has the manifest fetched first,
// a failed switch leaves the old rung playing. Each next try waits longer, from 250 ms to 4 s.

import { followBroken } from "./follow.js";
import { joinAgain } from "./join.js";
import { isOld, manifestNow } from "./manifests.js";
import { soundBroken, soundIsHopeless, soundNextBroken } from "./sound.js";
import { spliceBroken, spliceGiveUp } from "./splice.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./stream.js").Stream} Stream
 */

/** A stream that has gone on for that long was right; what ends it is taken up again at once. */
const PROVEN_MS = 2000;

/**
 * Whether a join has asked, by a manifest of long ago, for what a Presentation that is over has no more: the manifest
 * is asked for then, and what is missing after that is told.
 * @param {State} s
 * @param {Stream} stream
 */
function isOutdated(s, stream) {
  if (!stream.missing || s.entry !== "join" || stream.flows) return false;
  const joined = s.next ?? s.picture;
  const active = manifestNow(s)?.active.id;
  return !joined?.flows && ((active !== undefined && active !== stream.presentation.id) || isOld(s));
}

/**
 * @param {State} s
 * @param {Stream} stream
 * @param {() => number} nextMs
 */
function tell(s, stream, nextMs) {
  if (isOutdated(s, stream)) return;
  if (stream.isVideo) s.loss.text = stream.broken;
  s.actions.fault("media", stream.broken, stream.brokenStatus, nextMs);
}

/** @param {State} s */
export function repair(s) {
  if (s.next?.broken) repairNext(s, s.next);
  if (s.picture?.broken) repairPicture(s, s.picture);
  if (s.soundNext?.broken) {
    tell(s, s.soundNext, () => s.listening.tries.nextMs);
    soundNextBroken(s);
  }
  if (s.sound?.broken) {
    tell(s, s.sound, () => s.listening.tries.nextMs);
    soundBroken(s);
    if (soundIsHopeless(s)) joinSoundless(s);
  }
}

/** @param {State} s */
function joinSoundless(s) {
  s.soundlessUrl = s.url;
  joinAgain(s, false);
  s.join.tries.nextMs = s.nowMs;
}

/** @param {State} s @param {Stream} next */
function repairNext(s, next) {
  if (s.entry === "switch") {
    tell(s, next, () => s.spliceTries.nextMs);
    if (!spliceBroken(s)) joinAgain(s, next.missing);
  } else if (s.entry === "follow") {
    tell(s, next, () => s.follow.tries.nextMs);
    followBroken(s);
  } else {
    tell(s, next, () => s.join.tries.nextMs);
    joinAgain(s, next.missing);
  }
}

/** @param {State} s @param {Stream} picture */
function repairPicture(s, picture) {
  tell(s, picture, () => s.join.tries.nextMs);
  const isProven = s.nowMs - picture.openedMs >= PROVEN_MS && s.join.tries.failures === 0;
  spliceGiveUp(s, "the rung that plays is lost", false);
  joinAgain(s, picture.missing);
  if (isProven) s.join.tries.nextMs = s.nowMs;
}
