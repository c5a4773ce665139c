// CMAF chunks of one sample: `prft`, `emsg`, `moof`, `mdat` (ISO/IEC 23000-19 7.3.2.3; HESP C.1), one after the other
// in a Continuation Segment, read while they arrive.

import { BOX_BYTES_MAX, boxesIn, readBoxHeader } from "../isobmff/box.js";
import { HespFormatError } from "../isobmff/format-error.js";
import { readFragment } from "../isobmff/fragment.js";
import { readProducerTime } from "../isobmff/prft.js";
import { readHespEvent } from "./events.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").Kind} Kind */
/** @typedef {import("../types.js").SampleDefaults} SampleDefaults */

/** A chunk with all of its boxes; a frame of 4K at 100 Mbit/s and 25 frames a second has 0.5 MiB. */
const CHUNK_BYTES_MAX = BOX_BYTES_MAX;
const HELD_BYTES_MIN = 4096;
const HELD_STEP_BYTES = 256 * 1024;

/** @type {SampleDefaults} */
const NO_DEFAULTS = { duration: 0, size: 0, flags: 0 };

/**
 * One whole chunk. What a SourceBuffer is given of it, `bytes`, is moof and mdat alone: it has no use for the boxes
 * before them, and refuses those that it doesn't know.
 * @param {Uint8Array} bytes  up to the end of an mdat
 * @param {Kind} kind
 * @param {number} timescale
 * @param {SampleDefaults} [defaults]
 * @returns {Frame}
 */
export function readChunk(bytes, kind, timescale, defaults = NO_DEFAULTS) {
  /** @type {{start: number, fragment: import("../isobmff/fragment.js").Fragment} | null} */
  let moof = null;
  let captureUtcMs = NaN;
  /** @type {Frame["update"]} */
  let update = null;
  for (const box of boxesIn(bytes, "chunk")) {
    if (box.type === "moof" && !moof) {
      moof = { start: box.start, fragment: readFragment(box.payload, defaults) };
    } else if (box.type === "moof") {
      throw new HespFormatError("chunk: has more than one moof");
    } else if (box.type === "prft" && !moof) {
      captureUtcMs = readProducerTime(box.payload);
    } else if (box.type === "emsg" && !moof) {
      const event = readHespEvent(box.payload);
      update = event?.kind === "manifestupdate" ? { url: event.url } : update;
    } else if (box.type === "mdat" && moof) {
      const { time, duration, size, sync, dataOffset } = moof.fragment;
      const begin = moof.start + dataOffset;
      if (begin < box.end - box.payload.length || begin + size > box.end) {
        throw new HespFormatError("chunk: its sample does not lie inside of mdat");
      }
      const sample = bytes.subarray(begin, begin + size);
      const whole = bytes.subarray(moof.start, box.end);
      return { kind, time, duration, timescale, sync, bytes: whole, sample, captureUtcMs, update };
    } else if (box.type === "mdat") {
      throw new HespFormatError("chunk: an mdat comes before its moof");
    }
  }
  throw new HespFormatError("chunk: has no mdat");
}

/**
 * Splits a stream of bytes that starts at a chunk's start into frames. A chunk that arrives in one piece is not
 * copied: its frame is a view of what was pushed, which has to stay as it is. One that arrives in several is copied
 * once, apart from doublings of the space for it.
 */
export class ChunkReader {
  #kind;
  #timescale;
  #defaults;
  /** What has come of a chunk so far; the rest of the array is room. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  /** Of the chunk that is being walked over: where its next box starts, and how far it must be there to go on. */
  #walked = 0;
  #needed = 0;
  #hasMoof = false;
  /** @type {HespFormatError | null} */
  #failure = null;

  /**
   * @param {Kind} kind
   * @param {number} timescale            of the header
   * @param {SampleDefaults} [defaults]   of the header
   */
  constructor(kind, timescale, defaults = NO_DEFAULTS) {
    this.#kind = kind;
    this.#timescale = timescale;
    this.#defaults = defaults;
  }

