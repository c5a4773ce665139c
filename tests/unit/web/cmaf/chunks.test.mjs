import assert from "node:assert/strict";
import { test } from "node:test";

import { ChunkReader, readChunk } from "../../../../web/lib/cmaf/chunks.js";
import { HespFormatError } from "../../../../web/lib/isobmff/format-error.js";
import { ascii, box, chunk, fullBox, hespEvent, u32, u64 } from "../boxes.mjs";
import { corpus, corpusFile, flipped, randomNumbers } from "../corpus.mjs";

const segment = corpusFile("cmaf", "video-segment");

/** @param {Uint8Array[]} list */
const joined = (list) => Uint8Array.from(list.flatMap((bytes) => [...bytes]));

/** What of a frame can be compared. @param {import("../../../../web/lib/types.js").Frame} frame */
const told = (frame) => ({ ...frame, bytes: [...frame.bytes], sample: [...frame.sample] });

/**
 * All frames of bytes that come in those pieces.
 * @param {Uint8Array[]} pieces
 */
function readAll(pieces) {
  const reader = new ChunkReader("video", 30000);
  const frames = pieces.flatMap((piece) => reader.push(piece));
  reader.finish();
  return frames.map(told);
}

test("H25: one frame a chunk", () => {
  const frames = readAll([segment]);
  assert.ok(frames.length >= 3);
  assert.equal(frames[0].time, 0x4950c);
  assert.equal(frames[0].sync, true);
  assert.equal(frames[0].bytes.length, 117);
  for (let i = 1; i < frames.length; i++) {
    assert.equal(frames[i].time, frames[i - 1].time + frames[i - 1].duration);
    assert.ok(frames[i].captureUtcMs > frames[i - 1].captureUtcMs);
  }
});

test("a chunk that comes in one piece is not copied", () => {
  const frames = new ChunkReader("video", 30000).push(segment);
  for (const frame of frames) {
    assert.equal(frame.bytes.buffer, segment.buffer);
    assert.equal(frame.sample.buffer, segment.buffer);
  }
});

test("cut in two at every byte, the frames are the same", () => {
  const whole = readAll([segment]);
  for (let at = 0; at <= segment.length; at++) {
    assert.deepEqual(readAll([segment.subarray(0, at), segment.subarray(at)]), whole, `at ${at}`);
  }
});

test("in pieces of every size, the frames are the same", () => {
  const whole = readAll([segment]);
  for (let size = 1; size < 200; size++) {
    const pieces = [];
    for (let at = 0; at < segment.length; at += size) {
      pieces.push(segment.subarray(at, at + size));
    }
    assert.deepEqual(readAll(pieces), whole, `pieces of ${size}`);
  }
});

test("a frame comes with the byte that ends it", () => {
  const one = chunk();
  const reader = new ChunkReader("audio", 48000);
  for (let i = 0; i < one.length - 1; i++) {
    assert.deepEqual(reader.push(one.subarray(i, i + 1)), []);
  }
  const [frame] = reader.push(one.subarray(one.length - 1));
  assert.equal(frame.kind, "audio");
  assert.equal(frame.timescale, 48000);
  assert.deepEqual([...frame.sample], [0, 1, 2, 3, 4]);
});

test("a frame stays as it was when more comes", () => {
  const reader = new ChunkReader("video", 30000);
  const two = joined([chunk({ time: 1000 }), chunk({ time: 2000, size: 9 })]);
  const frames = [];
  for (let i = 0; i < two.length; i++) {
    frames.push(...reader.push(two.slice(i, i + 1)));
  }
  assert.deepEqual(frames.map((f) => [f.time, f.sample.length]), [[1000, 5], [2000, 9]]);
  assert.deepEqual([...frames[0].sample], [0, 1, 2, 3, 4]);
});

