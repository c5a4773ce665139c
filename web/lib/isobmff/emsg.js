// `emsg`: an event in band (ISO/IEC 23009-1 5.10.3.3).

import { ByteReader } from "./bytes.js";

/**
 * @typedef {object} EventMessage
 * @property {string} schemeIdUri
 * @property {string} value
 * @property {number} timescale
 * @property {number} presentationTime   version 0: a delta to where it stands
 * @property {number} eventDuration
 * @property {number} id
 * @property {Uint8Array} messageData    a view
 */

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
  let schemeIdUri = "";
  let value = "";
  if (version === 0) {
    schemeIdUri = fields.text();
    value = fields.text();
  }
  const timescale = fields.u32();
  const presentationTime = version ? fields.u64() : fields.u32();
  const eventDuration = fields.u32();
  const id = fields.u32();
  if (version === 1) {
    schemeIdUri = fields.text();
    value = fields.text();
  }
  const messageData = fields.take(fields.left);
  return { schemeIdUri, value, timescale, presentationTime, eventDuration, id, messageData };
}
