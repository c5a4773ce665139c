// What is told of each request by CMCD, where that is wanted.

import { cmcdHeaders, cmcdUrl, relativeTo } from "../transport/cmcd.js";

/**
 * @typedef {import("../transport/cmcd.js").CmcdFields} CmcdFields
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("../types.js").Track} Track
 */

/**
 * @typedef {object} Situation
 * @property {number} aheadMs
 * @property {number} rate
 * @property {number} throughputBps   0: not known
 * @property {number} highestBps      NaN: not known
 * @property {boolean} starts         nothing plays yet
 * @property {number} stalls          so far
 * @property {boolean} live
 */

/** HESP is none of those that CTA-5004 has a letter for. */
const FORMAT = "e";

/** @param {Track} track */
function segmentMs({ segmentDuration }) {
  return segmentDuration ? (1000 * segmentDuration.value) / segmentDuration.scale : undefined;
}

/** @returns {string} */
function newId() {
  // Where there is no secure context there is no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Reporting {
  #contentId;
  #sessionId;
  #stalls = 0;
  #mode;

  /** @param {import("./settings.js").Settings["cmcd"]} settings */
  constructor(settings) {
    this.#mode = settings?.mode ?? "query";
    this.#contentId = settings?.contentId;
    this.#sessionId = settings?.sessionId ?? (settings ? newId() : "");
  }

  /**
   * What to ask for, and how, so that it is told.
   * @param {SessionRequest} request
   * @param {Situation} now
   * @returns {{url: string, headers: Record<string, string>}}
   */
  address(request, now) {
    const fields = this.#fields(request, now);
    if (this.#mode === "header") return { url: request.url, headers: cmcdHeaders(fields) };
    return { url: cmcdUrl(request.url, fields), headers: {} };
  }

  /**
   * @param {SessionRequest} request
   * @param {Situation} now
   * @returns {CmcdFields}
   */
  #fields(request, now) {
    const { kind, track } = request;
    /** @type {CmcdFields} */
    const fields = { cid: this.#contentId, sid: this.#sessionId, sf: FORMAT, st: now.live ? "l" : "v", pr: now.rate };
    fields.bs = now.stalls > this.#stalls;
    this.#stalls = now.stalls;
    if (now.throughputBps > 0) fields.mtp = now.throughputBps;
    fields.su = now.starts && request.why !== "poll";
    if (kind === "manifest" || !track) return { ...fields, ot: "m" };
    fields.br = track.bandwidthBps;
    fields.bl = now.aheadMs;
    if (track.kind === "video") fields.tb = now.highestBps;
    // A packet of sound has no sample: it is a header. One of pictures is a picture with its header before it.
    fields.ot = track.kind === "video" ? "v" : kind === "packet" ? "i" : "a";
    if (kind === "segment") this.#ofSegment(fields, request, track);
    else if (track.kind === "video") fields.d = Math.round((1000 * track.frameRate.scale) / track.frameRate.value);
    return fields;
  }

  /**
   * @param {CmcdFields} fields
   * @param {SessionRequest} request
   * @param {Track} track
   */
  #ofSegment(fields, { url }, track) {
    fields.d = segmentMs(track);
    const next = this.#segmentAfter(url, track);
    if (next) {
      fields.nor = next;
      fields.nrr = "0-";
    }
  }

  /**
   * @param {string} url
   * @param {Track} track
   */
  #segmentAfter(url, track) {
    // The last number in its name, mostly; where that isn't it, nothing is said. "mp4" has a digit as well.
    for (const [text] of (url.split("/").pop() ?? "").matchAll(/\d+/g)) {
      const id = Number(text);
      if (track.segmentUrl(id) === url) return relativeTo(track.segmentUrl(id + 1), url);
    }
    return "";
  }
}
