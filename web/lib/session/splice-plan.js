// Which frame a quality switch happens at. The old rung is followed up to the frame before; the new one goes on from its
// packet. All frames before it that have come or will come are handed over, so that the picture goes on for as long as
// what is ahead of it lasts; the packet has to be there before that.

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
 */

/**
 * @typedef {object} Plan
 * @property {number} frames   1 or more: the switch is at the last frame received and that many
 * @property {boolean} primes  the continuation would come too late unless it flows already
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
  const besidesMs = c.transferMs + MAKE_MS;
  const most = HELD_FRAMES + Math.floor((c.ageMs + c.roundTripMs) / c.frameMs);
  /** @param {number} frames  when the packet is there, from now on */
  const packetMs = (frames) => Math.max(c.roundTripMs, frames * c.frameMs - c.ageMs) + besidesMs;
  /** @param {number} frames  what is ahead when it comes */
  const leftMs = (frames) => c.aheadMs + (frames - 1) * c.frameMs - packetMs(frames);
  let frames = 1;
  while (frames < most && leftMs(frames) < c.floorMs && leftMs(frames + 1) > leftMs(frames)) frames++;
  frames = Math.min(frames + c.failures, most);
  // The continuation is asked for when the packet is there.
  const continuesMs = Math.max(packetMs(frames) + c.roundTripMs, (frames + 1) * c.frameMs - c.ageMs);
  const primes = c.roundTripMs > c.frameMs / 2 && c.aheadMs + frames * c.frameMs - continuesMs < c.floorMs;
  return { frames, primes };
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
