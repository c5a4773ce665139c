// The sound beside the picture: joined with it, followed on its own. The picture never waits for it. A continuation
// that is lost is taken up again where it ended; where that is no longer there, at "now". Where it never comes, the
// channel is joined anew without: media elements wait for sound that was announced.

import { Stream } from "./stream.js";
import { Tries } from "./tries.js";

/** @typedef {import("./state.js").State} State */

/** Four in a row take about four seconds. */
const FAILURES_MAX = 4;

/** @param {State} s  those frames that are in step with the picture */
export function takeSound(s) {
  goOver(s);
  const { picture, sound, listening } = s;
  if (!picture || !sound || !sound.header) return;
  if (!listening.opened) {
    s.actions.push({ do: "header", track: sound.track, header: sound.header });
    listening.opened = true;
  }
  for (const { sequence, frame } of sound.take()) {
    if (sequence < listening.least || sequence <= listening.handed) continue;
    s.actions.push({ do: "frame", track: sound.track, sequence, frame });
    listening.handed = sequence;
  }
  if (sound.flows) listening.tries.worked();
}

/**
 * With the picture in the next Presentation, the old one's sound goes on to its end.
 * @param {State} s
 */
function goOver(s) {
  const { picture, sound, soundNext } = s;
  if (!picture || !soundNext || soundNext.presentation.id !== picture.presentation.id) return;
  if (sound && (sound.presentation.id === picture.presentation.id || !isDone(s, sound))) return;
  sound?.close();
  s.sound = soundNext;
  s.soundNext = null;
  s.listening = { pending: false, from: "now", tries: new Tries(), opened: false, least: 0, handed: -1 };
}

/**
 * Nothing more of it is to be handed over.
 * @param {State} s
 * @param {Stream} sound
 */
function isDone(s, sound) {
  return sound.broken !== "" || (sound.ended && sound.out.length === 0);
}

/**
 * The picture goes on in another Presentation, whose sound is taken from its first segment's start: its first frame is
 * the packet's own.
 * @param {State} s
 * @param {import("../types.js").Presentation} presentation
 */
export function soundFollow(s, presentation) {
  s.soundNext?.close();
  s.soundNext = null;
  const track = presentation.audio;
  if (!track || s.follow.byNow) return; // it is joined beside the picture
  s.soundNext = new Stream(s.actions, presentation, track, track.startSequence, "follow");
  s.soundNext.takeWhole();
}

/**
 * The picture has gone over. Without that sound it is joined beside it, unless there is none to come.
 * @param {State} s
 */
export function soundFollowed(s) {
  const { picture } = s;
  if (!picture || s.soundNext || !picture.presentation.audio) return;
  if (s.sound?.presentation.id === picture.presentation.id) return;
  s.sound?.close();
  s.sound = null;
  s.listening = { pending: true, from: "now", tries: new Tries(), opened: false, least: 0, handed: -1 };
}

/**
 * It is lost: taken up again.
 * @param {State} s
 */
export function soundBroken(s) {
  const { sound, listening } = s;
  if (!sound) return;
  const wasNumbered = sound.asked !== "now" && !sound.header;
  sound.close();
  s.sound = null;
  if (s.soundNext) return; // it won't be long
  listening.pending = true;
  listening.from = !sound.missing && listening.handed >= 0 ? listening.handed : "now";
  // At once where a packet has just gone out of the window.
  if (!(sound.missing && wasNumbered)) listening.tries.failed(s.nowMs);
}

/** @param {State} s  whether the picture is better off without it */
export function soundIsHopeless(s) {
  return s.picture !== null && s.begunSound !== null && s.listening.tries.failures >= FAILURES_MAX;
}

/** @param {State} s  that of the Presentation that follows is lost */
export function soundNextBroken(s) {
  s.soundNext?.close();
  s.soundNext = null;
  soundFollowed(s);
}

/** @param {State} s */
function isDue(s) {
  const { picture, listening } = s;
  if (!listening.pending || s.sound || s.begunSound === null) return false;
  return picture !== null && !picture.ended && picture.presentation.audio !== null;
}

/** @param {State} s */
export function soundGoOn(s) {
  const { picture, listening } = s;
  if (!isDue(s) || s.nowMs < listening.tries.nextMs) return;
  const { presentation } = /** @type {Stream} */ (picture);
  const track = /** @type {import("../types.js").Track} */ (presentation.audio);
  listening.pending = false;
  s.sound = new Stream(s.actions, presentation, track, listening.from, "continue");
}

/** @param {State} s */
export function soundNextMs(s) {
  return isDue(s) ? s.listening.tries.nextMs : Infinity;
}
