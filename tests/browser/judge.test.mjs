// The judges themselves: they find what is wrong, and nothing where nothing is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { beepsAfterPictures, brokenRuns, median, stills, withoutFew } from "./stage/judge.mjs";

/** @param {number[]} frames @param {Partial<import("./screen/watch.js").Shown>} [more] */
const shown = (frames, more = {}) =>
  frames.map((frame, i) => ({
    channel: 1,
    frame,
    captureUtcMs: frame * 40,
    shownMs: i * 40,
    presented: -1,
    mediaTimeS: -1,
    width: 256,
    ...more,
  }));

test("a run without a fault", () => {
  assert.deepEqual(brokenRuns(shown([7, 8, 9, 10]), 25), []);
});

test("a missing frame, a repeated one and an unreadable one", () => {
  const faults = brokenRuns(shown([7, 8, 10, 10, 9]), 25);
  assert.deepEqual(faults.map(({ what, lostMs }) => [what, lostMs]), [["jump", 40], ["repeat", 40], ["repeat", 80]]);
  assert.equal(faults[0].text, "after frame 8 came 10: 1 missing");
  const unread = [...shown([1]), ...shown([-1], { channel: -1 }), ...shown([2])];
  assert.deepEqual(brokenRuns(unread, 25).map(({ what }) => what), ["unread"]);
});

test("what a video presented unseen is not missing", () => {
  const pictures = shown([1, 2, 5]);
  [1, 2, 5].forEach((presented, i) => (pictures[i].presented = presented));
  assert.deepEqual(brokenRuns(pictures, 25), []);
  pictures[2].presented = 4;
  assert.deepEqual(brokenRuns(pictures, 25).map(({ lostMs }) => lostMs), [40]);
});

test("a few dropped frames are left out, a run, many, and repeats are not", () => {
  const few = brokenRuns(shown([1, 2, 4, 5, 8]), 25);
  assert.deepEqual(withoutFew(few, 3, 25), []);
  assert.deepEqual(withoutFew(few, 2, 25), few);
  const run = brokenRuns(shown([1, 2, 6, 8, 8]), 25);
  assert.deepEqual(withoutFew(run, 9, 25).map(({ text }) => text), ["after frame 2 came 6: 3 missing", "after frame 8 came 8 again"]);
});

test("a picture that stands too long", () => {
  const pictures = shown([1, 2, 3]);
  pictures[2].shownMs = 400;
  assert.deepEqual(stills(pictures, 250).map(({ lostMs, text }) => [lostMs, text]), [[110, "frame 2 stood for 360 ms"]]);
});

test("beeps are measured from the picture that begins their second", () => {
  const pictures = shown([24, 25, 26, 50]);
  const late = beepsAfterPictures(pictures, [{ heardMs: 30 }, { heardMs: 130 }, { heardMs: 900 }], 25);
  assert.deepEqual(late.map(({ lateMs }) => lateMs), [-10, 10]);
});

test("the median of nothing is no number", () => {
  assert.ok(Number.isNaN(median([])));
  assert.equal(median([3, 1, 2]), 2);
});
