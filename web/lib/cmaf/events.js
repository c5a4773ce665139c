// The events that HESP puts in band (HESP 6.2.1): `initdata` and `manifestupdate`.

import { HespFormatError } from "../isobmff/format-error.js";
import { readEventMessage } from "../isobmff/emsg.js";

const SCHEME = "urn:theo:hesp:2020";
const MESSAGE_BYTES_MAX = 4096;

/**
 * @typedef {{kind: "initdata", segment: number, offset: number}
 *   | {kind: "manifestupdate", url: string | null}} HespEvent
 */

/** @param {Uint8Array} data */
function parseMessage(data) {
  if (data.length > MESSAGE_BYTES_MAX) {
    return null;
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return null;
  }
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isCount(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/**
 * An event of HESP, null: of somebody else.
 * @param {Uint8Array} payload  of an emsg
 * @returns {HespEvent | null}
 */
export function readHespEvent(payload) {
  const event = readEventMessage(payload);
  if (!event || event.schemeIdUri !== SCHEME) {
    return null;
  }
  if (event.value === "manifestupdate") {
    // Without a message that can be read there is still something new to be fetched.
    const url = parseMessage(event.messageData)?.url;
    return { kind: "manifestupdate", url: typeof url === "string" && url ? url : null };
  }
  if (event.value !== "initdata") {
    return null;
  }
  const message = parseMessage(event.messageData);
  const segment = message?.index;
  const offset = message?.offset ?? 0;
  if (!isCount(segment) || !isCount(offset)) {
    throw new HespFormatError("initdata: is no JSON object with an index and an offset");
  }
  return { kind: "initdata", segment, offset };
}
