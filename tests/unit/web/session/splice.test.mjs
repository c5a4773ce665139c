import assert from "node:assert/strict";
import test from "node:test";

import { Channel, lots } from "./virtual-origin.mjs";
import { Viewer } from "./viewer.mjs";

const RATES = [400_000, 800_000, 2_500_000];

for (const rttMs of [0, 20, 60, 200])
  test(`200 switches and zaps at ${rttMs} ms`, () => {
    const lot = lots(7 + rttMs);
    const viewer = new Viewer({ rttMs, bufferMs: 160, bps: 20e6 });
    viewer.start().call("preload", "http://o/two").run(1500);
    for (let i = 0; i < 200; i++) {
      if (lot() < 0.2) viewer.zap(`http://o/${lot() < 0.5 ? "one" : "two"}`);
      else viewer.call("want", RATES[Math.floor(lot() * 3)]);
      viewer.run(20 + lot() * 1500);
    }
    viewer.run(3000);
    assert.deepEqual(viewer.tells("fault"), []);
    assert.equal(viewer.stalls, 0);
    assert.ok(viewer.tells("switched").length > 60, `${viewer.tells("switched").length} switched`);
  });

for (const rttMs of [0, 20, 60])
  test(`a switch is quick at ${rttMs} ms`, () => {
    const viewer = new Viewer({ rttMs, bufferMs: 200, bps: 20e6 });
    viewer.start().run(2000);
    for (let i = 0; i < 20; i++) viewer.call("want", RATES[(i + 1) % 3]).run(1013);
    const switched = viewer.told.filter(({ tell }) => tell.what === "switched");
    assert.equal(switched.length, 20);
    for (const { ms, tell } of switched)
      assert.ok(ms - tell.decidedMs <= 40 + rttMs + 60, `${ms - tell.decidedMs} ms`);
    assert.equal(viewer.stalls, 0);
  });

test("rungs of other frame rates", () => {
  const rungs = [{ id: "low", bandwidthBps: 400_000 }, { id: "high", bandwidthBps: 2_500_000, fps: 50 }];
  const viewer = new Viewer({ rttMs: 20, bufferMs: 200, channels: [new Channel("http://o/one", { rungs })] });
  viewer.start().run(2000);
  for (let i = 0; i < 20; i++) viewer.call("want", i % 2 ? 0 : 3e6).run(713);
  assert.equal(viewer.tells("switched").length, 20);
  assert.equal(viewer.stalls, 0);
});

for (const [bps, bufferMs] of [[6e6, 40], [6e6, 120], [4e6, 300]])
  test(`a thin link of ${bps / 1e6} Mbit/s and ${bufferMs} ms ahead: each switch comes about`, () => {
    const viewer = new Viewer({ rttMs: 20, bufferMs, bps });
    viewer.start().run(3000);
    for (let i = 0; i < 30; i++) viewer.call("want", RATES[(i + 1) % 3]).run(1500);
    assert.equal(viewer.tells("switched").length, 30);
    assert.ok(viewer.stalledMs <= 100, `${viewer.stalledMs} ms`);
    assert.ok(viewer.stalls <= 3, `${viewer.stalls} stalls`);
  });
