// `moov`: what a header tells of its one track (ISO/IEC 14496-12 8.2.1).

import { boxesIn, child, findChild, openFullBox } from "./box.js";
import { readAvcEntry, readMp4aEntry } from "./decoder-config.js";
import { HespFormatError } from "./format-error.js";

/** @typedef {import("../types.js").Header} Header */
/** @typedef {import("../types.js").SampleDefaults} SampleDefaults */

/** @param {Uint8Array} mdia */
function readTimescale(mdia) {
  const { version, fields } = openFullBox(child(mdia, "mdhd", "mdia"), "mdhd", 1);
  fields.skip(version === 1 ? 16 : 8);
  const timescale = fields.u32();
  if (!timescale) {
    throw new HespFormatError("mdhd: the timescale is 0");
  }
  return timescale;
}

/** @param {Uint8Array} mdia */
function readSampleEntry(mdia) {
  const stbl = child(child(mdia, "minf", "mdia"), "stbl", "minf");
  const { fields } = openFullBox(child(stbl, "stsd", "stbl"), "stsd", 0);
  const count = fields.u32();
  if (count !== 1) {
    throw new HespFormatError(`stsd: has ${count} sample entries instead of one`);
  }
  for (const entry of boxesIn(fields.take(fields.left), "stsd")) {
    if (entry.type === "avc1" || entry.type === "avc3") {
      return readAvcEntry(entry.payload, entry.type);
    }
    if (entry.type === "mp4a") {
      return readMp4aEntry(entry.payload);
    }
    const protectedText = entry.type === "encv" || entry.type === "enca" ? ": the media is encrypted" : "";
    throw new HespFormatError(`stsd: sample entry ${JSON.stringify(entry.type)} is not known${protectedText}`);
  }
  throw new HespFormatError("stsd: has no sample entry");
}

/**
 * What `trex` says of samples that say nothing themselves. CMAF's brand `cmf2` has fragments tell all of it.
 * @param {Uint8Array} moov
 * @returns {SampleDefaults}
 */
function readDefaults(moov) {
  const mvex = findChild(moov, "mvex", "moov");
  const trex = mvex && findChild(mvex, "trex", "mvex");
  if (!trex) {
    return { duration: 0, size: 0, flags: 0 };
  }
  const { fields } = openFullBox(trex, "trex", 0);
  fields.skip(8); // track_ID, default_sample_description_index
  return { duration: fields.u32(), size: fields.u32(), flags: fields.u32() };
}

/**
 * @param {Uint8Array} moov  its payload
 * @returns {Omit<Header, "bytes">}
 */
export function readMovie(moov) {
  const mdia = child(child(moov, "trak", "moov"), "mdia", "trak");
  return { ...readSampleEntry(mdia), timescale: readTimescale(mdia), defaults: readDefaults(moov) };
}