test("a large frame in small pieces takes a time that grows with its size only", () => {
  const size = 8 * 1024 * 1024;
  const small = chunk({ size: 1 });
  /** @param {number} at */
  const trun = (at) => fullBox("trun", 1, 0x701, u32(1), u32(at), u32(1000), u32(size), u32(0));
  const head = chunk({ mdat: [], trun });
  assert.ok(small.length < 4096);
  const reader = new ChunkReader("video", 30000);
  reader.push(joined([head, Uint8Array.from([...u32(size + 8), ...ascii("mdat")])]));
  const piece = new Uint8Array(1024).fill(7);
  let frames = [];
  for (let sent = 0; sent < size; sent += piece.length) {
    assert.deepEqual(frames, []);
    frames = reader.push(piece);
  }
  assert.equal(frames[0].sample.length, size);
  assert.ok(frames[0].sample.every((b) => b === 7));
});

test("boxes before the moof are passed over, also a header", () => {
  const styp = box("styp", ascii("cmf2"), u32(0));
  const bytes = joined([Uint8Array.from([...styp, ...box("free"), ...box("zzzz", [1])]), chunk()]);
  const [frame] = new ChunkReader("video", 30000).push(bytes);
  assert.equal(String.fromCharCode(...frame.bytes.subarray(4, 8)), "moof");
  assert.ok(frame.captureUtcMs > 0);
});

test("without prft the time of capture is not known", () => {
  assert.ok(Number.isNaN(readChunk(chunk({ prft: [] }), "video", 30000).captureUtcMs));
});

test("H32: a manifest update, with and without an address", () => {
  const cases = [["{}", null], ['{"url":"../n.json"}', "../n.json"], ['{"url":""}', null], ["", null], ["?", null]];
  for (const [message, url] of cases) {
    const frame = readChunk(chunk({ emsg: hespEvent("manifestupdate", String(message)) }), "video", 30000);
    assert.deepEqual(frame.update, { url }, String(message));
  }
  assert.equal(readChunk(chunk({ emsg: hespEvent("somethingelse", "{}") }), "video", 30000).update, null);
});

test("tfdt of version 0, sizes of 64 bits, and what tfhd and trex say for the sample", () => {
  const long = chunk({ mdat: [...u32(1), ...ascii("mdat"), ...u64(21), 5, 6, 7, 8, 9],
    trun: (at) => fullBox("trun", 0, 0x701, u32(1), u32(at + 8), u32(9), u32(5), u32(0x1010000)) });
  const read = readChunk(long, "video", 1);
  assert.deepEqual([...read.sample], [5, 6, 7, 8, 9]);
  assert.equal(read.sync, false);
  assert.equal(readChunk(chunk({ tfdt: fullBox("tfdt", 0, 0, u32(123)) }), "video", 1).time, 123);
  /** @param {number} at */
  const bare = (at) => fullBox("trun", 0, 1, u32(1), u32(at));
  const tfhd = fullBox("tfhd", 0, 0x20038, u32(1), u32(40), u32(5), u32(0x10000));
  const byTfhd = readChunk(chunk({ trun: bare, tfhd }), "video", 1);
  assert.deepEqual([byTfhd.duration, byTfhd.sample.length, byTfhd.sync], [40, 5, false]);
  const byTrex = readChunk(chunk({ trun: bare }), "video", 1, { duration: 41, size: 5, flags: 0 });
  assert.deepEqual([byTrex.duration, byTrex.sample.length, byTrex.sync], [41, 5, true]);
  assert.throws(() => readChunk(chunk({ trun: bare }), "video", 1), /0 bytes and lasts 0 ticks/);
});

