// What a session asks of times: which frame a media time belongs to, when a frame is due, where segments and
// Presentations end. Whole numbers decide (HESP 3.1.3); seconds are for waiting only.

/**
 * @typedef {import("../types.js").Frame} Frame
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Rational} Rational
 * @typedef {import("../types.js").Track} Track
 */

/** @param {Rational} r */
const num = (r) => BigInt(r.value);
/** @param {Rational} r */
const den = (r) => BigInt(r.scale);

/**
 * @param {bigint} a
 * @param {bigint} b  above 0
 */
function divideCeil(a, b) {
  const q = a / b;
  return a % b > 0n ? q + 1n : q;
}

/**
 * The frame that starts at a media time.
 * @param {Track} track
 * @param {number} time
 * @param {number} timescale
 * @returns {number} -1: none does
 */
export function frameNumber(track, time, timescale) {
  if (!Number.isSafeInteger(time) || !Number.isSafeInteger(timescale) || timescale < 1) return -1;
  const { start: s, mediaTimeOffset: o, frameRate: f } = track;
  const scale = den(s) * den(o);
  const zero = num(s) * den(o) + num(o) * den(s);
  const since = (BigInt(time) * scale - zero * BigInt(timescale)) * num(f);
  const unit = BigInt(timescale) * scale * den(f);
  if (since < 0n || since % unit !== 0n) return -1;
  return track.startSequence + Number(since / unit);
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
  return rationalMs(track.start) +
    ((sequence - track.startSequence) * 1000 * track.frameRate.scale) / track.frameRate.value;
}

/** @param {Rational} r  seconds */
export function rationalMs(r) {
  return (1000 * r.value) / r.scale;
}

/**
 * The frame of a track that covers the start of another track's frame, at least its first. Both belong to one
 * Presentation.
 * @param {Track} track
 * @param {Track} other
 * @param {number} sequence  of other
 */
export function frameBeside(track, other, sequence) {
  const since = BigInt(Math.max(0, sequence - other.startSequence));
  const frames = (since * den(other.frameRate) * num(track.frameRate)) / (num(other.frameRate) * den(track.frameRate));
  return track.startSequence + Number(frames);
}

/**
 * @param {Track} track
 * @param {number} segment
 * @returns {number} its last frame as segmentDuration has it (HESP 5.2); -1: nothing tells
 */
export function segmentLast(track, segment) {
  const { segmentDuration: d, frameRate: f } = track;
  if (!d || d.value <= 0 || segment < track.startSegment) return -1;
  const k = BigInt(segment - track.startSegment + 1);
  return track.startSequence + Number(divideCeil(k * num(d) * num(f), den(d) * den(f))) - 1;
}

/**
 * @param {Track} track
 * @param {Presentation} presentation
 * @returns {number} the last frame that starts before the Presentation's end; -1: it has no end yet
 */
export function lastFrame(track, presentation) {
  const { start: s, frameRate: f } = track;
  const e = presentation.end;
  if (!e) return -1;
  const length = num(e) * den(s) - num(s) * den(e);
  const frames = divideCeil(length * num(f), den(e) * den(s) * den(f));
  return frames < 0n ? -1 : track.startSequence + Number(frames) - 1;
}

/**
 * @param {Track} track
 * @returns {number} how long its frames last, milliseconds
 */
export function lasts(track) {
  return (1000 * track.frameRate.scale) / track.frameRate.value;
}
