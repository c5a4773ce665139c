// `moof` of one sample (ISO/IEC 14496-12 8.8.4 to 8.8.12). Several tracks, runs or samples and composition offsets are
// allowed by that format, but not in a chunk of HESP's Maximal Gain Profile (HESP C.1): they are errors here.

import { child, openFullBox } from "./box.js";
import { HespFormatError } from "./format-error.js";

/** @typedef {import("../types.js").SampleDefaults} SampleDefaults */

const TFHD_BASE_DATA_OFFSET = 0x1;
const TFHD_SAMPLE_DESCRIPTION_INDEX = 0x2;
const TFHD_DEFAULT_DURATION = 0x8;
const TFHD_DEFAULT_SIZE = 0x10;
const TFHD_DEFAULT_FLAGS = 0x20;
const TFHD_DURATION_IS_EMPTY = 0x10000;

const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_SAMPLE_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION_OFFSET = 0x800;

const SAMPLE_IS_NON_SYNC = 0x10000;

/**
 * @typedef {object} Fragment
 * @property {number} time         base media decode time, ticks
 * @property {number} duration     ticks, above 0
 * @property {number} size         of the sample, bytes, above 0
 * @property {boolean} sync
 * @property {number} dataOffset   where the sample starts, from the first byte of moof
 */

/**
 * @param {Uint8Array} traf
 * @param {SampleDefaults} defaults
 * @returns {SampleDefaults}
 */
function readTrackHeader(traf, defaults) {
  const { flags, fields } = openFullBox(child(traf, "tfhd", "traf"), "tfhd", 0);
  if (flags & (TFHD_BASE_DATA_OFFSET | TFHD_DURATION_IS_EMPTY)) {
    throw new HespFormatError("tfhd: a base data offset or an empty duration is not known");
  }
  fields.skip(flags & TFHD_SAMPLE_DESCRIPTION_INDEX ? 8 : 4);
  return {
    duration: flags & TFHD_DEFAULT_DURATION ? fields.u32() : defaults.duration,
    size: flags & TFHD_DEFAULT_SIZE ? fields.u32() : defaults.size,
    flags: flags & TFHD_DEFAULT_FLAGS ? fields.u32() : defaults.flags,
  };
}

/**
 * @param {Uint8Array} traf
 * @param {SampleDefaults} defaults
 */
function readRun(traf, defaults) {
  const { flags, fields } = openFullBox(child(traf, "trun", "traf"), "trun", 1);
  const count = fields.u32();
  if (count !== 1) {
    throw new HespFormatError(`trun: has ${count} samples instead of one`);
  }
  const dataOffset = flags & TRUN_DATA_OFFSET ? fields.i32() : 0;
  const first = flags & TRUN_FIRST_SAMPLE_FLAGS ? fields.u32() : defaults.flags;
  const duration = flags & TRUN_DURATION ? fields.u32() : defaults.duration;
  const size = flags & TRUN_SIZE ? fields.u32() : defaults.size;
  const sampleFlags = flags & TRUN_FLAGS ? fields.u32() : first;
  if (flags & TRUN_COMPOSITION_OFFSET && fields.u32()) {
    throw new HespFormatError("trun: a composition offset is not known");
  }
  if (!duration || !size) {
    throw new HespFormatError(`trun: the sample has ${size} bytes and lasts ${duration} ticks`);
  }
  return { duration, size, sync: !(sampleFlags & SAMPLE_IS_NON_SYNC), dataOffset };
}

/**
 * @param {Uint8Array} moof          its payload
 * @param {SampleDefaults} defaults  of `trex`
 * @returns {Fragment}
 */
export function readFragment(moof, defaults) {
  const traf = child(moof, "traf", "moof");
  const run = readRun(traf, readTrackHeader(traf, defaults));
  const { version, fields } = openFullBox(child(traf, "tfdt", "traf"), "tfdt", 1);
  return { time: version ? fields.u64() : fields.u32(), ...run };
}
