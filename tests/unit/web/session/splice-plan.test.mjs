import assert from "node:assert/strict";
import test from "node:test";

import { aligned, planSplice } from "../../../../web/lib/session/splice-plan.js";

const at = (conditions) => planSplice({ frameMs: 40, ageMs: 0, roundTripMs: 0, transferMs: 5, aheadMs: 120, floorMs: 60,
  failures: 0, ...conditions });

const track = (fps, startSequence = 0) => ({
  frameRate: { value: fps, scale: 1 }, start: { value: 8, scale: 1 }, startSequence,
});

test("at a short round trip it is the next frame", () => {
  assert.deepEqual(at({}), { frames: 1, primes: false, packetMs: 57 });
  assert.equal(at({ ageMs: 39 }).frames, 1);
  assert.equal(at({ roundTripMs: 5 }).frames, 1);
  assert.equal(at({ aheadMs: Infinity, roundTripMs: 150 }).frames, 1);
});

test("where what is ahead would not last until the packet comes, it is a later one", () => {
  assert.equal(at({ roundTripMs: 60, ageMs: 20 }).frames, 2);
  assert.equal(at({ roundTripMs: 100, ageMs: 20, aheadMs: 150 }).frames, 2);
});

test("nothing is asked for that an origin does not hold", () => {
  for (const roundTripMs of [0, 20, 60, 200])
    for (const ageMs of [0, 20, 39])
      for (const failures of [0, 1, 5, 99]) {
        const { frames } = at({ roundTripMs, ageMs, failures, aheadMs: 10 });
        assert.ok(frames >= 1 && frames <= 3 + Math.floor((ageMs + roundTripMs) / 40), `${frames}`);
      }
});

test("each time that a packet was too late, it is one later", () => {
  assert.equal(at({ failures: 1 }).frames, 2);
  assert.equal(at({ failures: 2 }).frames, 3);
});

test("a round trip that is longer than what is ahead has the switch primed", () => {
  assert.equal(at({ roundTripMs: 200 }).primes, true);
  assert.equal(at({ roundTripMs: 200, aheadMs: 600 }).primes, false);
  assert.equal(at({ roundTripMs: 20, aheadMs: 10 }).primes, false);
});

test("rungs of one rate are aligned at every frame", () => {
  assert.deepEqual(aligned(track(25), track(25, 100), 7), { old: 7, number: 107 });
});

test("rungs of other rates are where frames of both begin together", () => {
  assert.deepEqual(aligned(track(50), track(25), 7), { old: 8, number: 4 });
  assert.deepEqual(aligned(track(25), track(50), 7), { old: 7, number: 14 });
  assert.deepEqual(aligned(track(30), track(25), 7), { old: 12, number: 10 });
  assert.equal(aligned({ ...track(25), frameRate: { value: 24999, scale: 1000 } }, track(25), 7), null);
});

test("where rungs may overlap it is a frame that was received already, if what is ahead of it lasts", () => {
  const over = (conditions) => at({ overlaps: true, ...conditions });
  assert.equal(over({ aheadMs: 120, floorMs: 30 }).frames, -1);
  assert.equal(over({ aheadMs: 200, floorMs: 30 }).frames, -3);
  assert.equal(over({ aheadMs: 55, floorMs: 30 }).frames, 1, "its packet would come after its time");
  assert.equal(over({ aheadMs: 60, roundTripMs: 15, floorMs: 30 }).frames, 1, "its continuation would come too late");
  assert.equal(over({ aheadMs: Infinity }).frames, 1);
  assert.equal(over({ aheadMs: 200, floorMs: 30, failures: 1 }).frames, -2);
  assert.equal(at({ aheadMs: 200, floorMs: 30 }).frames, 1);
});
