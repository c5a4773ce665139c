// Where nothing is listed yet at the end of a Presentation: the one that is active when this one is over is followed
// where it goes on from here, or joined. Where there is none, the manifest is fetched a few times more; then the
// channel has ended. It is looked at now and then after that, too.

import { joinBegin, joinDrop } from "./join.js";
import { follow, followGoOn, followIsLate, followNextMs } from "./follow.js";
import { answeredMs, askManifest, isAsked, manifestNow } from "./manifests.js";
import { spliceGiveUp } from "./splice.js";
import { rungFor } from "./state.js";
import { followTarget } from "./target.js";
import { frameMs } from "./when.js";

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("./state.js").State} State
 * @typedef {import("./stream.js").Stream} Stream
 */

const POLL_GAP_MS = 1000;
/** At once, and three more. */
const POLLS_MAX = 4;

/** @param {State} s @param {Stream} picture @param {Manifest} manifest */
function leadOn(s, picture, manifest) {
  const to = manifest.active;
  const isListed = manifest.presentations.some(({ id }) => id === picture.presentation.id);
  if (!picture.ended && isListed) return; // its end is still to come
  const track = rungFor(to, s.bandwidthBps);
  const isLater = frameMs(track, track.startSequence) > frameMs(picture.track, picture.last);
  if (picture.ended && !s.end.over && !s.follow.byNow && isLater) {
    follow(s, to, false);
    return;
  }
  joinDrop(s);
  joinBegin(s, "resync");
}

/** @param {State} s */
function nextPollMs(s) {
  if (isAsked(s) || s.end.polls === POLLS_MAX) return Infinity;
  return s.end.polls > 0 ? answeredMs(s) + POLL_GAP_MS : s.nowMs;
}

/** @param {State} s */
function isEnding(s) {
  return s.picture !== null && s.picture.ended && !s.end.over && !s.next && !s.join.pending && !followTarget(s);
}

/** @param {State} s */
function askWhatFollows(s) {
  if (s.nowMs >= nextPollMs(s)) {
    s.end.polls++;
    askManifest(s);
  } else if (s.end.polls === POLLS_MAX && !isAsked(s)) {
    s.end.over = true;
    s.manifests.pollMs = answeredMs(s) + Math.max(POLL_GAP_MS, manifestNow(s)?.pollMs ?? 0);
    s.actions.push({ do: "end" });
  }
}

/** @param {State} s */
export function endGoOn(s) {
  if (s.picture?.ended) spliceGiveUp(s, "the Presentation is over", false);
  followGoOn(s);
  const { picture } = s;
  const manifest = manifestNow(s);
  if (!picture || !manifest || s.next || s.join.pending) return;
  if (followTarget(s) && !followIsLate(s)) return;
  if (manifest.active.id !== picture.presentation.id && manifest.active.video.length > 0) leadOn(s, picture, manifest);
  else if (isEnding(s)) askWhatFollows(s);
}

/** @param {State} s */
export function endNextMs(s) {
  return Math.min(followNextMs(s), isEnding(s) ? nextPollMs(s) : Infinity);
}
