// Boxes of the ISO base media file format (ISO/IEC 14496-12 4.2), with sizes of 32 and 64 bits.

import { ByteReader } from "./bytes.js";
import { HespFormatError } from "./format-error.js";

/** No box of a stream of single frames is larger. */
export const BOX_BYTES_MAX = 16 * 1024 * 1024;

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/**
 * @typedef {object} Box
 * @property {string} type
 * @property {number} start          where it begins in what it was read from
 * @property {number} end            where it ends
 * @property {Uint8Array} payload    what is behind its header (a view)
 */

/**
 * @typedef {object} BoxHeader
 * @property {string} type           "" as long as there are not enough bytes to tell
 * @property {number} headerBytes
 * @property {number} size           of the whole box; 0 as long as there are not enough bytes to tell
 */

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function typeAt(bytes, at) {
  return String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

/** @param {string} type  may be anything */
function shown(type) {
  return type.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/**
 * The header of the box that begins at `at`. Where the bytes end within it, size is 0 and headerBytes says how many
 * it takes to tell.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {BoxHeader}
 */
export function readBoxHeader(bytes, at) {
  if (bytes.length - at < HEADER_BYTES) {
    return { type: "", headerBytes: HEADER_BYTES, size: 0 };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const type = typeAt(bytes, at + 4);
  let size = view.getUint32(0);
  let headerBytes = HEADER_BYTES;
  if (size === 1) {
    headerBytes = LARGE_HEADER_BYTES;
    if (bytes.length - at < LARGE_HEADER_BYTES) {
      return { type, headerBytes, size: 0 };
    }
    size = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  }
  if (size < headerBytes) {
    throw new HespFormatError(`box "${shown(type)}": its size can't be ${size}`);
  }
  if (size > BOX_BYTES_MAX) {
    throw new HespFormatError(`box "${shown(type)}": has ${size} bytes, more than ${BOX_BYTES_MAX}`);
  }
  return { type, headerBytes, size };
}

/**
 * The boxes that bytes consist of, one after the other.
 * @param {Uint8Array} bytes
 * @param {string} within    what the bytes are, for the message of an error
 * @returns {Generator<Box, void, void>}
 */
export function* boxesIn(bytes, within) {
  let at = 0;
  while (at < bytes.length) {
    const { type, headerBytes, size } = readBoxHeader(bytes, at);
    const end = at + size;
    if (!size || end > bytes.length) {
      throw new HespFormatError(`${within}: ends within ${size ? `box "${shown(type)}"` : "the header of a box"}`);
    }
    yield { type, start: at, end, payload: bytes.subarray(at + headerBytes, end) };
    at = end;
  }
}

/**
 * The payload of the one box of that type, null: there is none. Two of them are an error.
 * @param {Uint8Array} bytes
 * @param {string} type
 * @param {string} within
 * @returns {Uint8Array | null}
 */
export function findChild(bytes, type, within) {
  let found = null;
  for (const box of boxesIn(bytes, within)) {
    if (box.type === type && found) {
      throw new HespFormatError(`${within}: has more than one "${type}"`);
    }
    if (box.type === type) {
      found = box.payload;
    }
  }
  return found;
}

/**
 * The same where it is an error that there is none.
 * @param {Uint8Array} bytes
 * @param {string} type
 * @param {string} within
 * @returns {Uint8Array}
 */
export function child(bytes, type, within) {
  const found = findChild(bytes, type, within);
  if (!found) {
    throw new HespFormatError(`${within}: has no "${type}"`);
  }
  return found;
}

/**
 * A box with version and flags (4.2.2).
 * @param {Uint8Array} payload
 * @param {string} type
 * @param {number} versionMax  a later version is an error
 * @returns {{version: number, flags: number, fields: ByteReader}}
 */
export function openFullBox(payload, type, versionMax) {
  const fields = new ByteReader(payload, type);
  const version = fields.u8();
  const flags = fields.u24();
  if (version > versionMax) {
    throw new HespFormatError(`${type}: version ${version} is not known`);
  }
  return { version, flags, fields };
}
