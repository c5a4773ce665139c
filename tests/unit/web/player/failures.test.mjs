import assert from "node:assert/strict";
import test from "node:test";

import { Failures } from "../../../../web/lib/player/failures.js";

const failure = { text: "no sense", fatal: false };

test("a channel whose pictures fail is joined anew at once, then later each time, and then given up", () => {
  const failures = new Failures();
  let nowMs = 1000;
  const waits = [];
  for (let i = 0; i < 5; i++) {
    assert.equal(failures.judge(nowMs, "mse", failure).then, "rejoin");
    const failedMs = nowMs;
    while (!failures.isDue(nowMs)) nowMs += 10;
    waits.push(nowMs - failedMs);
    assert.ok(!failures.isDue(nowMs + 1e6), "due once");
  }
  assert.deepEqual(waits, [0, 250, 500, 1000, 2000]);
  const { then, text } = failures.judge(nowMs, "mse", failure);
  assert.equal(then, "end");
  assert.match(text, /no sense: 6 times/);
  assert.ok(!failures.isDue(nowMs + 1e6));
});

test("failures far apart are each the first, and a viewer's choice begins anew", () => {
  const failures = new Failures();
  for (let i = 0; i < 20; i++) assert.equal(failures.judge(i * 61000, "mse", failure).then, "rejoin");
  for (let i = 0; i < 20; i++) {
    failures.clear();
    assert.ok(!failures.isDue(2e6 + i), "what was due before is not any more");
    assert.equal(failures.judge(2e6 + i, "mse", failure).then, "rejoin");
  }
});

test("what is fatal ends it, and another renderer takes over from WebCodecs", () => {
  const fatal = { text: "no codec", fatal: true };
  assert.deepEqual(new Failures().judge(0, "mse", fatal), { then: "end", text: "no codec" });
  assert.deepEqual(new Failures().judge(0, "webcodecs", fatal), { then: "replace", text: "no codec" });
});
