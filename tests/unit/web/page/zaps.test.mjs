import assert from "node:assert/strict";
import { test } from "node:test";

import { percentile, tm90, trimmedMean, ZapLog } from "../../../../web/page/zaps.js";

const near = (/** @type {number} */ got, /** @type {number} */ wanted) =>
  assert.ok(Math.abs(got - wanted) < 1e-9, `${got} is not ${wanted}`);

test("tm90 is the mean without the slowest tenth", () => {
  near(tm90([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]), 5);
});

test("a sample on the bound counts in part", () => {
  // Of 5 samples 4.5 count: the last one by half.
  near(tm90([10, 20, 30, 40, 100]), (10 + 20 + 30 + 40 + 50) / 4.5);
  near(tm90([7]), 7);
  near(tm90([10, 20]), (10 + 0.8 * 20) / 1.8);
});

test("both sides may be trimmed", () => {
  near(trimmedMean([0, 10, 20, 1000], 0.25, 0.75), 15);
  near(trimmedMean([1, 2, 3], 0, 1), 2);
});

test("without samples nothing is known", () => {
  assert.ok(Number.isNaN(tm90([])));
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test("percentiles lie between samples in proportion, as player-sim's do", () => {
  near(percentile([1, 2, 3, 4], 0.5), 2.5);
  near(percentile([1, 2, 3, 4], 0.9), 3.7);
  near(percentile([1, 2, 3, 4], 1), 4);
  near(percentile([5], 0.9), 5);
});

test("a log tells its renderers apart, and is bounded", () => {
  const log = new ZapLog();
  for (let i = 0; i < 1500; i++) log.add({ zapMs: i, channel: "one", renderer: "mse" });
  log.add({ zapMs: 12, channel: "two", renderer: "webcodecs" });
  assert.equal(log.summary("mse").n, 999);
  assert.deepEqual(log.summary("webcodecs"), { n: 1, tm90Ms: 12, medianMs: 12, worstMs: 12 });
  assert.equal(log.summary("mse").worstMs, 1499);
  log.clear();
  assert.equal(log.summary("mse").n, 0);
});

test("what is no duration is no change of channel", () => {
  const log = new ZapLog();
  for (const zapMs of [NaN, Infinity, -1]) log.add({ zapMs, channel: "one", renderer: "mse" });
  assert.equal(log.summary("mse").n, 0);
});
