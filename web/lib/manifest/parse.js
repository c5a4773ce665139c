// A manifest (HESP 3.2) as a player takes it. What a player depends on is checked, and what is wrong is named; what it
// does not need is not looked at.

import { HespFormatError } from "../isobmff/format-error.js";
import { resolveUrl } from "./address.js";
import { JsonObject } from "./json.js";
import { checkIds, readBase, readBounds } from "./shape.js";
import { compareTimes, toSeconds } from "./time.js";
import { readTracks } from "./track.js";

export { HespFormatError };

/** @typedef {import("../types.js").Manifest} Manifest */
/** @typedef {import("../types.js").Presentation} Presentation */
/** @typedef {import("../types.js").Rational} Rational */

const VERSION = "2.0.0";
const TEXT_MAX = 4 * 1024 * 1024;
const POLL_S_MAX = 86400;
const RUNGS_MAX = 64;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)$/;

/**
 * @param {string} text
 * @returns {JsonObject}
 */
function readRoot(text) {
  if (text.length > TEXT_MAX) {
    throw new HespFormatError(`manifest: has more than ${TEXT_MAX} characters`);
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HespFormatError(`manifest: is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  return new JsonObject(value, "");
}

/**
 * null: it has no picture that can be followed.
 * @param {JsonObject} object
 * @param {string} contentBase
 * @returns {Presentation | null}
 */
function readPresentation(object, contentBase) {
  const id = object.text("id");
  const { start, end } = readBounds(object);
  const place = { presentation: id, start: start ?? { value: 0, scale: 1 }, end };
  const base = readBase(object, "baseUrl", contentBase);
  const sets = { audio: object.optionalList("audio"), video: object.optionalList("video") };
  checkIds([...sets.audio, ...sets.video], "Switching Sets");
  const pictures = sets.video.map((set) => readTracks("video", set, base, place))[0] ?? [];
  const sounds = sets.audio.map((set) => readTracks("audio", set, base, place))[0] ?? [];
  pictures.sort((a, b) => a.bandwidthBps - b.bandwidthBps || (a.id < b.id ? -1 : 1));
  /** @type {Presentation["audio"]} */
  let audio = null;
  for (const track of sounds) {
    audio = audio && audio.bandwidthBps >= track.bandwidthBps ? audio : track;
  }
  return pictures.length ? { id, start, end, video: pictures.slice(0, RUNGS_MAX), audio } : null;
}

/**
 * @param {Presentation} a
 * @param {Presentation} b
 */
function byStart(a, b) {
  if (!a.start || !b.start) {
    return Number(!a.start) - Number(!b.start);
  }
  return compareTimes(a.start, b.start) || (a.id < b.id ? -1 : 1);
}

/**
 * @param {JsonObject} root
 * @param {JsonObject[]} list
 * @param {Presentation[]} presentations  those that can be followed
 */
function readActive(root, list, presentations) {
  const id = root.text("activePresentation");
  const active = presentations.find((p) => p.id === id);
  if (!active && list.some((p) => p.text("id") === id)) {
    throw root.wrong("activePresentation", `Presentation "${id}" has no video track that can be followed`);
  }
  if (!active) {
    throw root.wrong("activePresentation", `no Presentation has the id "${id}"`);
  }
  if (!active.start) {
    throw root.wrong("activePresentation", `Presentation "${id}" has no startTime`);
  }
  return active;
}

/**
 * @param {JsonObject} root
 * @param {string} url
 * @returns {Manifest["timeSource"]}
 */
function readTimeSource(root, url) {
  const source = root.optionalObject("timeSource");
  if (!source) {
    return null;
  }
  const scheme = source.text("scheme");
  const value = source.text("value");
  if (!scheme.includes(":http-")) {
    return { scheme, value };
  }
  // DASH lets it be several addresses with blanks between them.
  const resolved = resolveUrl(url, value.trim().split(/\s+/)[0]);
  return resolved ? { scheme, value: resolved } : null;
}

/** @param {JsonObject} root */
function readCreationDate(root) {
  const text = root.text("creationDate");
  const createdUtcMs = DATE_TIME.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(createdUtcMs)) {
    throw root.wrong("creationDate", `"${text.slice(0, 40)}" is not of the form YYYY-MM-DDThh:mm:ss.mmmZ`);
  }
  return createdUtcMs;
}

/**
 * Reads the text of a manifest. Throws HespFormatError, whose message names the path of what is wrong.
 * @param {string} text
 * @param {string} url  where it came from, after redirects; absolute
 * @returns {Manifest}
 */
export function parseManifest(text, url) {
  const root = readRoot(text);
  const version = root.text("manifestVersion");
  if (version !== VERSION) {
    throw root.wrong("manifestVersion", `is "${version.slice(0, 32)}", but only "${VERSION}" is known`);
  }
  const streamType = root.text("streamType");
  if (streamType !== "live" && streamType !== "vod") {
    throw root.wrong("streamType", `must be "live" or "vod", not "${streamType.slice(0, 32)}"`);
  }
  const base = resolveUrl(url, "");
  if (!base) {
    throw new HespFormatError("manifest: its own address is no http or https URL");
  }
  const contentBase = readBase(root, "contentBaseUrl", base);
  const list = root.list("presentations");
  checkIds(list, "Presentations");
  /** @type {Presentation[]} */
  const presentations = [];
  for (const object of list) {
    const presentation = readPresentation(object, contentBase);
    if (presentation) {
      presentations.push(presentation);
    }
  }
  presentations.sort(byStart);
  const isLive = streamType === "live";
  const active = isLive ? readActive(root, list, presentations) : presentations[0];
  if (!active) {
    throw root.wrong("presentations", "none has a video track that can be followed");
  }
  const pollS = Math.min(Math.max(root.integer("fallbackPollRate", 0), 1), POLL_S_MAX);
  return {
    url: base,
    streamType,
    presentations,
    active,
    availabilityMs: toSeconds(root.scaled("availabilityDuration", 0)) * 1000,
    pollMs: pollS * 1000,
    currentTime: isLive ? root.scaled("currentTime", 0) : null,
    createdUtcMs: readCreationDate(root),
    timeSource: readTimeSource(root, base),
  };
}
