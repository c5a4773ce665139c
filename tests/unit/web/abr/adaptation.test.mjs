import assert from "node:assert/strict";
import { test } from "node:test";

import { Adaptation } from "../../../../web/lib/abr/adaptation.js";
import { Estimator } from "../../../../web/lib/abr/estimator.js";
import { Queueing } from "../../../../web/lib/abr/queueing.js";

const LADDER = [300000, 900000, 2500000];
const SOUND_BPS = 100000;
const FRAME_MS = 40;
/** performance.now() and UTC have nothing in common. */
const UTC_MS = 1764378000000;

/** @param {number} kbit @param {number} ms @param {object} [more] */
const download = (kbit, ms, more) => ({
  index: 0, bytes: kbit * 125, mediaMs: 0, transferMs: ms, appLimited: false, roundTripMs: 80, ...more,
});

/** @param {number} value @param {number} wanted */
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-6 * wanted, `${value} instead of ${wanted}`);

test("estimator: the first sample is believed, before it what was said to be", () => {
  const e = new Estimator();
  assert.equal(e.throughputBps, 0);
  assert.equal(e.roundTripMs, 0);
  e.add(download(3000, 1000));
  near(e.throughputBps, 3e6);
  near(e.roundTripMs, 80);
  const told = new Estimator(5e6);
  assert.equal(told.throughputBps, 5e6);
  told.add(download(300, 1000, { appLimited: true }));
  assert.equal(told.throughputBps, 5e6);
  told.add(download(3000, 1000));
  near(told.throughputBps, 3e6);
});

test("estimator: the careful one of two averages", () => {
  // After 3 s of 8 and 3 s of 2 Mbit/s, the average with a half-life of 3 s is (8/4 + 2/2) / (1 - 1/4) = 4.
  const e = new Estimator();
  e.add(download(24000, 3000));
  e.add(download(6000, 3000));
  near(e.throughputBps, 4e6);
  // The other way round the slow one is the careful one: (2k + 8) / (1 + k), k = 2^(-3/8).
  const slow = new Estimator();
  slow.add(download(6000, 3000));
  slow.add(download(24000, 3000));
  const kept = 2 ** (-3 / 8);
  near(slow.throughputBps, (2e6 * kept + 8e6) / (1 + kept));
});

test("estimator: where the origin had no more to send, a sample bounds from below only", () => {
  const e = new Estimator();
  e.add(download(3000, 1000));
  e.add(download(500, 1000, { appLimited: true }));
  near(e.throughputBps, 3e6);
  e.add(download(9000, 1000, { appLimited: true }));
  assert.ok(e.throughputBps > 3e6);
  const before = e.throughputBps;
  e.add(download(9000, 0));
  assert.equal(e.throughputBps, before);
});

test("queueing: frames that come later and later after their capture, whatever the clocks' offset", () => {
  const q = new Queueing();
  for (let n = 0; n < 300; n++) {
    assert.equal(q.isLate(n * FRAME_MS + 20 + (n % 3) * 10, UTC_MS + n * FRAME_MS, FRAME_MS), false);
  }
  assert.equal(q.isLate(300 * FRAME_MS + 81, UTC_MS + 300 * FRAME_MS, FRAME_MS), true);
  assert.equal(q.isLate(300 * FRAME_MS + 79, UTC_MS + 300 * FRAME_MS, FRAME_MS), false);
  assert.equal(q.isLate(301 * FRAME_MS + 500, NaN, FRAME_MS), false);
  // The way has become longer for good: after a while that is what is normal.
  let late = 0;
  for (let n = 302; n < 700; n++) {
    late += Number(q.isLate(n * FRAME_MS + 200, UTC_MS + n * FRAME_MS, FRAME_MS));
  }
  assert.ok(late > 100 && late < 270, `${late}`);
});

/**
 * Frames from n on, each lateMs(n) after its capture. Gives what was chosen, and the number of the next frame.
 * @param {Adaptation} a
 * @param {number} index
 * @param {number} n
 * @param {number} count
 * @param {(n: number) => number} lateMs
 * @param {number} bytes
 */
function play(a, index, n, count, lateMs, bytes) {
  for (const end = n + count; n < end; n++) {
    const nowMs = n * FRAME_MS + lateMs(n);
    a.frame(nowMs, index, bytes, UTC_MS + n * FRAME_MS, FRAME_MS);
    const chosen = a.choose(nowMs);
    if (chosen !== null) {
      return { chosen, next: n + 1 };
    }
  }
  return { chosen: null, next: n };
}

