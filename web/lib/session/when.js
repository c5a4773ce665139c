// What a session asks of times. Numbers of frames are exact (manifest/time.js); -1 stands for none. Milliseconds are
// for waiting only.

import { beside, compareTimes, lastSequence, secondsOf, segmentEnd, sequenceOf, toSeconds } from "../manifest/time.js";

/**
 * @typedef {import("../types.js").Frame} Frame
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Rational} Rational
 * @typedef {import("../types.js").Track} Track
 */

/**
 * The frame that starts at a media time.
 * @param {Track} track
 * @param {number} time
 * @param {number} timescale
 * @returns {number} -1: none does
 */
export function frameNumber(track, time, timescale) {
  return sequenceOf(track, time, timescale) ?? -1;
}

/**
 * A frame's duration is exact in a timescale that fits the rate; in others either neighbour will do.
 * @param {Track} track
 * @param {Frame} frame
 */
export function durationFits(track, frame) {
  return Math.abs(frame.duration - (frame.timescale * track.frameRate.scale) / track.frameRate.value) < 1;
}

/**
 * @param {Track} track
 * @param {number} sequence
 * @returns {number} manifest time, milliseconds
 */
export function frameMs(track, sequence) {
  return 1000 * secondsOf(track, sequence);
}

/** @param {Rational} time  seconds */
export function rationalMs(time) {
  return 1000 * toSeconds(time);
}

/**
 * The frame of a track that covers the start of another track's frame. Both belong to one Presentation.
 * @param {Track} track
 * @param {Track} other
 * @param {number} sequence  of other
 */
export function frameBeside(track, other, sequence) {
  return beside(track, other, sequence);
}

/**
 * @param {Track} track
 * @param {number} segment
 * @returns {number} its last frame; -1: nothing tells
 */
export function segmentLast(track, segment) {
  return segmentEnd(track, segment) ?? -1;
}

/**
 * @param {Track} track
 * @param {Presentation} presentation
 * @returns {number} its last frame; -1: it has no end yet
 */
export function lastFrame(track, presentation) {
  return lastSequence(track, presentation) ?? -1;
}

/**
 * @param {Track} track
 * @returns {number} how long its frames last, milliseconds
 */
export function lasts(track) {
  return (1000 * track.frameRate.scale) / track.frameRate.value;
}

/**
 * Whether sequence numbers mean the same in both.
 * @param {Track} a
 * @param {Track} b
 */
export function countsAlike(a, b) {
  return a.startSequence === b.startSequence && compareTimes(a.frameRate, b.frameRate) === 0 &&
    compareTimes(a.start, b.start) === 0 && compareTimes(a.mediaTimeOffset, b.mediaTimeOffset) === 0;
}
