// What a decoder has to know before the first sample: the AVCDecoderConfigurationRecord of an `avc1` or `avc3` sample
// entry (ISO/IEC 14496-15 5.4.2), or the AudioSpecificConfig in the `esds` of an `mp4a` one (ISO/IEC 14496-14 6.7).

import { child, openFullBox } from "./box.js";
import { ByteReader } from "./bytes.js";
import { HespFormatError } from "./format-error.js";

/** @typedef {import("../types.js").Header} Header */
/** @typedef {Pick<Header, "kind" | "codec" | "description" | "width" | "height" | "channels" | "sampleRate">} Config */

const TAG_ES = 3;
const TAG_DECODER_CONFIG = 4;
const TAG_DECODER_SPECIFIC_INFO = 5;
const ES_HAS_DEPENDENCE = 0x80;
const ES_HAS_URL = 0x40;
const ES_HAS_OCR = 0x20;
const OBJECT_TYPE_AUDIO_14496_3 = 0x40;
const DESCRIPTOR_SIZE_BYTES_MAX = 4;
const AVCC_BYTES_MIN = 7;

const SAMPLE_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, "0").toUpperCase();
}

/**
 * @param {Uint8Array} entry  the payload of an avc1 or avc3 box
 * @param {string} type
 * @returns {Config}
 */
export function readAvcEntry(entry, type) {
  const fields = new ByteReader(entry, type);
  fields.skip(24);
  const width = fields.u16();
  const height = fields.u16();
  fields.skip(50);
  const description = child(fields.take(fields.left), "avcC", type);
  if (description.length < AVCC_BYTES_MIN || description[0] !== 1) {
    throw new HespFormatError("avcC: is no decoder configuration of version 1");
  }
  const codec = `${type}.${hex(description[1])}${hex(description[2])}${hex(description[3])}`;
  return { kind: "video", codec, description, width, height, channels: 0, sampleRate: 0 };
}

/**
 * Seven bits a byte, the highest bit says whether more follow (14496-1 8.3.3).
 * @param {ByteReader} reader
 */
function readDescriptorSize(reader) {
  let size = 0;
  for (let i = 0; i < DESCRIPTOR_SIZE_BYTES_MAX; i++) {
    const byte = reader.u8();
    size = size * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) {
      return size;
    }
  }
  throw new HespFormatError("esds: the size of a descriptor has no end");
}

/**
 * The inside of the first descriptor of that tag. Each takes two bytes or more, so that the loop ends.
 * @param {ByteReader} reader
 * @param {number} tag
 */
function findDescriptor(reader, tag) {
  while (reader.left) {
    const found = reader.u8();
    const data = reader.take(readDescriptorSize(reader));
    if (found === tag) {
      return data;
    }
  }
  throw new HespFormatError(`esds: has no descriptor of tag ${tag}`);
}

/** @param {Uint8Array} esds */
function readAudioSpecificConfig(esds) {
  const es = new ByteReader(findDescriptor(openFullBox(esds, "esds", 0).fields, TAG_ES), "esds");
  es.skip(2); // ES_ID
  const flags = es.u8();
  es.skip(flags & ES_HAS_DEPENDENCE ? 2 : 0);
  es.skip(flags & ES_HAS_URL ? es.u8() : 0);
  es.skip(flags & ES_HAS_OCR ? 2 : 0);
  const decoder = new ByteReader(findDescriptor(es, TAG_DECODER_CONFIG), "esds");
  const objectType = decoder.u8();
  if (objectType !== OBJECT_TYPE_AUDIO_14496_3) {
    throw new HespFormatError(`esds: object type ${objectType} is not MPEG-4 audio`);
  }
  decoder.skip(12); // stream type, buffer size and bit rates
  const config = findDescriptor(decoder, TAG_DECODER_SPECIFIC_INFO);
  if (config.length < 2) {
    throw new HespFormatError("esds: has no AudioSpecificConfig");
  }
  return config;
}

/**
 * The leading fields of an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). sampleRate and channels are 0 where it says
 * nothing of them at that place.
 * @param {Uint8Array} config
 */
function describeAudio(config) {
  let at = 0;
  /** @param {number} count */
  const bits = (count) => {
    let value = 0;
    for (; count > 0; count--, at++) {
      const byte = config[at >> 3];
      if (byte === undefined) {
        throw new HespFormatError("AudioSpecificConfig: ends within a field");
      }
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  const short = bits(5);
  const objectType = short === 31 ? 32 + bits(6) : short;
  const index = bits(4);
  const sampleRate = index === 15 ? bits(24) : (SAMPLE_RATES[index] ?? 0);
  return { objectType, sampleRate, channels: CHANNELS[bits(4)] ?? 0 };
}

/**
 * @param {Uint8Array} entry  the payload of an mp4a box
 * @returns {Config}
 */
export function readMp4aEntry(entry) {
  const fields = new ByteReader(entry, "mp4a");
  fields.skip(8);
  if (fields.u16()) {
    throw new HespFormatError("mp4a: a sample entry of QuickTime's longer form is not known");
  }
  fields.skip(6);
  const channels = fields.u16();
  fields.skip(6);
  const sampleRate = fields.u16();
  fields.skip(2); // its fraction
  const description = readAudioSpecificConfig(child(fields.take(fields.left), "esds", "mp4a"));
  const told = describeAudio(description);
  return {
    kind: "audio",
    codec: `mp4a.40.${told.objectType}`,
    description,
    width: 0,
    height: 0,
    channels: told.channels || channels,
    sampleRate: told.sampleRate || sampleRate,
  };
}
