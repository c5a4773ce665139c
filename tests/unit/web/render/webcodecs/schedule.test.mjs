// The playhead of the WebCodecs renderer, in virtual time.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Playhead, pictureToShow, placeFor, playheadRules } from "../../../../../web/lib/render/webcodecs/schedule.js";

const frameMs = 40;
const leadMs = 25;

/**
 * A live channel: picture k has the media time k * frameMs and comes late(k) ms after it was captured. Media time 0 is
 * captured at captureMs.
 */
class Live {
  constructor({ late = () => 0, soundLateMs = NaN, captureMs = 1000, rules = {} } = {}) {
    this.playhead = new Playhead(rules);
    this.late = late;
    this.soundLateMs = soundLateMs;
    this.captureMs = captureMs;
    this.playhead.begin(!Number.isNaN(soundLateMs));
    this.k = 1;
    this.soundMs = 0;
    this.nowMs = captureMs;
    /** How far behind capture each picture was due when it came. */
    this.behindMs = [];
    this.lateMs = [];
  }

  comesMs(k) {
    return this.captureMs + k * frameMs + this.late(k);
  }

  /** Runs on for so many pictures. */
  run(pictures) {
    for (const end = this.k + pictures; this.k < end; this.k++) {
      const comesMs = Math.max(this.comesMs(this.k), this.nowMs);
      for (let ms = this.nowMs; ms < comesMs; ms += 5) this.playhead.advance(ms);
      this.nowMs = comesMs;
      while (!Number.isNaN(this.soundLateMs) && this.captureMs + this.soundMs + this.soundLateMs <= comesMs) {
        const atMs = this.captureMs + this.soundMs + this.soundLateMs;
        this.playhead.sound(this.soundMs, atMs, atMs);
        this.soundMs += 1024 / 48;
      }
      const mediaMs = this.k * frameMs;
      this.playhead.picture(mediaMs, comesMs + leadMs, comesMs);
      this.playhead.advance(comesMs);
      const dueMs = this.playhead.dueMs(mediaMs);
      this.behindMs.push(dueMs - (this.captureMs + mediaMs));
      this.lateMs.push(Math.max(0, comesMs + leadMs - dueMs));
    }
    return this;
  }
}

const near = (actual, expected, by, text) =>
  assert.ok(Math.abs(actual - expected) <= by, `${text ?? ""} ${actual} is not ${expected} +- ${by}`);

test("The clock starts with the second picture, not before", () => {
  const playhead = new Playhead();
  playhead.begin(false);
  assert.equal(playhead.running, false);
  assert.ok(Number.isNaN(playhead.dueMs(0)));
  playhead.picture(40, 1065, 1040);
  assert.equal(playhead.running, true);
  near(playhead.dueMs(40), 1065 + playheadRules.startMarginMs, 1);
  near(playhead.dueMs(80), playhead.dueMs(40) + 40, 1e-6);
});

test("Where pictures come regularly it ends up as near as they can be shown", () => {
  const live = new Live({ late: () => 10 }).run(200);
  near(live.behindMs.at(-1), 10 + leadMs, 9);
  assert.ok(live.behindMs[0] > live.behindMs.at(-1), "it starts with a margin");
  assert.equal(Math.max(...live.lateMs), 0);
});

test("Pictures that come irregularly are waited for, and no longer than that", () => {
  const jitter = (k) => 10 + (k * 7919 % 31);
  const live = new Live({ late: jitter }).run(600);
  near(live.behindMs.at(-1), 40 + leadMs, 9);
  assert.equal(Math.max(...live.lateMs.slice(100)), 0);
});

test("One late moment does not make it wait for seconds", () => {
  const live = new Live({ late: (k) => (k === 150 ? 80 : 10) }).run(149);
  const beforeMs = live.behindMs.at(-1);
  live.run(100);
  near(live.behindMs.at(-1), beforeMs, 10);
});

test("A picture that comes far too late makes the clock stand, and it catches up in calm", () => {
  const live = new Live({ late: (k) => (k >= 150 && k < 158 ? 330 - (k - 150) * 40 : 10) }).run(151);
  assert.ok(live.behindMs.at(-1) > 300, "it stood");
  live.run(10);
  assert.ok(live.playhead.rate > 1 && live.playhead.rate <= playheadRules.fastest);
  live.run(250);
  near(live.behindMs.at(-1), 10 + leadMs, 10);
});

