// The rule, told stretches of frames and estimates, as tests/unit/player-sim/abr/test_burst.c tells the C one; and the
// C one's decisions along the profiles of tests/golden/abr. Packets are taken to weigh 18 kB at 400 kbit/s, 33.6 kB at
// 800 and 93.7 kB at 2500.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Estimator } from "../../../../web/lib/abr/estimator.js";
import { BurstRule } from "../../../../web/lib/abr/rule.js";

const LADDER = [400000, 800000, 2500000];
const STRETCH_MS = 500;

/** A viewer with a rule, the level he plays and an estimate that the test sets. */
class Viewer {
  rule = new BurstRule(LADDER);
  nowMs = 0;
  level = 0;
  bps = 0;

  /** @param {number} bps */
  join(bps) {
    this.bps = bps;
    this.level = this.rule.first(this.nowMs, bps);
    return this.level;
  }

  /**
   * Half a second of frames; slow: they took that long and were a fifth less media, and queued.
   * @param {boolean} slow
   */
  stretch(slow) {
    this.nowMs += STRETCH_MS;
    this.rule.note(this.nowMs, {
      index: this.level,
      bytes: LADDER[this.level] / 16,
      mediaMs: slow ? (STRETCH_MS * 4) / 5 : STRETCH_MS,
      transferMs: STRETCH_MS,
      appLimited: !slow,
      roundTripMs: NaN,
    });
    this.level = this.rule.choose(this.nowMs, this.bps);
    return this.level;
  }

  calmUntilAStepUp() {
    const [fromMs, level] = [this.nowMs, this.level];
    for (let i = 0; i < 200; i++) {
      if (this.stretch(false) > level) {
        return this.nowMs - fromMs;
      }
    }
    return Infinity;
  }
}

test("joins where the packet hardly comes later than the lowest one's", () => {
  // 93.7 kB less 18 kB are 30 ms at 20.2 Mbit/s; 33.6 kB less 18 kB at 4.2 Mbit/s
  const joins = [[0, 0], [4e6, 0], [4.4e6, 1], [20e6, 1], [21e6, 2]];
  for (const [bps, level] of joins) {
    assert.equal(new Viewer().join(bps), level, `${bps}`);
  }
});

test("the first step up needs no calm", () => {
  const v = new Viewer();
  assert.equal(v.join(10e6), 1);
  assert.equal(v.stretch(false), 2);
});

test("two slow stretches on end step down, one is a keyframe that takes its time", () => {
  const v = new Viewer();
  assert.equal(v.join(30e6), 2);
  assert.equal(v.stretch(true), 2);
  assert.equal(v.stretch(false), 2);
  assert.equal(v.stretch(true), 2);
  v.bps = 2e6;
  assert.equal(v.stretch(true), 1); // 2.5 Mbit/s came in, four fifths of it carry 800 kbit/s
});

test("a probe that fails is repeated later", () => {
  // The estimate carries level 1 and no more. A packet of 93.7 kB at 3 Mbit/s takes 250 ms: twenty times that is
  // waited.
  const v = new Viewer();
  v.join(3e6);
  assert.equal(v.stretch(false), 1);
  let last = v.calmUntilAStepUp();
  assert.ok(last >= 5000 && last <= 6000, `${last}`);
  for (let tries = 0; tries < 5; tries++) {
    assert.equal(v.stretch(true), 2);
    assert.equal(v.stretch(true), 1);
    const next = v.calmUntilAStepUp();
    assert.ok(next >= last);
    last = next;
  }
  assert.ok(last >= 31000 && last <= 34000, `${last}`);
});

test("a seek keeps what was learnt", () => {
  const v = new Viewer();
  v.join(3e6);
  v.stretch(false);
  for (let tries = 0; tries < 4; tries++) {
    v.calmUntilAStepUp();
    v.stretch(true);
    v.stretch(true);
  }
  v.rule.seek();
  assert.equal(v.join(3e6), 0);
  v.stretch(false);
  assert.ok(v.calmUntilAStepUp() >= 8000);
});

test("a change that somebody else could not make is tried again later", () => {
  const v = new Viewer();
  v.join(10e6);
  assert.equal(v.stretch(false), 2);
  v.rule.fail(v.nowMs, 1);
  v.level = 1;
  assert.equal(v.calmUntilAStepUp(), 2000);
  v.rule.fail(v.nowMs, 1);
  v.level = 1;
  assert.equal(v.calmUntilAStepUp(), 4000);
});

test("a ladder of one level leaves no choice", () => {
  const rule = new BurstRule([400000]);
  assert.equal(rule.first(0, 1e9), 0);
  for (let nowMs = 500; nowMs < 20000; nowMs += 500) {
    const download = { index: 0, bytes: 10, mediaMs: 100, transferMs: 500, appLimited: false, roundTripMs: NaN };
    rule.note(nowMs, download);
    assert.equal(rule.choose(nowMs, 1e9), 0);
  }
});

test("decides as the C rule did along the golden profiles", () => {
  const kbps = [150, 250, 400, 600, 900, 1300];
  const golden = readFileSync(new URL("../../../golden/abr/burst.csv", import.meta.url), "utf8");
  const lines = golden.trim().split("\n").slice(1);
  let rule = new BurstRule(kbps.map((k) => k * 1000));
  let estimator = new Estimator();
  let checked = 0;
  for (const line of lines) {
    const [profile, ...figures] = line.split(",");
    const [segment, level, startMs, endMs] = figures.map(Number);
    if (segment === 0) {
      rule = new BurstRule(kbps.map((k) => k * 1000));
      estimator = new Estimator();
      assert.equal(rule.first(startMs, estimator.throughputBps), level, line);
    }
    assert.equal(rule.choose(startMs, estimator.throughputBps), level, `${profile}: ${line}`);
    const bytes = Math.floor((kbps[level] * 2000 * (750 + ((segment * 7919) % 501))) / 8000);
    const transferMs = endMs - startMs - 20;
    const download = { index: level, bytes, mediaMs: 2000, transferMs, appLimited: false, roundTripMs: 20 };
    rule.note(endMs, download);
    estimator.add(download);
    checked++;
  }
  assert.equal(checked, 375);
});
