import assert from "node:assert/strict";
import test from "node:test";

import { Changes } from "../../../../web/lib/player/changes.js";

/** @param {string} id */
function track(id) {
  return /** @type {any} */ ({ id, frameRate: { value: 25, scale: 1 } });
}

const TIMING = { requestMs: 101, firstByteMs: 110, endMs: 115, bytes: 5000, held: false };

test("a zap lasts until the first picture of its own timeline, and has its parts", () => {
  const changes = new Changes();
  changes.ask({ url: "u", atMs: 100, first: false });
  const old = changes.picture({ track: track("a"), sequence: 7, shownMs: 105, decodedMs: 104, first: true });
  assert.equal(old.zapped, null, "a picture of the channel before");
  changes.packet(TIMING);
  changes.begin();
  const { zapped } = changes.picture({ track: track("a"), sequence: 900, shownMs: 130, decodedMs: 120, first: true });
  assert.equal(zapped?.zapMs, 30);
  assert.equal(zapped?.packetBytes, 5000);
  assert.deepEqual(zapped?.anatomy, { requestMs: 1, firstByteMs: 10, packetMs: 15, decodedMs: 20, shownMs: 30 });
  assert.equal(changes.running(190), 90);
  assert.equal(changes.running(230), null, "told once");
});

test("a join that nobody asked for is no zap", () => {
  const changes = new Changes();
  changes.begin();
  assert.equal(changes.picture({ track: track("a"), sequence: 1, shownMs: 5, decodedMs: 5, first: true }).zapped, null);
});

test("a switch is over with its first picture; what that was late is its gap", () => {
  const changes = new Changes();
  const [low, high] = [track("low"), track("high")];
  changes.begin();
  changes.picture({ track: low, sequence: 10, shownMs: 1000, decodedMs: 0, first: true });
  changes.switched({ track: high, from: low, decidedMs: 990 });
  assert.equal(changes.picture({ track: low, sequence: 11, shownMs: 1040, decodedMs: 0, first: false }).switched, null);
  const { switched } = changes.picture({ track: high, sequence: 12, shownMs: 1090, decodedMs: 0, first: false });
  assert.equal(switched?.switchMs, 100);
  assert.equal(switched?.gapMs, 10);
  assert.equal(changes.picture({ track: high, sequence: 13, shownMs: 1120, decodedMs: 0, first: false }).switched, null);
});

test("a switch that another one overtakes is passed over", () => {
  const changes = new Changes();
  const [low, middle, high] = [track("low"), track("middle"), track("high")];
  changes.picture({ track: low, sequence: 10, shownMs: 1000, decodedMs: 0, first: false });
  changes.switched({ track: middle, from: low, decidedMs: 900 });
  changes.switched({ track: high, from: middle, decidedMs: 950 });
  const { switched } = changes.picture({ track: high, sequence: 12, shownMs: 1080, decodedMs: 0, first: false });
  assert.equal(switched?.change.track, high);
  assert.equal(switched?.gapMs, 0);
});
