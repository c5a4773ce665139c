import assert from "node:assert/strict";
import test from "node:test";

import { Channel } from "./virtual-origin.mjs";
import { Viewer } from "./viewer.mjs";

/** Two Presentations, the second from 40 s on; 640 ms is where frames of both kinds begin together. */
function two({ announcedMs = 37000, startMs = 40000, ...second } = {}) {
  return new Channel("http://o/one", { pollMs: 1000, presentations: [
    { id: "p1", startMs: 0, endMs: 40000 },
    { id: "p2", startMs, announcedMs, offset: 17, ...second },
  ] });
}

for (const rttMs of [0, 20, 60, 200])
  test(`one Presentation follows another at ${rttMs} ms`, () => {
    const viewer = new Viewer({ rttMs, channels: [two()] });
    viewer.start().run(15000);
    assert.equal(viewer.begins.length, 1);
    assert.equal(viewer.stalls, 0);
    assert.deepEqual(viewer.tells("presentation").map(({ presentation }) => presentation.id), ["p2"]);
    assert.deepEqual(viewer.tells("fault"), []);
    assert.ok(viewer.frames.video > 360 && viewer.frames.audio > 660);
  });

test("another rung is taken in the next Presentation where one is wanted", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two()] });
  viewer.start().run(8700).call("want", 1e6).run(3000);
  assert.equal(viewer.session.track.id, "middle");
  assert.equal(viewer.session.track.presentation, "p2");
  assert.equal(viewer.stalls, 0);
});

test("a Presentation that is told of only when it is there is followed all the same", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two({ announcedMs: 40000 })] });
  viewer.start().run(15000);
  assert.equal(viewer.begins.length, 1);
  assert.equal(viewer.session.track.presentation, "p2");
});

test("one that begins later is followed in its time", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two({ startMs: 40640 })] });
  assert.throws(() => viewer.start().run(15000), /40 s, then 40.64 s/); // the gap is the origin's
});

test("one without sound begins anew", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two({ sound: false })] });
  viewer.start().run(15000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
  assert.equal(viewer.begun.audio, null);
  assert.ok(viewer.begins[1].ms >= 40000);
});

test("one with another frame rate is followed", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two({ fps: 50 })] });
  viewer.start().run(15000);
  assert.equal(viewer.begins.length, 1);
  assert.ok(viewer.frames.video > 460, `${viewer.frames.video}`);
});

test("the first packet of the next one is lost: it is asked for as now", () => {
  let left = 1;
  const faultOf = (request) => (request.why === "follow" && request.track?.kind === "video" && left-- > 0 ?
    { status: 500 } : null);
  const viewer = new Viewer({ rttMs: 20, gaps: true, channels: [two()], faultOf });
  viewer.start();
  try {
    viewer.run(15000);
  } catch (error) {
    assert.match(error.message, /s, then/); // what was passed over is a gap
  }
  assert.equal(viewer.tells("fault").length, 1);
});

test("a channel ends", () => {
  const presentations = [{ id: "p1", startMs: 0, endMs: 40000 }];
  const channel = new Channel("http://o/one", { pollMs: 1000, presentations });
  const viewer = new Viewer({ rttMs: 20, channels: [channel] });
  viewer.start().run(30000);
  assert.ok(viewer.ended);
  assert.equal(viewer.begins.length, 1);
  assert.equal(viewer.log.filter(({ action }) => action.do === "end").length, 1);
  assert.deepEqual(viewer.tells("lost"), []);
  assert.deepEqual(viewer.tells("fault"), []);
  assert.equal(viewer.frames.video, (40000 - 31000) / 40 + 1);
});

test("a channel that ended goes on later", () => {
  const viewer = new Viewer({ rttMs: 20, channels: [two({ startMs: 55040, announcedMs: 53000 })] });
  viewer.start().run(30000);
  assert.equal(viewer.log.filter(({ action }) => action.do === "end").length, 1);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
  assert.equal(viewer.session.track.presentation, "p2");
});

test("a channel whose end is never announced is found out", () => {
  const channel = new Channel("http://o/one", { pollMs: 60000, endAnnouncedMs: -1000,
    presentations: [{ id: "p1", startMs: 0, endMs: 40000 }, { id: "p2", startMs: 40000, announcedMs: 39990 }] });
  const viewer = new Viewer({ rttMs: 20, gaps: true, channels: [channel] });
  viewer.start().run(20000);
  assert.equal(viewer.session.track.presentation, "p2");
});

test("a join goes to the Presentation that is on the air by now", () => {
  const channels = [new Channel("http://o/zero"), two()];
  const viewer = new Viewer({ rttMs: 20, startMs: 36500, channels });
  viewer.start().call("preload", "http://o/one").run(5000);
  viewer.zap("http://o/one").run(3000);
  assert.equal(viewer.session.track.presentation, "p2");
  assert.deepEqual(viewer.tells("fault"), []);
});
