import assert from "node:assert/strict";
import { test } from "node:test";
import { Stalls } from "../../../../web/lib/render/mse/stalls.js";

test("a short wait is no stall", () => {
  const stalls = new Stalls();
  stalls.waiting(100);
  assert.equal(stalls.watch(150), null);
  assert.equal(stalls.over(155), null);
  assert.equal(stalls.watch(1000), null);
});

test("a stall is told once, from where the wait began to where it is over", () => {
  const stalls = new Stalls();
  stalls.waiting(100);
  stalls.waiting(140);
  assert.equal(stalls.watch(170), 100);
  assert.equal(stalls.watch(200), null);
  assert.equal(stalls.over(250), 150);
  assert.equal(stalls.over(260), null);
});

test("a stall lasts until the first picture of the timeline that ends it", () => {
  const stalls = new Stalls();
  stalls.waiting(100);
  stalls.watch(200);
  stalls.begin();
  assert.ok(!stalls.waits);
  assert.equal(stalls.watch(300), null);
  assert.equal(stalls.over(400), 300);
});

test("a clock that stands is helped while media comes, and not again at once", () => {
  const stalls = new Stalls();
  stalls.waiting(0);
  assert.ok(!stalls.needsHelp(100, 90), "too soon");
  assert.ok(!stalls.needsHelp(500, 200), "nothing comes");
  assert.ok(stalls.needsHelp(500, 490));
  assert.ok(!stalls.needsHelp(1000, 990), "it was, just now");
  assert.ok(stalls.needsHelp(4600, 4590));
});
