// The tracks of a Switching Set, each with what its set says for all of them (HESP 3.2.10 to 3.2.15).

import { contentUrl } from "./address.js";
import { checkIds, readBase, readBounds } from "./shape.js";
import { toSeconds } from "./time.js";

/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("../types.js").Rational} Rational */
/** @typedef {import("../types.js").SegmentTimes} SegmentTimes */
/** @typedef {import("../types.js").Track} Track */
/** @typedef {import("./json.js").JsonObject} JsonObject */

/** What the Presentation says of all its tracks. @typedef {Pick<Track, "presentation" | "start" | "end">} Place */

/** Figures outside of these are a mistake, or meant to keep a player busy. */
const RATE_MIN = 0.01;
const RATE_MAX = 1000;
const SEGMENT_S_MIN = 0.1;

const SAMPLES_PER_FRAME = 1024;

/**
 * The track where it says it, else its set.
 * @param {JsonObject} track
 * @param {JsonObject} set
 * @param {string} key
 */
function owner(track, set, key) {
  return track.has(key) ? track : set;
}

/**
 * @param {JsonObject} track
 * @param {JsonObject} set
 * @param {string} key
 */
function ownerOfRequired(track, set, key) {
  const object = owner(track, set, key);
  if (!object.has(key)) {
    throw track.wrong(key, "is given neither by the track nor by its Switching Set");
  }
  return object;
}

/**
 * @param {Kind} kind
 * @param {JsonObject} track
 * @param {JsonObject} set
 * @returns {Rational}
 */
function readRate(kind, track, set) {
  if (kind === "video") {
    return ownerOfRequired(track, set, "frameRate").scaled("frameRate", 1);
  }
  const scale = owner(track, set, "samplesPerFrame").optionalInteger("samplesPerFrame", 1, SAMPLES_PER_FRAME);
  return { value: ownerOfRequired(track, set, "sampleRate").integer("sampleRate", 1), scale };
}

/**
 * @param {JsonObject} track
 * @param {boolean} hasDuration
 * @returns {SegmentTimes[]}
 */
function readSegments(track, hasDuration) {
  let before = -1;
  return track.list("segments").map((segment) => {
    const id = segment.integer("id", 0);
    if (before >= 0 && id !== before + 1) {
      throw segment.wrong("id", `${id} does not follow ${before} by 1`);
    }
    before = id;
    if (!segment.has("timeBounds") && !hasDuration) {
      throw segment.wrong("timeBounds", "is required, as the track has no segmentDuration");
    }
    return { id, ...(segment.has("timeBounds") ? readBounds(segment) : { start: null, end: null }) };
  });
}

/**
 * @param {JsonObject} track
 * @param {JsonObject} set
 * @param {string} key
 * @param {"initId" | "segmentId"} name
 * @param {string} base
 * @returns {(id: number | "now") => string}
 */
function readPattern(track, set, key, name, base) {
  const object = ownerOfRequired(track, set, key);
  const pattern = object.text(key);
  /** @param {number | "now"} id */
  const address = (id) => {
    const url = contentUrl(base, pattern, name, id);
    if (!url) {
      throw object.wrong(key, `does not lead to an http or https URL with {${name}}`);
    }
    return url;
  };
  address(0);
  return address;
}

/**
 * @param {Kind} kind
 * @param {JsonObject} track
 * @param {JsonObject} set
 */
function readMimeType(kind, track, set) {
  const object = owner(track, set, "mimeType");
  const mimeType = object.optionalText("mimeType") ?? `${kind}/mp4`;
  if (!mimeType.startsWith(`${kind}/`)) {
    throw object.wrong("mimeType", `"${mimeType.slice(0, 40)}" does not fit the kind of media`);
  }
  return mimeType;
}

/**
 * @param {Kind} kind
 * @param {JsonObject} set
 * @param {JsonObject} track
 * @param {string} setBase
 * @param {Place} place
 * @returns {Track}
 */
function readTrack(kind, set, track, setBase, place) {
  const base = readBase(track, "baseUrl", setBase);
  const segmentDuration = track.has("segmentDuration") ? track.scaled("segmentDuration", 1) : null;
  const resolution = kind === "video" ? track.object("resolution") : null;
  const isSound = kind === "audio";
  const offset = owner(track, set, "mediaTimeOffset");
  return Object.freeze({
    kind,
    id: track.text("id"),
    ...place,
    bandwidthBps: track.integer("bandwidth", 1),
    codecs: ownerOfRequired(track, set, "codecs").text("codecs"),
    mimeType: readMimeType(kind, track, set),
    frameRate: readRate(kind, track, set),
    mediaTimeOffset: offset.has("mediaTimeOffset")
      ? offset.scaled("mediaTimeOffset", -Number.MAX_SAFE_INTEGER)
      : { value: 0, scale: 1 },
    startSequence: track.optionalInteger("startSequenceNumber", 0, 0),
    startSegment: track.optionalInteger("startSegmentId", 0, 0),
    segmentDuration,
    segments: readSegments(track, segmentDuration !== null),
    width: resolution ? resolution.integer("width", 1) : 0,
    height: resolution ? resolution.integer("height", 1) : 0,
    channels: isSound ? owner(track, set, "channels").optionalInteger("channels", 1, 0) : 0,
    sampleRate: isSound ? owner(track, set, "sampleRate").integer("sampleRate", 1) : 0,
    label: track.optionalText("label") ?? "",
    packetUrl: readPattern(track, set, "initializationPattern", "initId", base),
    segmentUrl: readPattern(track, set, "continuationPattern", "segmentId", base),
  });
}

/** @param {Track} track */
function isUsable(track) {
  const rate = toSeconds(track.frameRate);
  const segmentS = track.segmentDuration ? toSeconds(track.segmentDuration) : SEGMENT_S_MIN;
  return rate >= RATE_MIN && rate <= RATE_MAX && segmentS >= SEGMENT_S_MIN;
}

/**
 * The tracks of a set; those with figures that nobody can mean are passed over.
 * @param {Kind} kind
 * @param {JsonObject} set
 * @param {string} presentationBase
 * @param {Place} place
 * @returns {Track[]}
 */
export function readTracks(kind, set, presentationBase, place) {
  const base = readBase(set, "baseUrl", presentationBase);
  const list = set.list("tracks");
  checkIds(list, "tracks");
  return list.map((track) => readTrack(kind, set, track, base, place)).filter(isUsable);
}
