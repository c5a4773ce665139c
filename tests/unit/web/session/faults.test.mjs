import assert from "node:assert/strict";
import test from "node:test";

import { Channel } from "./virtual-origin.mjs";
import { Viewer } from "./viewer.mjs";

/** Spoils requests for which `is` holds, once each of `times`. */
function spoil(fault, is, times = 1) {
  let left = times;
  return (request, nowMs) => (is(request, nowMs) && left-- > 0 ? fault : null);
}

const isPicture = (kind) => (request) => request.kind === kind && request.track?.kind === "video";
const isSound = (kind) => (request) => request.kind === kind && request.track?.kind === "audio";

test("a manifest that is not there is asked for again, later and later", () => {
  const viewer = new Viewer({ faultOf: spoil({ status: 404 }, ({ kind }) => kind === "manifest", 3) });
  viewer.start().run(4000);
  const asked = viewer.log.filter(({ action }) => action.request?.kind === "manifest").map(({ ms }) => Math.round(ms));
  assert.deepEqual(asked.slice(0, 4), [31000, 31250, 31750, 32750]);
  const faults = viewer.tells("fault").map(({ status, retryMs }) => [status, retryMs]);
  assert.deepEqual(faults, [[404, 250], [404, 500], [404, 1000]]);
  assert.equal(viewer.begins.length, 1);
  assert.equal(viewer.tells("lost").length, 1);
  assert.equal(viewer.tells("found").length, 1);
});

test("a join whose packet is not there has the manifest fetched first", () => {
  const viewer = new Viewer({ faultOf: spoil({ status: 404 }, isPicture("packet")) });
  viewer.start().run(2000);
  const kinds = viewer.log.flatMap(({ action }) => (action.do === "request" ? [action.request.kind] : []));
  assert.deepEqual(kinds.slice(0, 6), ["manifest", "packet", "packet", "manifest", "packet", "packet"]);
  assert.equal(viewer.begins.length, 1);
});

test("a join without its sound begins, and sound is taken up", () => {
  const viewer = new Viewer({ gaps: true, faultOf: spoil({ status: 503 }, isSound("packet"), 2) });
  viewer.start().run(3000);
  assert.equal(viewer.begins.length, 1);
  assert.ok(viewer.frames.audio > 60);
});

test("a channel whose sound never comes is joined without", () => {
  const viewer = new Viewer({ faultOf: (request) => (isSound("packet")(request) ? { status: 404 } : null) });
  viewer.start().run(10000);
  assert.equal(viewer.begins.length, 2);
  assert.equal(viewer.begun.audio, null);
  assert.ok(viewer.begins[1].ms < 36000);
  viewer.origin.faultOf = () => null;
  viewer.zap("http://o/two").run(1000);
  assert.notEqual(viewer.begun.audio, null);
});