/** @param {number} nowMs @param {number} bytes @param {number} transferMs @param {boolean} [held] */
const timing = (nowMs, bytes, transferMs, held = false) => ({
  requestMs: nowMs - transferMs - 30, firstByteMs: nowMs - transferMs, endMs: nowMs, bytes, held,
});

test("nothing known: the lowest level; a packet is a clean sample, and the estimate outlives the zap", () => {
  const a = new Adaptation();
  assert.equal(a.join(0, LADDER, SOUND_BPS), 0);
  assert.equal(a.choose(1), null);
  a.packet(100, 0, timing(100, 20000, 20));
  near(a.throughputBps, 8e6);
  near(a.roundTripMs, 30);
  assert.equal(a.choose(100), 2);
  assert.equal(a.choose(100), null);
  assert.equal(a.wanted, 2);
  a.packet(200, 2, timing(200, 100000, 100, true));
  near(a.roundTripMs, 30);
  assert.equal(a.join(5000, LADDER, SOUND_BPS), 1); // what comes at most 30 ms later than the lowest
});

test("what is believed at first decides the first join", () => {
  assert.equal(new Adaptation({ startupBps: 50e6 }).join(0, LADDER, SOUND_BPS), 2);
  assert.equal(new Adaptation({ startupBps: 450000 }).join(0, LADDER, SOUND_BPS), 0);
});

test("a packet that was read at once says what the link carries at least", () => {
  const a = new Adaptation();
  a.join(0, LADDER, SOUND_BPS);
  a.packet(100, 0, timing(100, 10000, 0));
  near(a.throughputBps, 16e6);
  a.packet(200, 0, timing(200, 5000, 0));
  near(a.throughputBps, 16e6);
  assert.equal(a.choose(200), 2);
});

test("frames in time say nothing against a higher level: it is probed after a calm, and held", () => {
  const a = new Adaptation();
  a.join(0, LADDER, SOUND_BPS);
  a.packet(10, 0, timing(10, 1000, 10)); // 800 kbit/s: carries no more
  const { chosen, next } = play(a, 0, 1, 500, () => 10, 1500);
  assert.equal(chosen, 1);
  assert.ok(next * FRAME_MS >= 2000 && next * FRAME_MS < 9000, `${next}`);
});

test("frames that queue: the level goes down to what comes in, within half a second", () => {
  const a = new Adaptation({ startupBps: 50e6 });
  assert.equal(a.join(0, LADDER, SOUND_BPS), 2);
  const calm = play(a, 2, 0, 100, () => 10, 12500);
  assert.equal(calm.chosen, null);
  // From there on each frame comes 80 ms after the one before: 1.25 Mbit/s of 2.5.
  const slow = play(a, 2, calm.next, 100, (n) => 10 + (n - calm.next + 1) * 40, 12500);
  assert.equal(slow.chosen, 1);
  assert.ok((slow.next - calm.next) * 80 < 900, `${slow.next - calm.next} frames`);
  assert.ok(a.throughputBps < 50e6);
});

test("sound counts with the picture", () => {
  const a = new Adaptation();
  a.join(0, LADDER, SOUND_BPS);
  const silent = new Adaptation();
  silent.join(0, LADDER, SOUND_BPS);
  for (let n = 0; n < 20; n++) {
    for (const each of [a, silent]) {
      each.frame(n * FRAME_MS, 0, 1500, UTC_MS + n * FRAME_MS, FRAME_MS);
    }
    a.sound(500);
  }
  assert.ok(a.throughputBps > silent.throughputBps * 1.2, `${a.throughputBps} and ${silent.throughputBps}`);
});

test("what is left of the old level tells nothing of the new one", () => {
  const a = new Adaptation({ startupBps: 50e6 });
  a.join(0, LADDER, SOUND_BPS);
  a.take(0, 1);
  const { chosen } = play(a, 2, 0, 200, (n) => 10 + n * 40, 12500);
  assert.notEqual(chosen, 0);
});

test("another ladder begins the rule anew, on the level that plays", () => {
  const a = new Adaptation({ startupBps: 2e6 });
  a.join(0, LADDER, SOUND_BPS);
  a.follow(1000, [200000, 500000, 800000, 1000000], 0, 2);
  assert.equal(a.wanted, 2);
  const { chosen } = play(a, 2, 25, 500, () => 10, 4000);
  assert.equal(chosen, 3);
});
