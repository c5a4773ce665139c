// Where the picture goes on after its Presentation, and when that is there.

import { manifestNow, presentationAfter } from "./manifests.js";
import { frameMs, rationalMs } from "./when.js";

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Rational} Rational
 * @typedef {import("./state.js").State} State
 */

/** A switch that is not done by then is given up for the next Presentation, and none is begun. */
const SWITCH_MS = 500;

/**
 * @param {State} s
 * @returns {Presentation | null} where the picture goes on; null: nothing is listed, or it has no end
 */
export function followTarget(s) {
  const manifest = manifestNow(s);
  const id = s.picture?.presentation.id;
  const presentation = manifest?.presentations.find((p) => p.id === id);
  if (!manifest || !presentation) return null;
  const next = presentationAfter(manifest, presentation);
  return next && next.video.length > 0 ? next : null;
}

/** @param {Presentation} to */
export const startMs = (to) => rationalMs(/** @type {Rational} */ (to.start));

/**
 * When its first frame is there: as much after the last one received as their times differ.
 * @param {import("./stream.js").Stream} picture
 * @param {Presentation} to
 */
export function availableMs(picture, to) {
  return picture.receivedMs + startMs(to) - frameMs(picture.track, picture.received);
}

/** @param {State} s  so soon that another rung of this Presentation is no longer worth asking for */
export function followIsNear(s) {
  const to = followTarget(s);
  return to !== null && s.picture !== null && s.nowMs >= availableMs(s.picture, to) - SWITCH_MS;
}
