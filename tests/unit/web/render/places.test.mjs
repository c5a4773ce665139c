import assert from "node:assert/strict";
import test from "node:test";

import { Places } from "../../../../web/lib/render/mse/places.js";

/** @param {object} [other] */
function track(other) {
  return /** @type {any} */ ({ kind: "video", frameRate: { value: 25, scale: 1 }, start: { value: 0, scale: 1 },
    startSequence: 0, mediaTimeOffset: { value: 0, scale: 1 }, ...other });
}

/** @param {boolean} [sync] */
function frame(sync = false) {
  return /** @type {any} */ ({ duration: 1, timescale: 25, sync, captureUtcMs: 1000 });
}

test("a timeline begins beyond everything that was put before", () => {
  const places = new Places();
  places.begin(0);
  assert.equal(places.put(track(), 100, frame(true)).seconds, 0);
  assert.ok(Math.abs(places.put(track(), 101, frame()).seconds - 0.04) < 1e-9);
  places.begin(0.02);
  assert.ok(places.baseSeconds >= 0.08 + 1);
  assert.equal(places.put(track(), 7, frame(true)).seconds, places.baseSeconds);
});

test("a picture is found by where it lies, and one of an older timeline is not", () => {
  const places = new Places();
  places.begin(0);
  for (let sequence = 100; sequence < 110; sequence++) places.put(track(), sequence, frame());
  assert.equal(places.at(0.12)?.sequence, 103);
  assert.equal(places.at(0.1199997)?.sequence, 103);
  assert.equal(places.at(5), null);
  places.begin(0.2);
  places.put(track(), 7, frame());
  assert.equal(places.at(0.12), null);
  assert.equal(places.at(places.baseSeconds)?.sequence, 7);
});

test("media times are moved by what their track's are ahead of the manifest's", () => {
  const places = new Places();
  places.begin(0);
  places.put(track(), 50, frame());
  assert.equal(places.offsetSeconds(track()), -2);
  assert.equal(places.offsetSeconds(track({ mediaTimeOffset: { value: 10, scale: 1 } })), -12);
});

test("only up to a keyframe may be trimmed", () => {
  const places = new Places();
  places.begin(0);
  for (let sequence = 0; sequence < 30; sequence++) places.put(track(), sequence, frame(sequence % 10 === 0));
  assert.equal(places.keyframeBefore(0.7), 0.4);
  assert.equal(places.keyframeBefore(0.4), 0.4);
  assert.ok(Number.isNaN(new Places().keyframeBefore(3)));
});

test("what it remembers is bounded, and the newest are found", () => {
  const places = new Places();
  places.begin(0);
  for (let sequence = 0; sequence < 20000; sequence++) places.put(track(), sequence, frame());
  assert.equal(places.at(19999 / 25)?.sequence, 19999);
  assert.equal(places.at(0), null);
});
