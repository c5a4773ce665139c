// Which frame it is that has come, and what is wrong with it.

import { durationFits, frameNumber } from "./when.js";

/**
 * @typedef {import("../types.js").Frame} Frame
 * @typedef {import("../types.js").Packet} Packet
 * @typedef {import("../types.js").Track} Track
 */

/** @typedef {{number: number, wrong: string}} Numbered  wrong: why it is of no use; "": nothing */

/**
 * @param {Track} track
 * @param {Frame} frame
 * @returns {Numbered}
 */
export function numbered(track, frame) {
  const number = frameNumber(track, frame.time, frame.timescale);
  let wrong = "";
  if (number < 0) wrong = `no frame starts at media time ${frame.time}/${frame.timescale}`;
  else if (!durationFits(track, frame)) wrong = `frame ${number} lasts ${frame.duration}/${frame.timescale} s`;
  return { number, wrong };
}

/**
 * The frame that a packet opens a stream with: its picture; of sound, which has none in it, the one before the first
 * that its continuation brings.
 * @param {Track} track
 * @param {Packet} packet
 * @param {number | "now"} asked
 * @param {boolean} whole  the track is taken from its very first frame on
 * @returns {Numbered} number -1 without anything wrong: the continuation will tell
 */
export function opening(track, packet, asked, whole) {
  if (track.kind === "audio") {
    const number = asked === "now" ? -1 : asked;
    return { number: whole ? number - 1 : number, wrong: "" };
  }
  if (!packet.frame) return { number: -1, wrong: "a packet without a picture" };
  const { number, wrong } = numbered(track, packet.frame);
  if (wrong || asked === "now" || asked === number) return { number, wrong };
  return { number, wrong: `packet ${asked} brought frame ${number}` };
}
