import assert from "node:assert/strict";
import { test } from "node:test";

import { HespFormatError } from "../../../../web/lib/isobmff/format-error.js";
import { readMovie } from "../../../../web/lib/isobmff/movie.js";
import { ascii, box, fullBox, u32 } from "../boxes.mjs";

/** @param {number} n */
const u16 = (n) => [n >> 8, n & 255];
/** @param {number} count */
const zeros = (count) => new Array(count).fill(0);

/**
 * The payload of a moov of one track.
 * @param {number[]} entry  a sample entry
 * @param {{timescale?: number, mdhdVersion?: number, count?: number, mvex?: number[], more?: number[]}} [parts]
 */
function movie(entry, { timescale = 48000, mdhdVersion = 0, count = 1, mvex = [], more = [] } = {}) {
  const mdhd = fullBox("mdhd", mdhdVersion, 0, zeros(mdhdVersion ? 16 : 8), u32(timescale), zeros(8));
  const stbl = box("stbl", fullBox("stsd", 0, 0, u32(count), entry));
  return Uint8Array.from([...box("trak", box("mdia", mdhd, box("minf", stbl))), ...mvex, ...more]);
}

/** @param {number[]} avcc */
function avc1(avcc, type = "avc1") {
  return box(type, zeros(24), u16(640), u16(360), zeros(50), box("avcC", avcc));
}

/** @param {number} tag @param {...number[]} parts */
function descriptor(tag, ...parts) {
  const inside = parts.flat();
  return [tag, 0x80, 0x80, 0x80, inside.length, ...inside];
}

/** @param {number[]} config @param {{objectType?: number, es?: number[], channels?: number, rate?: number}} [parts] */
function mp4a(config, { objectType = 0x40, es = [0, 1, 0], channels = 2, rate = 48000 } = {}) {
  const decoder = descriptor(4, [objectType, ...zeros(12)], descriptor(5, config));
  const esds = fullBox("esds", 0, 0, descriptor(3, es, decoder, descriptor(6, [2])));
  return box("mp4a", zeros(16), u16(channels), u16(16), zeros(4), u16(rate), u16(0), esds);
}

test("pictures: the codec comes from the decoder configuration itself", () => {
  const avcc = [1, 0x64, 0x00, 0x1f, 0xff, 0xe0, 0];
  const read = readMovie(movie(avc1(avcc), { timescale: 30000, mdhdVersion: 1 }));
  assert.equal(read.codec, "avc1.64001F");
  assert.deepEqual([read.kind, read.width, read.height, read.timescale], ["video", 640, 360, 30000]);
  assert.deepEqual([...read.description], avcc);
  assert.equal(readMovie(movie(avc1(avcc, "avc3"))).codec, "avc3.64001F");
});

test("sound: object type, rate and channels come from the AudioSpecificConfig", () => {
  /** @type {[number[], string, number, number][]} */
  const configs = [
    [[0x11, 0x90], "mp4a.40.2", 48000, 2],
    [[0x12, 0x08], "mp4a.40.2", 44100, 1],
    [[0x2b, 0x92, 0x08, 0x00], "mp4a.40.5", 22050, 2],
    [[0x11, 0x80], "mp4a.40.2", 48000, 6], // says nothing of its channels: those of the entry
    [[0x17, 0x80, 0x61, 0xa8, 0x10], "mp4a.40.2", 50000, 2], // an explicit rate
    [[0xf9, 0x46, 0x40], "mp4a.40.42", 48000, 2], // an escaped object type
  ];
  for (const [config, codec, rate, channels] of configs) {
    const read = readMovie(movie(mp4a(config, { channels: 6, rate: 1 })));
    assert.deepEqual([read.codec, read.sampleRate, read.channels], [codec, rate, channels], codec);
    assert.deepEqual([...read.description], config);
  }
  const fields = mp4a([0x11, 0x90], { es: [0, 1, 0xe0, 0, 9, 3, 1, 2, 3, 0, 8] });
  assert.equal(readMovie(movie(fields)).codec, "mp4a.40.2");
});

test("what trex says holds for samples that say nothing", () => {
  const trex = fullBox("trex", 0, 0, u32(1), u32(1), u32(1024), u32(7), u32(0x10000));
  const read = readMovie(movie(mp4a([0x11, 0x90]), { mvex: box("mvex", trex) }));
  assert.deepEqual(read.defaults, { duration: 1024, size: 7, flags: 0x10000 });
  assert.deepEqual(readMovie(movie(mp4a([0x11, 0x90]))).defaults, { duration: 0, size: 0, flags: 0 });
});

test("what can't be played is refused by name", () => {
  const aac = mp4a([0x11, 0x90]);
  /** @type {[Uint8Array, RegExp][]} */
  const refused = [
    [movie(aac, { timescale: 0 }), /mdhd: the timescale is 0/],
    [movie(aac, { mdhdVersion: 2 }), /mdhd: version 2/],
    [movie(aac, { count: 2 }), /stsd: has 2 sample entries/],
    [movie([]), /stsd: has no sample entry/],
    [movie(aac, { more: box("trak") }), /moov: has more than one "trak"/],
    [movie(box("encv", zeros(78))), /"encv" is not known: the media is encrypted/],
    [movie(box("hvc1", zeros(78))), /"hvc1" is not known/],
    [movie(avc1([1, 2, 3])), /avcC: is no decoder configuration/],
    [movie(avc1([2, 0x64, 0, 31, 255, 224, 0])), /avcC: is no decoder configuration/],
    [movie(box("avc1", zeros(78))), /avc1: has no "avcC"/],
    [movie(box("avc1", zeros(20))), /avc1: ends/],
    [movie(mp4a([0x11])), /no AudioSpecificConfig/],
    [movie(mp4a([0x17, 0x80])), /AudioSpecificConfig: ends within a field/],
    [movie(mp4a([0x11, 0x90], { objectType: 0x6b })), /object type 107 is not MPEG-4 audio/],
    [movie(box("mp4a", zeros(28), fullBox("esds", 0, 0, [9, 0]))), /esds: has no descriptor of tag 3/],
    [movie(box("mp4a", zeros(28), fullBox("esds", 0, 0, [3, 128, 128, 128, 128]))), /size of a descriptor has no end/],
    [movie(box("mp4a", zeros(28), fullBox("esds", 0, 0, [3, 9, 0]))), /esds: ends/],
    [movie(box("mp4a", zeros(8), u16(1), zeros(18))), /QuickTime/],
    [Uint8Array.from(box("mvhd", ascii("?"))), /moov: has no "trak"/],
  ];
  for (const [bytes, message] of refused) {
    assert.throws(() => readMovie(bytes), (error) => {
      assert.ok(error instanceof HespFormatError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
