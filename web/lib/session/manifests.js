// The manifests of the channels: that of the one being watched is fetched again every so often and where an event says
// so (HESP 6.2.1.2), others where the player wants them before a zap does.

import { rationalMs } from "./when.js";
import { Tries } from "./tries.js";

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("./state.js").State} State
 */

/**
 * @typedef {object} Known  a channel's manifest
 * @property {string} url           as it was asked for
 * @property {string} learned       where a manifestupdate has it fetched; "": as it was asked for
 * @property {Manifest | null} told as told last
 * @property {number} request       0: none under way
 * @property {number} answeredMs    when a request for it was over last
 * @property {number} toldMs        when `told` came
 */

/** A manifestupdate event is repeated each second, in sound and picture (HESP 6.2.1.2). */
const UPDATE_GAP_MS = 1000;
const POLL_LEAST_MS = 1000;
const KNOWN_MAX = 64;
/** Connections are few: six to a host on HTTP/1.1. What can wait does so while that many requests are under way. */
const REQUESTS_FEW = 4;

export class Manifests {
  constructor() {
    /** @type {Map<string, Known>} in order of their last use */
    this.known = new Map();
    /** Whose manifest is never forgotten. */
    this.watched = "";
    /** @type {string[]} to be fetched before they are needed */
    this.wanted = [];
    /** When the watched one's is to be fetched again. */
    this.pollMs = Infinity;
    this.tries = new Tries();
  }

  /**
   * @param {string} url
   * @returns {Known}
   */
  of(url) {
    let known = this.known.get(url);
    if (!known) {
      known = { url, learned: "", told: null, request: 0, answeredMs: -Infinity, toldMs: -Infinity };
      const idle = [...this.known.values()].find((one) => one.request === 0 && one.url !== this.watched);
      if (this.known.size >= KNOWN_MAX && idle) this.known.delete(idle.url);
    } else {
      this.known.delete(url);
    }
    this.known.set(url, known);
    return known;
  }
}

/**
 * @param {State} s
 * @returns {Known}
 */
function watched(s) {
  return s.manifests.known.get(s.url) ?? s.manifests.of(s.url);
}

/**
 * @param {State} s
 * @returns {Manifest | null} of the channel that is watched
 */
export function manifestNow(s) {
  return s.url ? watched(s).told : null;
}

/**
 * @param {State} s
 * @param {string} url
 */
function ask(s, url) {
  const known = s.manifests.of(url);
  if (known.request) return;
  const why = url !== s.url || known.told ? "poll" : s.join.why === "zap" ? "zap" : "join";
  known.request = s.actions.request("manifest", known.learned || url, null, 0, why);
}

/** @param {State} s */
export function askManifest(s) {
  ask(s, s.url);
}

/** @param {State} s  whether it is under way */
export function isAsked(s) {
  return watched(s).request !== 0;
}

/** @param {State} s  when a request for the watched one's was over last */
export function answeredMs(s) {
  return watched(s).answeredMs;
}

/**
 * As far as the manifest tells: the manifest time of what is newest on the channel now. Rather too small than too
 * large.
 * @param {State} s
 */
export function edgeMs(s) {
  const { told, toldMs } = watched(s);
  return told?.currentTime ? rationalMs(told.currentTime) + s.nowMs - toldMs : -Infinity;
}

/** @param {State} s  whether it is worth asking anew before something is given up */
export function isOld(s) {
  const { told, toldMs } = watched(s);
  return told !== null && s.nowMs - toldMs >= UPDATE_GAP_MS;
}

/**
 * The Presentation that begins first of those that begin where another ends, or later.
 * @param {Manifest} manifest
 * @param {Presentation} presentation  as that manifest has it
 * @returns {Presentation | null}
 */
export function presentationAfter(manifest, presentation) {
  if (!presentation.end) return null;
  const end = rationalMs(presentation.end);
  for (const next of manifest.presentations)
    if (next.id !== presentation.id && next.start && rationalMs(next.start) >= end - 0.001) return next;
  return null;
}

/**
 * @param {State} s
 * @param {number} request
 * @param {import("../types.js").SessionEvent} event
 * @returns {boolean} it was a manifest's
 */
export function manifestEvent(s, request, event) {
  for (const known of s.manifests.known.values()) {
    if (known.request !== request) continue;
    known.request = 0;
    known.answeredMs = s.nowMs;
    if (event.kind === "manifest") told(s, known, event.manifest);
    else if (event.kind === "failed") failed(s, known, event.status, event.text);
    return true;
  }
  return false;
}

