// What a session asks for, fetched: manifests and packets whole, segments as they come. Each request ends with exactly
// one event that ends it, unless it was cancelled.

import { ChunkReader } from "../cmaf/chunks.js";
import { HespFormatError, readPacket } from "../cmaf/packet.js";
import { parseManifest } from "../manifest/parse.js";

/**
 * @typedef {import("../types.js").Header} Header
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("../types.js").Track} Track
 */

/**
 * @typedef {object} TransportHooks
 * @property {(event: SessionEvent, request: SessionRequest) => void} event
 * @property {(bytes: number, nowMs: number) => void} bytes   body bytes have come
 * @property {(request: SessionRequest) => {url: string, headers: Record<string, string>}} address  what is really asked
 *   for: the same with what the server is told beside it
 */

/** HESP 5.3.2: the end that nobody knows. */
const UNKNOWN_END = 9007199254740991;
const MANIFEST_MAX_BYTES = 4 << 20;
const PACKET_MAX_BYTES = 32 << 20;
/** Whose headers are remembered. */
const TRACKS_KEPT = 64;

/** The request can't be answered as it is: its status. */
class StatusError extends Error {
  /** @param {number} status @param {string} text */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/** @param {Track} track */
function keyOf(track) {
  return track.packetUrl("now");
}

/**
 * @param {string} url
 * @param {unknown} error
 * @returns {{status: number, text: string}}
 */
function failure(url, error) {
  if (error instanceof StatusError) return { status: error.status, text: error.message };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof HespFormatError) return { status: -2, text: `${url}: ${text}` };
  return { status: 0, text: `${url}: ${text}` };
}

/**
 * @param {Uint8Array[]} parts
 * @param {number} length
 */
function joined(parts, length) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export class Transport {
  #hooks;
  /** @type {Map<number, AbortController>} */
  #open = new Map();
  /** Of the tracks whose packets came last. @type {Map<string, Pick<Header, "timescale" | "defaults">>} */
  #headers = new Map();

  /** @param {TransportHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Requests that are under way. */
  get openCount() {
    return this.#open.size;
  }

  /** @param {SessionRequest} request */
  ask(request) {
    const abort = new AbortController();
    this.#open.set(request.id, abort);
    void this.#run(request, abort.signal);
  }

  /** @param {number} id  nothing more of it is told */
  cancel(id) {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }

  destroy() {
    for (const abort of this.#open.values()) abort.abort();
    this.#open.clear();
    this.#headers.clear();
  }

  /**
   * @param {SessionRequest} request
   * @param {AbortSignal} signal
   */
  async #run(request, signal) {
    /** @type {SessionEvent} */
    let last;
    try {
      last = await this.#fetch(request, signal);
    } catch (error) {
      last = { kind: "failed", request: request.id, ...failure(request.url, error) };
    }
    if (signal.aborted || !this.#open.delete(request.id)) return;
    this.#hooks.event(last, request);
  }

  /**
   * @param {SessionRequest} request
   * @param {AbortSignal} signal
   * @returns {Promise<SessionEvent>}  the one that ends it
   */
  async #fetch(request, signal) {
    const { url, headers } = this.#hooks.address(request);
    if (request.kind === "segment") headers.Range = `bytes=${request.offset}-${UNKNOWN_END}`;
    const requestMs = performance.now();
    const response = await fetch(url, { headers, signal, cache: "no-store", credentials: "same-origin" });
    const firstByteMs = performance.now();
    await this.#check(response, request);
    if (request.kind === "segment") return this.#segment(request, response, signal);
    const max = request.kind === "manifest" ? MANIFEST_MAX_BYTES : PACKET_MAX_BYTES;
    const bytes = await this.#whole(request, response, max);
    if (request.kind === "manifest") {
      const manifest = parseManifest(new TextDecoder().decode(bytes), response.url || request.url);
      return { kind: "manifest", request: request.id, manifest };
    }
    const packet = readPacket(bytes);
    const track = request.track;
    if (track) this.#remember(track, packet.header);
    const held = track !== null && request.url !== track.packetUrl("now");
    const timing = { requestMs, firstByteMs, endMs: performance.now(), bytes: bytes.length, held };
    return { kind: "packet", request: request.id, packet, timing };
  }

  /**
   * @param {Response} response
   * @param {SessionRequest} request
   */
  async #check(response, { kind, url, offset }) {
    const { status } = response;
    // Without a range the answer is the whole of a segment, which is what was asked for only from its start.
    const fits = kind === "segment" ? status === 206 || (status === 200 && offset === 0) : status === 200;
    if (fits && response.body) return;
    await response.body?.cancel();
    throw new StatusError(status, `${url}: ${status} ${response.statusText}`.trimEnd());
  }

  /**
   * @param {SessionRequest} request
   * @param {Response} response
   * @param {number} max
   */
  async #whole(request, response, max) {
    /** @type {Uint8Array[]} */
    const parts = [];
    let length = 0;
    for await (const part of this.#parts(response)) {
      length += part.length;
      if (length > max) throw new HespFormatError(`${request.kind}: is longer than ${max} bytes`);
      parts.push(part);
    }
    return joined(parts, length);
  }

  /** @param {Response} response */
  async *#parts(response) {
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#hooks.bytes(value.length, performance.now());
        yield value;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  /**
   * @param {SessionRequest} request
   * @param {Response} response
   * @param {AbortSignal} signal
   * @returns {Promise<SessionEvent>}
   */
  async #segment(request, response, signal) {
    const track = /** @type {Track} */ (request.track);
    const chunks = this.#reader(track);
    for await (const part of this.#parts(response)) {
      for (const frame of chunks.push(part)) {
        if (signal.aborted) break;
        this.#hooks.event({ kind: "frame", request: request.id, frame }, request);
      }
      if (chunks.failure) throw chunks.failure;
    }
    chunks.finish();
    return { kind: "finished", request: request.id };
  }

  /**
   * A track that none of the packets was of yet has the timescale that HESP prescribes (HESP 3.1.3).
   * @param {Track} track
   */
  #reader(track) {
    const header = this.#headers.get(keyOf(track));
    const timescale = track.kind === "audio" ? track.sampleRate : track.frameRate.value;
    return new ChunkReader(track.kind, header?.timescale ?? timescale, header?.defaults);
  }

  /** @param {Track} track @param {Header} header */
  #remember(track, { timescale, defaults }) {
    const key = keyOf(track);
    this.#headers.delete(key);
    this.#headers.set(key, { timescale, defaults });
    if (this.#headers.size <= TRACKS_KEPT) return;
    const [oldest] = this.#headers.keys();
    this.#headers.delete(oldest);
  }
}
