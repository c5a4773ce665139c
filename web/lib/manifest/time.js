// Sequence numbers, times and segments of a track (HESP 3.1.3, 5.2): exact, in integers of any size. A frame rate of
// 30000/1001 can't be told in microseconds or floating point without being a frame wrong somewhere.

/** @typedef {import("../types.js").Presentation} Presentation */
/** @typedef {import("../types.js").Rational} Rational */
/** @typedef {import("../types.js").Track} Track */

/** @typedef {Pick<Track, "frameRate" | "start" | "startSequence">} Clock  what of a track its times depend on */

/** An exact number; den is above 0. @typedef {{num: bigint, den: bigint}} Exact */

/**
 * @param {Rational} r
 * @returns {Exact}
 */
function exact(r) {
  return { num: BigInt(r.value), den: BigInt(r.scale) };
}

/**
 * @param {bigint} a
 * @param {bigint} b  above 0
 */
function divideFloor(a, b) {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/**
 * @param {bigint} a
 * @param {bigint} b
 */
function gcd(a, b) {
  while (b) {
    [a, b] = [b, a % b];
  }
  return a < 0n ? -a : a;
}

/**
 * @param {Exact} a
 * @param {Exact} b
 * @returns {Exact}
 */
function add(a, b) {
  return { num: a.num * b.den + b.num * a.den, den: a.den * b.den };
}

/**
 * @param {Exact} a
 * @param {Exact} b
 */
function subtract(a, b) {
  return add(a, { num: -b.num, den: b.den });
}

/**
 * In lowest terms.
 * @param {Exact} e
 * @returns {Exact}
 */
function reduce({ num, den }) {
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** @param {Exact} e */
function toNumber(e) {
  const { num, den } = reduce(e);
  const value = Number(num);
  if (Number.isSafeInteger(value)) {
    return value / Number(den);
  }
  const whole = divideFloor(num, den);
  return Number(whole) + Number(num - whole * den) / Number(den);
}

/**
 * The manifest time at which a frame begins.
 * @param {Clock} track
 * @param {number} sequence
 * @returns {Exact}
 */
function beginning(track, sequence) {
  const frames = BigInt(sequence - track.startSequence);
  const rate = exact(track.frameRate);
  return add(exact(track.start), { num: frames * rate.den, den: rate.num });
}

/**
 * The number of a frame, null where nobody can mean it.
 * @param {Clock} track
 * @param {bigint} frames  after the track's first one
 */
function numbered(track, frames) {
  const sequence = Number(BigInt(track.startSequence) + frames);
  return Number.isSafeInteger(sequence) ? sequence : null;
}

/**
 * The last frame that begins before a manifest time.
 * @param {Clock} track
 * @param {Exact} end
 */
function lastBefore(track, end) {
  const length = subtract(end, exact(track.start));
  const rate = exact(track.frameRate);
  const frames = -divideFloor(-length.num * rate.num, length.den * rate.den);
  return frames < 0n ? null : numbered(track, frames - 1n);
}

/**
 * Compares two times.
 * @param {Rational} a
 * @param {Rational} b
 * @returns {number}  below 0: a comes first; 0: they are the same
 */
export function compareTimes(a, b) {
  const difference = subtract(exact(a), exact(b)).num;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/**
 * A time in seconds, as near as a Number comes.
 * @param {Rational} time
 * @returns {number}
 */
export function toSeconds(time) {
  return toNumber(exact(time));
}

/**
 * The manifest time at which frame `sequence` begins, in lowest terms: exact as long as both of its parts are below
 * 2^53.
 * @param {Clock} track
 * @param {number} sequence
 * @returns {Rational}
 */
export function timeOf(track, sequence) {
  const { num, den } = reduce(beginning(track, sequence));
  return { value: Number(num), scale: Number(den) };
}

/**
 * The same in seconds, as near as a Number comes.
 * @param {Clock} track
 * @param {number} sequence
 * @returns {number}
 */
export function secondsOf(track, sequence) {
  return toNumber(beginning(track, sequence));
}

/**
 * The media time (HESP 3.1.1) at which frame `sequence` begins, in ticks, rounded down.
 * @param {Clock & Pick<Track, "mediaTimeOffset">} track
 * @param {number} sequence
 * @param {number} timescale
 * @returns {number}
 */
export function mediaTicksOf(track, sequence, timescale) {
  const { num, den } = add(beginning(track, sequence), exact(track.mediaTimeOffset));
  return Number(divideFloor(num * BigInt(timescale), den));
}

/**
 * The frame that covers a manifest time: floor((t - start) * frameRate) + startSequence (HESP 3.1.3). null: the time
 * lies before the track's start.
 * @param {Clock} track
 * @param {Rational} time
 * @returns {number | null}
 */
export function sequenceAt(track, time) {
  const since = subtract(exact(time), exact(track.start));
  const rate = exact(track.frameRate);
  return since.num < 0n ? null : numbered(track, (since.num * rate.num) / (since.den * rate.den));
}

/**
 * The frame whose media time is `time` ticks. null: no frame begins at that tick, or it lies before the track's start.
 * @param {Clock & Pick<Track, "mediaTimeOffset">} track
 * @param {number} time
 * @param {number} timescale
 * @returns {number | null}
 */
export function sequenceOf(track, time, timescale) {
  if (!Number.isSafeInteger(time) || !(timescale > 0)) {
    return null;
  }
  const zero = add(exact(track.start), exact(track.mediaTimeOffset));
  const since = subtract({ num: BigInt(time), den: BigInt(timescale) }, zero);
  const rate = exact(track.frameRate);
  const unit = since.den * rate.den;
  if (since.num < 0n || (since.num * rate.num) % unit) {
    return null;
  }
  return numbered(track, (since.num * rate.num) / unit);
}

/**
 * The frame of track that covers the start of frame `sequence` of other, at least track's first one. Both belong to
 * one Presentation.
 * @param {Clock} track
 * @param {Clock} other
 * @param {number} sequence
 * @returns {number}
 */
export function beside(track, other, sequence) {
  const frames = BigInt(Math.max(0, sequence - other.startSequence));
  const rate = exact(track.frameRate);
  const otherRate = exact(other.frameRate);
  const after = (frames * otherRate.den * rate.num) / (otherRate.num * rate.den);
  return numbered(track, after) ?? Number.MAX_SAFE_INTEGER;
}

/**
 * The last frame of a Presentation, null: it has no end yet.
 * @param {Clock} track
 * @param {Pick<Presentation, "end">} presentation
 * @returns {number | null}
 */
export function lastSequence(track, presentation) {
  return presentation.end ? lastBefore(track, exact(presentation.end)) : null;
}

/**
 * The last frame of a segment as the list of segments has it.
 * @param {Clock & Pick<Track, "segments">} track
 * @param {number} segment
 */
function listedEnd(track, segment) {
  for (const { id, start, end } of track.segments) {
    if (id === segment && end) {
      return lastBefore(track, exact(end));
    }
    if (id === segment + 1 && start) {
      return lastBefore(track, exact(start));
    }
  }
  return null;
}

/**
 * The last frame of a segment as segmentDuration, or the list of segments, has it (HESP 5.2), and not beyond the end
 * of the Presentation. null where neither tells.
 * @param {Clock & Pick<Track, "segments" | "segmentDuration" | "startSegment" | "end">} track
 * @param {number} segment
 * @returns {number | null}
 */
export function segmentEnd(track, segment) {
  if (segment < track.startSegment || !Number.isSafeInteger(segment)) {
    return null;
  }
  let end = null;
  if (track.segmentDuration) {
    const count = BigInt(segment - track.startSegment + 1);
    const duration = exact(track.segmentDuration);
    end = lastBefore(track, add(exact(track.start), { num: count * duration.num, den: duration.den }));
  } else {
    end = listedEnd(track, segment);
  }
  const last = lastSequence(track, track);
  return end !== null && last !== null && last < end ? last : end;
}