/**
 * @param {State} s
 * @param {Known} known
 * @param {Manifest} manifest
 */
function told(s, known, manifest) {
  known.told = manifest;
  known.toldMs = s.nowMs;
  if (known.url !== s.url) return;
  s.manifests.pollMs = s.nowMs + Math.max(POLL_LEAST_MS, manifest.pollMs);
  s.manifests.tries.worked();
  s.join.manifestFirst = false;
  s.actions.tell({ what: "manifest", manifest });
  for (const stream of s.streams()) stream.told(manifest);
}

/**
 * @param {State} s
 * @param {Known} known
 * @param {number} status
 * @param {string} text
 */
function failed(s, known, status, text) {
  known.learned = ""; // it may be wrong, or gone
  if (known.url !== s.url) return;
  s.manifests.tries.failed(s.nowMs);
  s.manifests.pollMs = s.manifests.tries.nextMs;
  if (s.join.pending) s.join.tries.failed(s.nowMs);
  // After an announced end nothing need be there any more.
  if (s.picture?.ended) return;
  s.loss.text = text;
  s.actions.fault("manifest", text, status, () => (s.join.pending ? s.join.tries.nextMs : s.manifests.pollMs));
}

/**
 * An event says that there is a new one, or something that is missing does.
 * @param {State} s
 * @param {string | null} url  relative to where the manifest came from; null: where it always was
 */
export function updateManifest(s, url) {
  const known = watched(s);
  if (url !== null && known.told) known.learned = resolved(url, known.told.url) || known.learned;
  s.manifests.pollMs = Math.min(s.manifests.pollMs, Math.max(s.nowMs, known.answeredMs + UPDATE_GAP_MS));
}

/**
 * Connections are few: what is under way gives way, and nothing is asked for while something is to take over.
 * @param {State} s
 */
export function putPollOff(s) {
  for (const known of s.manifests.known.values()) {
    if (!known.request) continue;
    s.actions.cancel(known.request);
    known.request = 0;
    if (known.url === s.url) s.manifests.pollMs = s.nowMs;
    else wantManifest(s, known.url);
  }
}

/**
 * @param {string} reference
 * @param {string} base
 * @returns {string} "": it can't be followed
 */
function resolved(reference, base) {
  try {
    const url = new URL(reference, base);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}

/**
 * The watched channel is another one from now on.
 * @param {State} s
 * @param {string} url
 */
export function watch(s, url) {
  if (s.url && s.url !== url) {
    const old = watched(s);
    s.actions.cancel(old.request);
    old.request = 0;
  }
  s.url = url;
  s.manifests.watched = url;
  const known = s.manifests.of(url);
  if (known.told) s.actions.tell({ what: "manifest", manifest: known.told });
  const poll = known.told ? Math.max(POLL_LEAST_MS, known.told.pollMs) : Infinity;
  s.manifests.pollMs = known.answeredMs + poll;
  s.manifests.tries.worked();
}

/**
 * @param {State} s
 * @param {string} url  of a channel that may be watched later
 */
export function wantManifest(s, url) {
  const { wanted } = s.manifests;
  if (!wanted.includes(url) && wanted.length < KNOWN_MAX) wanted.push(url);
}

/** @param {State} s  at the end of a Presentation end.js does the polling */
function polls(s) {
  const ending = s.picture?.ended && !s.end.over && !s.next;
  return s.url !== "" && s.picture !== null && !s.next && !ending && !isAsked(s);
}

/** @param {State} s  one after the other, and not before the picture runs; one that failed waits for a zap */
function fetchWanted(s) {
  const { known } = s.manifests;
  if (s.url && (!s.picture?.flows || s.next)) return;
  for (const { url, request } of known.values()) if (request && url !== s.url) return;
  s.manifests.wanted = s.manifests.wanted.filter((url) => url !== s.url && !known.get(url)?.told);
  const url = s.manifests.wanted[0];
  if (url === undefined || s.actions.open.size >= REQUESTS_FEW) return;
  s.manifests.wanted.shift();
  ask(s, url);
}

/** @param {State} s */
export function manifestsGoOn(s) {
  if (polls(s) && s.nowMs >= s.manifests.pollMs) askManifest(s);
  fetchWanted(s);
}

/** @param {State} s */
export function manifestsNextMs(s) {
  return polls(s) ? s.manifests.pollMs : Infinity;
}