test("a continuation that is cut joins anew", () => {
  const viewer = new Viewer({ faultOf: spoil({ cutsAfter: 30, breaks: true }, isPicture("segment")) });
  viewer.start().run(4000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
  assert.equal(viewer.tells("fault").length, 1);
  assert.ok(viewer.open.size <= 2);
});

test("one that has gone on for long is taken up again at once", () => {
  const viewer = new Viewer({ rttMs: 20, faultOf: spoil({ cutsAfter: 80, breaks: true }, isPicture("segment")) });
  viewer.start().run(5000);
  assert.equal(viewer.begins.length, 2);
  assert.equal(viewer.tells("fault")[0].retryMs, 0);
});

test("sound that is cut goes on where it ended", () => {
  const viewer = new Viewer({ faultOf: spoil({ cutsAfter: 30, breaks: true }, isSound("segment")) });
  viewer.start().run(4000); // the viewer fails at a gap
  assert.equal(viewer.begins.length, 1);
  assert.ok(viewer.frames.audio > 170, `${viewer.frames.audio}`);
});

test("a continuation that falls silent is given up after four seconds", () => {
  const viewer = new Viewer({ faultOf: spoil({ stallsAfter: 30 }, isPicture("segment")) });
  viewer.start().run(8000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
  assert.equal(viewer.tells("lost").length, 1);
  assert.equal(viewer.tells("found").length, 1);
  assert.ok(viewer.open.size <= 2);
});

test("sound that falls silent is given up, and the picture goes on", () => {
  const viewer = new Viewer({ gaps: true, faultOf: spoil({ stallsAfter: 30 }, isSound("segment")) });
  viewer.start().run(8000);
  assert.equal(viewer.begins.length, 1);
  assert.equal(viewer.stalls, 0);
  assert.ok(viewer.frames.audio > 330, `${viewer.frames.audio}`);
});

test("what is never answered is given up", () => {
  const viewer = new Viewer({ faultOf: spoil({ loses: true }, ({ kind }) => kind !== "segment", 2) });
  viewer.start().run(20000);
  assert.equal(viewer.begins.length, 1);
  assert.ok(viewer.open.size <= 2);
});

test("the network is gone for a while", () => {
  const gone = (_request, nowMs) => (nowMs > 34000 && nowMs < 46000 ? { status: 0 } : null);
  const viewer = new Viewer({ faultOf: gone });
  viewer.start().run(3000);
  // What is under way dies with it.
  for (const state of [...viewer.origin.open.values()]) state.fault = { stallsAfter: state.frames, loses: true };
  viewer.run(27000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
  assert.ok(viewer.begins[1].ms < 50100, `${viewer.begins[1].ms}`);
  assert.equal(viewer.tells("lost").length, 1);
  assert.equal(viewer.tells("found").length, 1);
});

test("a resync while nothing comes does not wait", () => {
  const gone = (_request, nowMs) => (nowMs > 32000 && nowMs < 41000 ? { status: 0 } : null);
  const viewer = new Viewer({ faultOf: gone });
  viewer.start().run(1500);
  for (const state of [...viewer.origin.open.values()]) state.fault = { stallsAfter: state.frames, loses: true };
  viewer.run(9000).call("resync").run(1000);
  assert.equal(viewer.begins.length, 2);
  assert.ok(viewer.begins[1].ms < 41600);
});

test("a resync joins anew at live", () => {
  const viewer = new Viewer();
  viewer.start().run(2000).call("resync").run(1000);
  assert.deepEqual(viewer.begins.map(({ why }) => why), ["join", "resync"]);
});

for (const [what, spoils] of [
  ["lies on no frame's start", (frame) => ({ ...frame, time: frame.time + 7 })],
  ["is one too far", (frame) => ({ ...frame, time: frame.time + frame.duration })],
  ["comes twice", (frame) => ({ ...frame, time: frame.time - frame.duration })],
  ["lasts too long", (frame) => ({ ...frame, duration: frame.duration * 2 })],
]) {
  test(`a frame that ${what} is told, and a join follows`, () => {
    const viewer = new Viewer({ faultOf: spoil({ spoils, frame: 40 }, isPicture("segment")) });
    viewer.start().run(5000);
    assert.equal(viewer.tells("fault").length, 1);
    assert.equal(viewer.tells("fault")[0].status, -2);
    assert.equal(viewer.begins.length, 2);
  });
  test(`sound that ${what} is told, and taken up again`, () => {
    const viewer = new Viewer({ faultOf: spoil({ spoils, frame: 40 }, isSound("segment")) });
    viewer.start().run(5000);
    assert.equal(viewer.tells("fault").length, 1);
    assert.equal(viewer.begins.length, 1);
    assert.ok(viewer.frames.audio > 210);
  });
}

test("a switch whose packet is not there leaves the old rung playing, and is decided anew", () => {
  const viewer = new Viewer({ faultOf: spoil({ status: 404 }, ({ why }) => why === "switch", 3) });
  viewer.start().run(1000).call("want", 1e6).run(6000);
  assert.equal(viewer.tells("switch-failed").length, 3);
  assert.equal(viewer.tells("switched").length, 1);
  assert.equal(viewer.session.track.id, "middle");
  assert.equal(viewer.stalls, 0);
});

test("a switch whose packet never comes takes nothing from the picture", () => {
  const viewer = new Viewer({ faultOf: spoil({ loses: true }, ({ why }) => why === "switch", 3) });
  viewer.start().run(1000).call("want", 1e6).run(6000);
  assert.equal(viewer.stalls, 0);
  assert.equal(viewer.tells("switched").length, 1);
  assert.ok(viewer.lowMs > 15, `${viewer.lowMs} ms were left`);
});

test("the same without a renderer that tells what it has ahead: it ends", () => {
  const viewer = new Viewer({ tellsAhead: false, faultOf: spoil({ loses: true }, ({ why }) => why === "switch") });
  viewer.start().run(1000).call("want", 1e6).run(20000);
  assert.equal(viewer.tells("switched").length, 1);
});

test("a lower rung takes over where the old one starves", () => {
  const viewer = new Viewer({ bps: 5e6, config: { bandwidthBps: 3e6 } });
  viewer.start().run(3000);
  assert.equal(viewer.session.track.id, "high");
  viewer.origin.bps = 1e6;
  viewer.run(500).call("want", 5e5).run(5000);
  assert.equal(viewer.session.track.id, "low");
  assert.equal(viewer.begins.length, 1);
});

test("another rung is wanted while a switch is under way", () => {
  const viewer = new Viewer({ rttMs: 60 });
  viewer.start().run(1000).call("want", 1e6).run(20).call("want", 3e6).run(20).call("want", 0).run(1000);
  assert.equal(viewer.session.track.id, "low");
  assert.equal(viewer.tells("switch-failed").length, 2);
  assert.equal(viewer.stalls, 0);
});

test("events of requests that are over are passed over", () => {
  const viewer = new Viewer();
  viewer.start().run(1000);
  for (let request = 0; request < 99; request++)
    for (const kind of ["finished", "failed", "frame", "packet", "manifest"])
      if (!viewer.open.has(request)) viewer.session.handle(viewer.nowMs, { kind, request });
  assert.deepEqual(viewer.session.actions(), []);
});

test("a viewer who leaves has nothing under way", () => {
  const viewer = new Viewer();
  viewer.start().call("preload", "http://o/two").run(1000).call("leave").run(10000);
  assert.equal(viewer.open.size, 0);
  assert.equal(viewer.session.nextMs(), Infinity);
});

test("a manifestupdate event has the manifest fetched from its address", () => {
  const updates = (nowMs) => (nowMs > 33000 && nowMs < 35000 ? { url: "two?x=1" } : null);
  const viewer = new Viewer({ channels: [new Channel("http://o/one", { updates, pollMs: 60000 })] });
  viewer.start().run(3000);
  const asked = viewer.log.flatMap(({ action }) => (action.request?.kind === "manifest" ? [action.request.url] : []));
  assert.equal(asked[1], "http://o/two?x=1");
  viewer.run(3000);
  assert.equal(viewer.begins.length, 1);
});
