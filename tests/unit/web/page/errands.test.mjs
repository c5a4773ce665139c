import assert from "node:assert/strict";
import { test } from "node:test";

import { Schedule } from "../../../../web/page/errands.js";
import { Metrics } from "../../../../web/page/metrics_text.js";
import { History, feedsOf, pointOf, rate, readingOf, rungsOf } from "../../../../web/page/server_figures.js";

/** @param {string} name @param {number} everyMs @param {() => boolean} [wanted] */
const errand = (name, everyMs, wanted = () => true) => ({ name, everyMs: () => everyMs, wanted, run: async () => {} });

test("the errand that is due for longest is run first", () => {
  const schedule = new Schedule();
  const often = errand("often", 100);
  const seldom = errand("seldom", 1000);
  schedule.add(often);
  schedule.add(seldom);
  schedule.ended(often, 0);
  schedule.ended(seldom, 0);
  assert.deepEqual(schedule.next(50), { errand: null, waitMs: 50 });
  assert.equal(schedule.next(150).errand, often);
  schedule.ended(often, 950);
  assert.equal(schedule.next(1060).errand, seldom);
});

test("none is starved by one that is always due", () => {
  const schedule = new Schedule();
  const always = errand("always", 0);
  const other = errand("other", 100);
  schedule.add(always);
  schedule.add(other);
  const ran = [];
  for (let nowMs = 0; nowMs < 1000; nowMs += 10) {
    const next = schedule.next(nowMs).errand;
    if (!next) continue;
    ran.push(next.name);
    schedule.ended(next, nowMs + 10);
  }
  assert.ok(ran.filter((name) => name === "other").length >= 5);
});

test("what is not wanted is not run", () => {
  let open = false;
  const schedule = new Schedule();
  schedule.add(errand("server", 0, () => open));
  assert.deepEqual(schedule.next(0), { errand: null, waitMs: 250 });
  open = true;
  assert.equal(schedule.next(0).errand?.name, "server");
});

/** @param {number} upS @param {number} bytes @param {number} frames @param {number} sum */
const metrics = (upS, bytes, frames, sum) => new Metrics(`openhesp_uptime_seconds ${upS}
openhesp_origin_sent_bytes_total ${bytes}
openhesp_origin_live_responses 4
openhesp_process_cpu_seconds_total ${upS / 2}
openhesp_feed_up{channel="one"} 1
openhesp_track_bandwidth_bits_per_second{channel="one",track="v"} 800000
openhesp_track_bandwidth_bits_per_second{channel="one",track="audio"} 200000
openhesp_rung_up{channel="one",track="v"} 1
openhesp_frames_total{channel="one",track="v"} ${frames}
openhesp_stage_cpu_seconds_total{channel="one",track="",stage="ingest"} ${upS * 0.1}
openhesp_stage_cpu_seconds_total{channel="one",track="v",stage="encode"} ${upS * 0.2}
openhesp_stage_cpu_seconds_total{channel="one",track="v",stage="init"} ${upS * 0.05}
openhesp_capture_to_available_seconds_sum{channel="one",track="v"} ${sum}
openhesp_capture_to_available_seconds_count{channel="one",track="v"} ${frames}
`);

test("rates are those between two readings, by the packager's clock", () => {
  const before = readingOf(metrics(10, 1000, 250, 2));
  const after = readingOf(metrics(12, 3000, 300, 2.5));
  const point = pointOf(before, after);
  assert.equal(point.sentBps, 8000);
  assert.equal(point.viewers, 4);
  assert.ok(Math.abs(point.cpuShare - 0.5) < 1e-9);
  assert.ok(Number.isNaN(point.requestsPerS));
  const [video, sound] = rungsOf(before, after);
  assert.equal(video.framesPerS, 25);
  assert.ok(Math.abs(video.load - 0.25) < 1e-9 && Math.abs(video.encodeLoad - 0.2) < 1e-9);
  assert.ok(Math.abs(video.availableMs - 10) < 1e-9);
  assert.deepEqual([video.isSound, video.up, sound.isSound], [false, true, true]);
  assert.ok(Math.abs(feedsOf(before, after)[0].load - 0.35) < 1e-9);
});

test("a counter that fell says nothing", () => {
  const name = "openhesp_origin_sent_bytes_total";
  const at = (/** @type {number} */ upS, /** @type {number} */ bytes) => readingOf(metrics(upS, bytes, 1, 1));
  assert.equal(rate(at(10, 0), at(12, 10), name), 5);
  assert.ok(Number.isNaN(rate(at(10, 3000), at(12, 0), name)));
  assert.ok(Number.isNaN(rate(at(10, 0), at(10, 9), name)));
});

test("a packager that was started anew begins a new history, which is bounded", () => {
  const history = new History();
  for (let upS = 1; upS <= 300; upS++) history.add(metrics(upS, upS, upS, upS));
  assert.equal(history.points.length, 121);
  assert.equal(history.latest.upS - history.before.upS, 4);
  history.add(metrics(1, 0, 0, 0));
  assert.equal(history.points.length, 0);
  assert.equal(history.before, history.latest);
});
