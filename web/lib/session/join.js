// From a channel to its first picture: its manifest, and the most recent packet of a rung; that of the sound with it.

import { askManifest, edgeMs, isOld, manifestNow, presentationAfter } from "./manifests.js";
import { rungFor } from "./state.js";
import { Stream } from "./stream.js";
import { Tries } from "./tries.js";
import { frameBeside, rationalMs } from "./when.js";

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("./state.js").State} State
 */

/** What a manifest says of now may be ahead of what can be had by what it takes to make a frame. */
const EDGE_ERROR_MS = 100;
/** Sound before the picture that is still handed over: a decoder's preroll. */
const PREROLL_FRAMES = 2;

/**
 * @param {State} s
 * @param {"join" | "zap" | "resync"} why
 */
export function joinBegin(s, why) {
  s.join = { pending: true, manifestFirst: false, why, tries: new Tries() };
  s.loss.heardMs = s.nowMs;
}

/**
 * After a failure: later.
 * @param {State} s
 * @param {boolean} manifestFirst
 */
export function joinAgain(s, manifestFirst) {
  if (s.picture) s.join.why = "resync";
  joinDrop(s);
  s.join.pending = true;
  s.join.manifestFirst ||= manifestFirst;
  s.join.tries.failed(s.nowMs);
  // Where a manifest is old, it is asked for at once: waiting changes nothing about that.
  if (manifestFirst && isOld(s)) s.join.tries.nextMs = s.nowMs;
}

/**
 * Everything that is followed is given up.
 * @param {State} s
 */
export function joinDrop(s) {
  for (const stream of s.streams()) stream.close();
  s.picture = s.next = s.sound = s.soundNext = null;
  if (s.splice) s.actions.tell({ what: "switch-failed", track: s.splice.track, text: "a join takes its place" });
  s.splice = null;
  s.spliceTries.worked();
  s.listening = { pending: false, from: "now", tries: new Tries(), opened: false, least: 0, handed: -1 };
  s.follow = { byNow: false, tries: new Tries() };
  s.end = { polls: 0, over: false };
}

/**
 * The Presentation that is on the air as far as the manifest tells; null: it tells of none, and is old.
 * @param {State} s
 * @param {Manifest} manifest
 * @returns {Presentation | null}
 */
function onAir(s, manifest) {
  const edge = edgeMs(s) - EDGE_ERROR_MS;
  let presentation = manifest.active;
  while (presentation.end && rationalMs(presentation.end) <= edge) {
    const next = presentationAfter(manifest, presentation);
    if (!next || next.video.length === 0) return isOld(s) ? null : presentation;
    presentation = next;
  }
  return presentation;
}

/** @param {State} s */
export function joinGoOn(s) {
  if (!s.join.pending || s.nowMs < s.join.tries.nextMs) return;
  const manifest = manifestNow(s);
  const to = manifest && !s.join.manifestFirst ? onAir(s, manifest) : null;
  if (!to) {
    askManifest(s);
    return;
  }
  const track = rungFor(to, s.joinBps ?? s.bandwidthBps);
  const why = s.join.why === "zap" ? "zap" : "join";
  s.join.pending = false;
  s.entry = "join";
  s.next = new Stream(s.actions, to, track, "now", why);
  if (to.audio && s.soundlessUrl !== s.url) s.sound = new Stream(s.actions, to, to.audio, "now", why);
}

/** @param {State} s */
export function joinNextMs(s) {
  return s.join.pending && s.nowMs < s.join.tries.nextMs ? s.join.tries.nextMs : Infinity;
}

/**
 * The first picture is there: a new timeline begins with it.
 * @param {State} s
 */
export function joined(s) {
  const { next } = s;
  if (!next || s.entry !== "join" || !next.header || next.broken) return;
  s.picture = next;
  s.next = null;
  const { presentation, track } = next;
  const audio = s.soundlessUrl === s.url ? null : presentation.audio;
  s.begunSound = audio;
  s.actions.push({ do: "begin", why: s.join.why, presentation, video: track, audio });
  s.actions.push({ do: "header", track, header: next.header });
  s.ahead.reset();
  s.join.why = "resync"; // whatever is joined after that
  s.listening.opened = false;
  if (audio) s.listening.least = frameBeside(audio, track, next.first) - PREROLL_FRAMES;
}