test("what is no chunk of one sample is refused by name", () => {
  /** @param {number} flags @param {...number} fields */
  const run = (flags, ...fields) => () => fullBox("trun", 1, flags, ...fields.map(u32));
  const refused = [
    [chunk({ trun: run(0x701, 2, 108, 1, 1, 1, 1, 1, 1) }), /2 samples/],
    [chunk({ trun: run(0xf01, 1, 108, 1, 5, 0, 3) }), /composition offset/],
    [chunk({ trun: run(0x701, 1, 108, 1, 6, 0) }), /does not lie inside of mdat/],
    [chunk({ trun: run(0x701, 1, 10, 1, 5, 0) }), /does not lie inside of mdat/],
    [chunk({ trun: run(0x701, 1, 0xffffff00, 1, 5, 0) }), /does not lie inside of mdat/],
    [chunk({ trun: run(0x701, 1, 108, 0, 5, 0) }), /lasts 0 ticks/],
    [chunk({ tfhd: fullBox("tfhd", 0, 1, u32(1), u64(0)) }), /base data offset/],
    [chunk({ tfdt: fullBox("tfdt", 1, 0, u32(2 ** 31), u32(0)) }), /above 2\^53/],
    [chunk({ tfdt: fullBox("tfdt", 2, 0, u64(0)) }), /version 2/],
    [chunk({ tfdt: [] }), /has no "tfdt"/],
    [Uint8Array.from(box("mdat", [1])), /before its moof/],
  ];
  for (const [bytes, message] of refused) {
    assert.throws(() => new ChunkReader("video", 30000).push(/** @type {Uint8Array} */ (bytes)), (e) => {
      return e instanceof HespFormatError && /** @type {RegExp} */ (message).test(e.message);
    }, String(message));
  }
});

test("frames before a fault are given, then it is told", () => {
  const reader = new ChunkReader("video", 30000);
  const bytes = joined([chunk(), chunk({ time: 4000 }), Uint8Array.from(box("mdat", [1]))]);
  assert.equal(reader.push(bytes).length, 2);
  assert.match(String(reader.failure?.message), /before its moof/);
  assert.throws(() => reader.push(chunk()), /before its moof/);
  assert.throws(() => reader.finish(), /before its moof/);
});

test("an end within a chunk is told, one between chunks is none", () => {
  const one = chunk();
  for (let length = 0; length <= one.length; length++) {
    const reader = new ChunkReader("video", 30000);
    reader.push(one.subarray(0, length));
    if (length === 0 || length === 32 || length === one.length) {
      reader.finish();
    } else {
      assert.throws(() => reader.finish(), /ends \d+ bytes into a chunk/, `${length}`);
    }
  }
});

test("a chunk without an end, and a box of any size, are refused before they take memory", () => {
  const free = Uint8Array.from([...u32(1024 * 1024), ...ascii("free"), ...new Uint8Array(1024 * 1024 - 8)]);
  const reader = new ChunkReader("video", 30000);
  assert.throws(() => {
    for (let i = 0; i < 20; i++) {
      reader.push(free);
    }
  }, /more than/);
  const huge = Uint8Array.from([...u32(2 ** 31), ...ascii("moof")]);
  assert.throws(() => new ChunkReader("video", 30000).push(huge), /more than/);
});

/**
 * @param {Uint8Array} bytes
 * @param {number} size  of a piece
 */
function framesOf(bytes, size) {
  const reader = new ChunkReader("video", 30000);
  const frames = [];
  try {
    for (let at = 0; at < bytes.length; at += size) {
      frames.push(...reader.push(bytes.subarray(at, at + size)));
    }
    reader.finish();
    return { frames: frames.map(told), error: "" };
  } catch (error) {
    assert.ok(error instanceof HespFormatError, String(error));
    return { frames: frames.map(told), error: error.message };
  }
}

test("the corpus of the C reader: frames or a HespFormatError, in one piece as in many", () => {
  let frames = 0;
  for (const { name, bytes } of corpus("cmaf")) {
    const whole = framesOf(bytes, bytes.length + 1);
    const pieces = framesOf(bytes, 7);
    assert.deepEqual(pieces.frames, whole.frames, name);
    assert.equal(pieces.error === "", whole.error === "", name);
    frames += whole.frames.length;
  }
  assert.ok(frames > 10, `${frames} frames`);
});

test("bits turned over: frames or a HespFormatError, in one piece as in many", () => {
  const random = randomNumbers(7);
  for (let i = 0; i < 2000; i++) {
    const bytes = flipped(segment, random);
    assert.deepEqual(framesOf(bytes, 1 + Math.floor(random() * 300)).frames, framesOf(bytes, 1e6).frames, `round ${i}`);
  }
});
