// `prft`: when a frame was captured (ISO/IEC 14496-12 8.16.5).

import { openFullBox } from "./box.js";

const SECONDS_1900_TO_1970 = 2208988800;
const WORD = 2 ** 32;

/**
 * Milliseconds since 1970, with a fraction.
 * @param {Uint8Array} payload
 * @returns {number}
 */
export function readProducerTime(payload) {
  const { version, fields } = openFullBox(payload, "prft", 1);
  fields.skip(4); // reference_track_ID
  const seconds = fields.u32();
  const fraction = fields.u32();
  fields.skip(version ? 8 : 4); // media_time: that of the frame behind it
  // From 2036 on the seconds have wrapped (RFC 5905 6, era 1).
  const era = seconds < WORD / 2 ? WORD : 0;
  return (seconds + era - SECONDS_1900_TO_1970) * 1000 + (fraction * 1000) / WORD;
}
