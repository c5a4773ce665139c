import assert from "node:assert/strict";
import test from "node:test";

import { Lag } from "../../../../web/lib/player/lag.js";

test("what lies far behind live for a while is joined anew, and not again at once", () => {
  const lag = new Lag();
  assert.ok(!lag.isTooFar(0, 6000, 0));
  assert.ok(!lag.isTooFar(400, 6000, 0));
  assert.ok(lag.isTooFar(600, 6000, 0));
  assert.ok(!lag.isTooFar(700, 6000, 0));
  assert.ok(lag.isTooFar(5700, 6000, 0));
});

test("a moment, and a latency that is wished for, are nothing", () => {
  const lag = new Lag();
  for (let nowMs = 0; nowMs < 10000; nowMs += 50) {
    assert.ok(!lag.isTooFar(nowMs, nowMs % 500 < 400 ? 6000 : 100, 0));
    assert.ok(!new Lag().isTooFar(nowMs, 6000, 4000));
  }
});
