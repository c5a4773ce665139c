import assert from "node:assert/strict";
import test from "node:test";

import { readChunk } from "../../../../web/lib/cmaf/chunks.js";
import { boxesIn } from "../../../../web/lib/isobmff/box.js";
import { readMovie } from "../../../../web/lib/isobmff/movie.js";
import { Silence } from "../../../../web/lib/render/mse/silence.js";

test("its header is one of AAC-LC as our own reader has it", () => {
  for (const [rate, channels] of [[48000, 2], [44100, 1]]) {
    const silence = Silence.of("mp4a.40.2", rate, channels);
    assert.ok(silence);
    const moov = [...boxesIn(silence.header, "silence")].find(({ type }) => type === "moov");
    assert.ok(moov);
    const header = readMovie(moov.payload);
    assert.equal(header.kind, "audio");
    assert.equal(header.codec, "mp4a.40.2");
    assert.equal(header.timescale, rate);
    assert.equal(header.sampleRate, rate);
    assert.equal(header.channels, channels);
  }
});

test("its frames lie where they are to, beyond 32 bits too", () => {
  const silence = Silence.of("mp4a.40.2", 48000, 2);
  assert.ok(silence);
  const time = 5 * 2 ** 32 + 1024;
  const chunk = readChunk(silence.frames(time, 1), "audio", 48000);
  assert.equal(chunk.time, time);
  assert.equal(chunk.duration, 1024);
  assert.equal(chunk.sample.length, 6);
});

test("there is none of what it can't be made for", () => {
  assert.equal(Silence.of("mp4a.40.5", 48000, 2), null);
  assert.equal(Silence.of("opus", 48000, 2), null);
  assert.equal(Silence.of("mp4a.40.2", 48000, 6), null);
  assert.equal(Silence.of("mp4a.40.2", 47999, 2), null);
});