  /** What is wrong with the stream, null: nothing so far. */
  get failure() {
    return this.#failure;
  }

  /**
   * The frames that are whole with these bytes. Throws HespFormatError where the stream breaks its format; frames from
   * before that are given first, and then `failure` tells at once, the next call throws.
   * @param {Uint8Array} bytes
   * @returns {Frame[]}
   */
  push(bytes) {
    if (this.#failure) {
      throw this.#failure;
    }
    /** @type {Frame[]} */
    const frames = [];
    try {
      const at = this.#fill(bytes, frames);
      this.#split(at ? bytes.subarray(at) : bytes, frames);
    } catch (error) {
      if (!(error instanceof HespFormatError)) {
        throw error;
      }
      this.#failure = error;
      this.#held = new Uint8Array(0);
      this.#heldBytes = 0;
      if (!frames.length) {
        throw error;
      }
    }
    return frames;
  }

  /** The stream has ended. Throws HespFormatError where it ended within a chunk, or was found faulty. */
  finish() {
    if (this.#failure) {
      throw this.#failure;
    }
    const whole = this.#heldBytes === this.#walked && !this.#hasMoof;
    if (!whole) {
      this.#failure = new HespFormatError(`segment: ends ${this.#heldBytes} bytes into a chunk`);
      throw this.#failure;
    }
  }

  /**
   * Goes on with the chunk that is held, and says how many of the bytes that took.
   * @param {Uint8Array} bytes
   * @param {Frame[]} frames
   */
  #fill(bytes, frames) {
    let at = 0;
    while (this.#heldBytes && at < bytes.length) {
      const take = Math.min(this.#needed - this.#heldBytes, bytes.length - at);
      this.#hold(bytes.subarray(at, at + take));
      at += take;
      const chunk = this.#held.subarray(0, this.#heldBytes);
      if (this.#walk(chunk)) {
        this.#held = new Uint8Array(0);
        this.#heldBytes = 0;
        frames.push(this.#read(chunk));
      }
    }
    return at;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {Frame[]} frames
   */
  #split(bytes, frames) {
    while (bytes.length) {
      const end = this.#walk(bytes);
      if (!end) {
        this.#hold(bytes);
        return;
      }
      frames.push(this.#read(bytes.subarray(0, end)));
      bytes = bytes.subarray(end);
    }
  }

  /**
   * Goes from box to box of a chunk. Gives its length once all of it is there, 0 before.
   * @param {Uint8Array} chunk  what there is of it, from its start
   * @returns {number}
   */
  #walk(chunk) {
    for (;;) {
      const { type, headerBytes, size } = readBoxHeader(chunk, this.#walked);
      this.#needed = this.#walked + (size || headerBytes);
      if (this.#needed > CHUNK_BYTES_MAX) {
        throw new HespFormatError(`chunk: has more than ${CHUNK_BYTES_MAX} bytes`);
      }
      if (size && type === "mdat" && !this.#hasMoof) {
        throw new HespFormatError("chunk: an mdat comes before its moof");
      }
      if (chunk.length < this.#needed) {
        return 0;
      }
      this.#walked = this.#needed;
      this.#hasMoof ||= type === "moof";
      if (type === "mdat") {
        this.#walked = 0;
        this.#hasMoof = false;
        return this.#needed;
      }
    }
  }

  /** @param {Uint8Array} bytes */
  #hold(bytes) {
    const length = this.#heldBytes + bytes.length;
    if (length > this.#held.length) {
      // A size that a box claims is believed in steps only: memory follows what has really come.
      const room = Math.min(Math.max(this.#needed, HELD_BYTES_MIN), 2 * length + HELD_STEP_BYTES);
      const grown = new Uint8Array(Math.max(length, room));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = length;
  }

  /** @param {Uint8Array} chunk */
  #read(chunk) {
    return readChunk(chunk, this.#kind, this.#timescale, this.#defaults);
  }
}
