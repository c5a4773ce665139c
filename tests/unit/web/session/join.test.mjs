import assert from "node:assert/strict";
import test from "node:test";

import { Channel } from "./virtual-origin.mjs";
import { Viewer } from "./viewer.mjs";

test("a channel starts with its manifest, then picture and sound", () => {
  const viewer = new Viewer({ rttMs: 20 });
  viewer.start().run(1000);
  assert.equal(viewer.begins.length, 1);
  assert.equal(viewer.begins[0].why, "join");
  assert.ok(viewer.begins[0].ms <= 31000 + 20 + 20 + 1, "two round trips");
  assert.ok(viewer.frames.video >= 20, `${viewer.frames.video} pictures`);
  assert.ok(viewer.frames.audio >= 40, `${viewer.frames.audio} of sound`);
  assert.deepEqual(viewer.tells("fault"), []);
});

test("picture and sound are asked for at one time", () => {
  const viewer = new Viewer({ rttMs: 60 });
  viewer.start().run(500);
  const packets = viewer.log.filter(({ action }) => action.request?.kind === "packet");
  assert.equal(packets.length, 2);
  assert.equal(packets[0].ms, packets[1].ms);
});

test("a zap to a channel whose manifest is known takes one round trip", () => {
  const viewer = new Viewer({ rttMs: 60 });
  viewer.start().call("preload", "http://o/two").run(2000);
  const at = viewer.nowMs;
  viewer.zap("http://o/two").run(1000);
  assert.equal(viewer.begins.length, 2);
  assert.equal(viewer.begins[1].why, "zap");
  assert.ok(viewer.begins[1].ms - at <= 61, `${viewer.begins[1].ms - at} ms`);
  assert.ok(viewer.open.size <= 2, "nothing of the old channel is under way");
});

test("a zap to an unknown channel fetches its manifest first", () => {
  const viewer = new Viewer({ rttMs: 20 });
  viewer.start().run(1000).zap("http://o/two").run(1000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "zap"]);
});

test("zaps that follow one another at once end at the last one", () => {
  const viewer = new Viewer({ rttMs: 60 });
  viewer.start().run(1000);
  for (let i = 0; i < 9; i++) viewer.zap(`http://o/${i % 2 ? "one" : "two"}`).run(7);
  viewer.run(1000);
  assert.equal(viewer.begins.length, 2);
});

for (const rttMs of [0, 20, 60, 200])
  test(`every segment boundary is passed without a gap at ${rttMs} ms`, () => {
    const channels = [new Channel("http://o/one", { segmentS: 1 })];
    const viewer = new Viewer({ rttMs, channels });
    viewer.start().run(60000);
    assert.equal(viewer.begins.length, 1);
    assert.equal(viewer.stalls, 0);
    assert.ok(viewer.frames.video > 1480, `${viewer.frames.video}`);
    assert.ok(viewer.frames.audio > 2780, `${viewer.frames.audio}`);
    assert.deepEqual(viewer.tells("fault"), []);
  });
