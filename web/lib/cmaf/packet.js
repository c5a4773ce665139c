// An Initialization Packet (HESP 4.2): a header, the `initdata` event and, of pictures, a fragment of one keyframe.

import { boxesIn } from "../isobmff/box.js";
import { HespFormatError } from "../isobmff/format-error.js";
import { readMovie } from "../isobmff/movie.js";
import { readChunk } from "./chunks.js";
import { readHespEvent } from "./events.js";

export { HespFormatError };

/** @typedef {import("../types.js").Header} Header */
/** @typedef {import("../types.js").Packet} Packet */

/**
 * @param {Uint8Array} bytes
 * @param {number} headerBytes
 * @param {Header} header
 */
function readKeyframe(bytes, headerBytes, header) {
  const frame = readChunk(bytes.subarray(headerBytes), header.kind, header.timescale, header.defaults);
  if (!frame.sync) {
    throw new HespFormatError("packet: its frame is no keyframe");
  }
  if (frame.bytes.byteOffset + frame.bytes.length !== bytes.byteOffset + bytes.length) {
    throw new HespFormatError("packet: bytes follow its frame");
  }
  return frame;
}

/**
 * A whole packet. Everything in it is a view of bytes. Throws HespFormatError.
 * @param {Uint8Array} bytes
 * @returns {Packet}
 */
export function readPacket(bytes) {
  /** @type {Header | null} */
  let header = null;
  /** @type {{segment: number, offset: number} | null} */
  let next = null;
  let hasFrame = false;
  for (const box of boxesIn(bytes, "packet")) {
    if (!box.start && box.type !== "ftyp") {
      throw new HespFormatError("packet: does not start with ftyp");
    }
    if (box.type === "moov" && !header) {
      header = { ...readMovie(box.payload), bytes: bytes.subarray(0, box.end) };
    } else if (box.type === "emsg" && header && !hasFrame) {
      const event = readHespEvent(box.payload);
      if (event?.kind === "initdata" && next) {
        throw new HespFormatError("packet: has more than one initdata");
      }
      next = event?.kind === "initdata" ? event : next;
    }
    hasFrame ||= box.type === "moof" || box.type === "mdat";
  }
  if (!header || !next) {
    throw new HespFormatError(`packet: has no ${header ? "initdata event" : "moov"}`);
  }
  if (!hasFrame && header.kind === "video") {
    throw new HespFormatError("packet: has no frame");
  }
  const frame = hasFrame ? readKeyframe(bytes, header.bytes.length, header) : null;
  return { header, frame, segment: next.segment, offset: next.offset };
}
