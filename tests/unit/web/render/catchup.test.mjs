import assert from "node:assert/strict";
import test from "node:test";

import { CatchUp } from "../../../../web/lib/render/catchup.js";

const MARGINS = { pictureMs: 25, soundMs: 150 };

/** @param {object} [reading] */
function reading(reading) {
  return { pictureMs: 60, soundMs: NaN, latencyMs: NaN, targetLatencyMs: null, ...reading };
}

/**
 * Runs it for a while with the same reading, and gives what it said last.
 * @param {CatchUp} catchUp
 * @param {number} fromMs
 * @param {object} what
 */
function settled(catchUp, fromMs, what) {
  let advice = { rate: NaN, jumpMs: NaN };
  for (let nowMs = fromMs; nowMs < fromMs + 2000; nowMs += 40) advice = catchUp.advise(nowMs, reading(what));
  return advice;
}

/** @param {boolean} sound */
function begun(sound) {
  const catchUp = new CatchUp(MARGINS);
  catchUp.begin(0, sound);
  return catchUp;
}

test("near the margin the clock is left alone", () => {
  assert.deepEqual(settled(begun(false), 0, { pictureMs: 35 }), { rate: 1, jumpMs: 0 });
});

test("more ahead is played faster, the more the faster, but never much", () => {
  const little = settled(begun(false), 0, { pictureMs: 100 }).rate;
  const much = settled(begun(false), 0, { pictureMs: 300 }).rate;
  assert.ok(little > 1 && little < much);
  assert.ok(much <= 1.1);
});

test("less ahead is played slower, but never much", () => {
  const { rate } = settled(begun(false), 0, { pictureMs: 0 });
  assert.ok(rate < 1 && rate >= 0.95);
});

test("far beyond, it jumps by what is too much", () => {
  assert.deepEqual(settled(begun(false), 0, { pictureMs: 3025 }), { rate: 1, jumpMs: 3000 });
});

test("the least of the last half second counts", () => {
  const catchUp = begun(false);
  settled(catchUp, 0, { pictureMs: 35 });
  catchUp.advise(2000, reading({ pictureMs: 0 }));
  assert.ok(catchUp.advise(2040, reading({ pictureMs: 200 })).rate < 1);
  assert.ok(settled(catchUp, 2080, { pictureMs: 200 }).rate > 1);
});

test("with sound, sound needs more", () => {
  assert.equal(settled(begun(true), 0, { pictureMs: 230, soundMs: 155 }).rate, 1);
  assert.ok(settled(begun(true), 0, { pictureMs: 230, soundMs: 60 }).rate < 1);
});

test("a silent start is slow until enough is ahead, and for no longer than that", () => {
  const catchUp = begun(true);
  assert.equal(catchUp.advise(10, reading({ pictureMs: 60 })).rate, 0.5);
  assert.equal(catchUp.advise(50, reading({ pictureMs: 260, soundMs: 180 })).rate, 1);
  assert.ok(catchUp.advise(90, reading({ pictureMs: 60, soundMs: 0 })).rate >= 0.95);
});

test("a start that never has enough ahead goes on all the same", () => {
  const catchUp = begun(true);
  assert.equal(catchUp.advise(10, reading({ pictureMs: 0 })).rate, 0.5);
  assert.ok(catchUp.advise(1000, reading({ pictureMs: 0 })).rate >= 0.95);
});

test("a stall asks for more, and calm for less again", () => {
  const catchUp = begun(false);
  assert.equal(catchUp.learntMs, 0);
  catchUp.stalled(10000);
  const once = catchUp.learntMs;
  assert.ok(once > 0);
  catchUp.stalled(10100);
  assert.equal(catchUp.learntMs, once, "stalls that follow at once say nothing new");
  catchUp.stalled(15000);
  assert.ok(catchUp.learntMs > once);
  for (let nowMs = 15000; nowMs < 24000; nowMs += 500) catchUp.advise(nowMs, reading());
  assert.ok(catchUp.learntMs > once, "not at once");
  for (let nowMs = 24000; nowMs < 200000; nowMs += 500) catchUp.advise(nowMs, reading());
  assert.equal(catchUp.learntMs, 0);
});

test("stalls without end ask for a bounded margin", () => {
  const catchUp = begun(false);
  for (let i = 1; i < 200; i++) catchUp.stalled(i * 5000);
  assert.ok(catchUp.learntMs <= 1000);
});

test("a latency that is asked for is held, but not at the price of stalls", () => {
  const wanted = { targetLatencyMs: 1000, latencyMs: 1000, pictureMs: 900 };
  assert.equal(settled(begun(false), 0, wanted).rate, 1);
  assert.ok(settled(begun(false), 0, { ...wanted, latencyMs: 1200 }).rate > 1);
  assert.ok(settled(begun(false), 0, { ...wanted, latencyMs: 800 }).rate < 1);
  assert.ok(settled(begun(false), 0, { targetLatencyMs: 10, latencyMs: 100, pictureMs: 25 }).rate <= 1);
});