test("What is far too much is left out, not played faster", () => {
  const live = new Live({ late: (k) => (k >= 150 && k < 200 ? Math.max(10, 1000 - (k - 150) * 40) : 10) }).run(175);
  assert.ok(live.lateMs.at(-25) > 900, "the first one of the burst");
  assert.ok(live.behindMs.at(-1) <= 10 + leadMs + playheadRules.skipMs);
  live.run(300);
  near(live.behindMs.at(-1), 10 + leadMs, 10);
});

test("A burst after the join tells where live is", () => {
  const live = new Live({ late: (k) => Math.max(10, 200 - k * 40) }).run(7);
  near(live.behindMs.at(-1), 10 + leadMs + playheadRules.startMarginMs, 75);
});

test("Pictures wait for sound, less by what it may lag", () => {
  const live = new Live({ late: () => 5, soundLateMs: 90 }).run(300);
  near(live.behindMs.at(-1), 90 - playheadRules.soundLagMs, 9);
  near(live.playhead.soundLagMs(live.nowMs), playheadRules.soundLagMs, 9);
});

test("Pictures don't wait for sound that comes far too late, or not at all", () => {
  const live = new Live({ late: () => 5, soundLateMs: 2500 }).run(500);
  near(live.behindMs.at(-1), 5 + leadMs, 9);
  const silent = new Live({ late: () => 5, soundLateMs: 1e9 }).run(200);
  near(silent.behindMs.at(-1), 5 + leadMs, 9);
});

test("What was learnt of sound holds for the next channel", () => {
  const live = new Live({ late: () => 5, soundLateMs: 110 }).run(300);
  live.playhead.begin(true);
  live.playhead.picture(40, 5065, 5040);
  near(live.playhead.dueMs(40) - 5065, 110 - playheadRules.soundLagMs - 5 - leadMs, 3);
});

test("A latency that was asked for is kept", () => {
  const live = new Live({ late: () => 5 });
  live.playhead.leastDelay(live.captureMs + 400);
  live.run(300);
  near(live.behindMs.at(-1), 400, 9);
});

test("The rate stays within its bounds, whatever comes", () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
  const live = new Live({ late: () => random() * (random() < 0.05 ? 900 : 30), soundLateMs: 100 });
  for (let i = 0; i < 2000; i++) {
    live.run(1);
    const { rate } = live.playhead;
    assert.ok(rate >= playheadRules.slowest && rate <= playheadRules.fastest, `${rate}`);
    assert.ok(Number.isFinite(live.playhead.delayMs(live.nowMs)));
  }
});

test("Each picture is shown for a refresh, and only a long backlog is cut", () => {
  assert.equal(pictureToShow([], 100, 3), -1);
  assert.equal(pictureToShow([101], 100, 3), -1);
  assert.equal(pictureToShow([NaN], 100, 3), -1);
  assert.equal(pictureToShow([60, 101], 100, 3), 0);
  assert.equal(pictureToShow([10, 50, 90, 130], 100, 3), 0);
  assert.equal(pictureToShow([10, 20, 30, 40, 50, 60], 100, 3), 2);
  assert.equal(pictureToShow([10, 50, 90, 130], 100, 0), 2);
});

test("Where two rungs overlap, the one handed over later is shown", () => {
  const waiting = [0, 1, 2, 3].map((k) => ({ order: k, mediaMs: k * frameMs }));
  assert.deepEqual(placeFor(waiting, { order: 4, mediaMs: 160 }), { from: 4, to: 4 });
  assert.deepEqual(placeFor(waiting, { order: 4, mediaMs: 80 }), { from: 2, to: 4 });
  // The old rung's last picture, out of its decoder after the new rung's first.
  const both = [{ order: 0, mediaMs: 0 }, { order: 5, mediaMs: 80 }];
  assert.deepEqual(placeFor(both, { order: 1, mediaMs: 40 }), { from: 1, to: 1 });
  assert.equal(placeFor(both, { order: 2, mediaMs: 80 }), null);
  assert.equal(placeFor(both, { order: 3, mediaMs: 120 }), null);
});
