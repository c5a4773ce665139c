// `emsg`: an event in band (ISO/IEC 23009-1 5.10.3.3).

import { ByteReader } from "./bytes.js";

/**
 * @typedef {object} EventMessage
 * @property {string} schemeIdUri
 * @property {string} value
 * @property {Uint8Array} messageData    a view
 */

/** @param {ByteReader} fields */
function readNames(fields) {
  return { schemeIdUri: fields.text(), value: fields.text() };
}

/**
 * null: a version that is not known, which is for others.
 * @param {Uint8Array} payload
 * @returns {EventMessage | null}
 */
export function readEventMessage(payload) {
  const fields = new ByteReader(payload, "emsg");
  const version = fields.u8();
  fields.skip(3); // flags
  if (version > 1) {
    return null;
  }
  // Timescale, time, duration and id are of no use: what HESP says in band holds from when it comes.
  let names;
  if (version === 0) {
    names = readNames(fields);
    fields.skip(16);
  } else {
    fields.skip(20);
    names = readNames(fields);
  }
  return { ...names, messageData: fields.take(fields.left) };
}
