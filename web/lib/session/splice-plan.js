// Which frame a quality switch happens at. The old rung is followed up to the frame before; the new one goes on from
// its packet. All frames before it that have come or will come are handed over, so that the picture goes on for as
// long as what is ahead of it lasts; the packet has to be there before that.

import { frameBeside } from "./when.js";

/** @typedef {import("../types.js").Track} Track */

/**
 * @typedef {object} Conditions
 * @property {number} frameMs     how long a frame lasts
 * @property {number} ageMs       since the last one was received
 * @property {number} roundTripMs
 * @property {number} transferMs  what a packet takes besides
 * @property {number} aheadMs     what the renderer has still to show; Infinity: not known
 * @property {number} floorMs     and is to have left
 * @property {number} failures    of this switch: how often the packet came too late
 * @property {boolean} overlaps   the new rung may begin with a frame that was handed over and is not shown yet
 */

/**
 * @typedef {object} Plan
 * @property {number} frames    the switch is at the last frame received and that many; 1 or more without overlap
 * @property {boolean} primes   the continuation would come too late unless it flows already
 * @property {number} packetMs  when the packet is there, from now on
 */

/** What it takes to make a packet. */
const MAKE_MS = 12;
/** An origin holds a request for a packet that is that many frames ahead of the newest. */
const HELD_FRAMES = 3;
const ALIGN_FRAMES = 64;

/**
 * @param {Conditions} c
 * @returns {Plan}
 */
export function planSplice(c) {
  const { frameMs, ageMs, roundTripMs, aheadMs, floorMs } = c;
  const besidesMs = c.transferMs + MAKE_MS;
  const most = HELD_FRAMES + Math.floor((ageMs + roundTripMs) / frameMs);
  /** @param {number} frames */
  const packetMs = (frames) => Math.max(roundTripMs, frames * frameMs - ageMs) + besidesMs;
  /** @param {number} frames  what is ahead when the packet comes */
  const leftMs = (frames) => aheadMs + (frames - 1) * frameMs - packetMs(frames);
  /** @param {number} frames  and when its continuation does, which is asked for when the packet is there */
  const leftLaterMs = (frames) =>
    aheadMs + frames * frameMs - Math.max(packetMs(frames) + roundTripMs, (frames + 1) * frameMs - ageMs);
  // A packet that comes too late for a frame that the renderer has of the old rung leaves no gap: that one is shown,
  // and the new rung goes on with the next. So it need not be there sooner than just in time.
  /** @param {number} frames */
  const overlapFits = (frames) => leftMs(frames) >= 0 && aheadMs - packetMs(frames) - roundTripMs >= floorMs;
  let frames = c.overlaps && Number.isFinite(aheadMs) ? Math.min(1, 1 - Math.floor(aheadMs / frameMs)) : 1;
  while (frames < 1 && !overlapFits(frames)) frames++;
  if (frames < 1 && roundTripMs <= frameMs / 2) return planned(frames, false);
  while (frames < most && leftMs(frames) < floorMs && leftMs(frames + 1) > leftMs(frames)) frames++;
  if (roundTripMs <= frameMs / 2) return planned(frames, false);
  for (let later = frames; later <= most; later++)
    if (leftMs(later) >= floorMs && leftLaterMs(later) >= floorMs) return planned(later, false);
  return planned(frames, leftLaterMs(frames) < floorMs);

  /** @param {number} chosen @param {boolean} primes @returns {Plan} */
  function planned(chosen, primes) {
    const number = Math.min(chosen + c.failures, most);
    return { frames: number, primes, packetMs: packetMs(number) };
  }
}

/**
 * The first frame from a number on that begins together with one of another rung.
 * @param {Track} from
 * @param {Track} to
 * @param {number} sequence  of from
 * @returns {{old: number, number: number} | null} both numbers of it; null: there is none
 */
export function aligned(from, to, sequence) {
  for (let old = sequence; old < sequence + ALIGN_FRAMES; old++) {
    const number = frameBeside(to, from, old);
    if (frameBeside(from, to, number) === old) return { old, number };
  }
  return null;
}
