import assert from "node:assert/strict";
import { test } from "node:test";

import { HespFormatError, readPacket } from "../../../../web/lib/cmaf/packet.js";
import { hespEvent } from "../boxes.mjs";
import { corpus, corpusFile, flipped, randomNumbers } from "../corpus.mjs";

const video = corpusFile("cmaf", "video-packet");
const audio = corpusFile("cmaf", "audio-packet");

/**
 * Anything but a value or a HespFormatError is a failure.
 * @param {() => unknown} read
 * @param {string} name
 */
function readsOrRefuses(read, name) {
  try {
    read();
    return true;
  } catch (error) {
    assert.ok(error instanceof HespFormatError, `${name}: ${error}`);
    assert.ok(error.message.length > 5 && !error.message.includes("\n"), `${name}: ${error.message}`);
    return false;
  }
}

test("H18, H20: a packet of pictures", () => {
  const { header, frame, segment, offset } = readPacket(video);
  assert.equal(segment, 1);
  assert.equal(offset, 4660);
  assert.equal(header.kind, "video");
  assert.equal(header.codec, "avc1.42C01F");
  assert.equal(header.timescale, 30000);
  assert.equal(header.width, 256);
  assert.equal(header.height, 144);
  assert.equal(header.description[0], 1);
  assert.equal(header.description.length, 0x2e - 8);
  assert.equal(header.bytes.length, 0x1c + 0x28d);
  assert.equal(header.bytes.buffer, video.buffer);
  assert.ok(frame);
  assert.equal(frame.kind, "video");
  assert.equal(frame.time, 0x49123);
  assert.equal(frame.duration, 1001);
  assert.equal(frame.timescale, 30000);
  assert.equal(frame.sync, true);
  assert.equal(frame.update, null);
  assert.deepEqual([...frame.sample], [0, 0, 0, 5, 0x65, 0x88, 0x80, 0x10, 0x21]);
  assert.equal(frame.bytes.length, 100 + 17);
  assert.equal(String.fromCharCode(...frame.bytes.subarray(4, 8)), "moof");
  const captureUtcMs = (0xe8fe6f80 - 2208988800 + 0x088abd5e / 2 ** 32) * 1000;
  assert.equal(Math.round(frame.captureUtcMs), Math.round(captureUtcMs));
});

test("H19: a packet of sound", () => {
  const { header, frame, segment, offset } = readPacket(audio);
  assert.equal(frame, null);
  assert.equal(segment, 0);
  assert.equal(offset, 0);
  assert.equal(header.kind, "audio");
  assert.equal(header.codec, "mp4a.40.2");
  assert.equal(header.timescale, 48000);
  assert.equal(header.sampleRate, 48000);
  assert.equal(header.channels, 2);
  assert.deepEqual([...header.description], [0x11, 0x90]);
});

/**
 * The packet of sound with another event.
 * @param {number[]} event
 */
const withEvent = (event) => Uint8Array.from([...audio.subarray(0, 0x25c), ...event]);

test("H20: offset may be left out, other members and events are passed over", () => {
  assert.equal(readPacket(withEvent(hespEvent("initdata", '{"index":7}'))).segment, 7);
  assert.equal(readPacket(withEvent(hespEvent("initdata", '{"index":7,"x":[{}],"offset":3}'))).offset, 3);
  const two = [...hespEvent("other", "?"), ...hespEvent("initdata", '{"index":7,"offset":9007199254740991}')];
  assert.equal(readPacket(withEvent(two)).offset, Number.MAX_SAFE_INTEGER);
});

test("H20: events that say nothing of use are refused", () => {
  const refused = ["", "{}", "[]", "null", '{"index":-1}', '{"index":"1"}', '{"index":1.5}', '{"index":1,"offset":-1}',
    '{"index":9007199254740992}', '{"index":1', `{"index":1,"x":"${"y".repeat(5000)}"}`];
  for (const message of refused) {
    assert.throws(() => readPacket(withEvent(hespEvent("initdata", message))), /initdata/, message.slice(0, 40));
  }
  const twice = [...hespEvent("initdata", '{"index":7}'), ...hespEvent("initdata", '{"index":7}')];
  assert.throws(() => readPacket(withEvent(twice)), /more than one initdata/);
  assert.throws(() => readPacket(withEvent([])), /no initdata event/);
});

test("what is cut, at every byte, is refused", () => {
  for (const whole of [video, audio]) {
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => readPacket(whole.subarray(0, length)), HespFormatError, `${length} bytes`);
    }
  }
  assert.throws(() => readPacket(Uint8Array.from([...video, 0])), HespFormatError);
});

test("the corpus of the C reader: a packet or a HespFormatError", () => {
  let read = 0;
  for (const { name, bytes } of corpus("cmaf")) {
    read += Number(readsOrRefuses(() => readPacket(bytes), name));
  }
  assert.ok(read >= 3, `${read} packets`);
});

test("bits turned over: a packet or a HespFormatError", () => {
  const random = randomNumbers(1);
  for (let i = 0; i < 4000; i++) {
    const bytes = flipped(i % 2 ? video : audio, random);
    readsOrRefuses(() => readPacket(bytes), `round ${i}`);
  }
});
