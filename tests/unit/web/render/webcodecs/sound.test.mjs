// Sound's line of samples and its resampler, without any output.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RecentPeak } from "../../../../../web/lib/render/webcodecs/peak.js";
import { Resampler } from "../../../../../web/lib/render/webcodecs/resample.js";
import { SoundLine } from "../../../../../web/lib/render/webcodecs/line.js";

const rate = 48000;
const samples = 1024;
const packet = (k) => ({ mediaMs: (k * samples * 1000) / rate, samples, sampleRate: rate });

const tone = (from, count) => Float32Array.from({ length: count }, (_, i) => Math.sin((from + i) * 0.05));

test("Packets follow one another without a gap", () => {
  const line = new SoundLine(rate);
  const first = line.place(packet(0), 5000.4, 4000, 1);
  assert.deepEqual(first, { start: 5001, skip: 1, step: 1, fresh: true });
  line.filled(first.start, samples - first.skip);
  const second = line.place(packet(1), 5000.4 + samples, 4500, 1);
  assert.equal(second.start, 5001 + samples - 1);
  assert.equal(second.fresh, false);
  assert.ok(Math.abs(second.step - 1) < 1e-4);
});

test("Drift is worked off little by little", () => {
  const line = new SoundLine(rate);
  let place = line.place(packet(0), 5000, 0, 1);
  line.filled(place.start, samples);
  // What is due moves: 20 ms later than the line, which began in step.
  for (let k = 1; k < 400; k++) {
    place = line.place(packet(k), 5000 + 960 + k * samples, 0, 1);
    assert.equal(place.fresh, false);
    assert.ok(Math.abs(place.step - 1) <= 0.031, `${place.step}`);
    line.filled(place.start, Math.round(samples / place.step));
  }
  assert.ok(Math.abs(place.start - (5000 + 960 + 399 * samples)) < 0.003 * rate);
});

test("The playhead's rate is followed", () => {
  const line = new SoundLine(rate);
  line.filled(line.place(packet(0), 5000, 0, 1.05).start, samples / 1.05);
  assert.ok(Math.abs(line.place(packet(1), 5000 + samples / 1.05, 0, 1.05).step - 1.05) < 0.001);
});

test("What is late is left out in front, what is far too late altogether", () => {
  const line = new SoundLine(rate);
  assert.deepEqual(line.place(packet(0), 1000, 1300, 1), { start: 1300, skip: 300, step: 1, fresh: true });
  assert.equal(new SoundLine(rate).place(packet(0), 1000, 2100, 1), null);
});

test("A gap in the media is a gap in the sound, and a jump begins anew", () => {
  const line = new SoundLine(rate);
  line.filled(line.place(packet(0), 5000, 0, 1).start, samples);
  const after = line.place(packet(3), 5000 + 3 * samples, 0, 1);
  assert.deepEqual(after, { start: 5000 + 3 * samples, skip: 0, step: 1, fresh: true });
  line.filled(after.start, samples);
  const jumped = line.place(packet(4), 5000 + 4 * samples + rate, 0, 1);
  assert.equal(jumped.start, 5000 + 4 * samples + rate);
  assert.equal(jumped.fresh, true);
});

test("An underrun begins anew, in step", () => {
  const line = new SoundLine(rate);
  line.filled(line.place(packet(0), 5000, 0, 1).start, samples);
  const place = line.place(packet(1), 5000 + samples, 5000 + samples + 200, 1);
  assert.deepEqual(place, { start: 5000 + samples + 200, skip: 200, step: 1, fresh: true });
});

test("At step 1 samples come out as they went in", () => {
  const resampler = new Resampler();
  const out = [];
  for (let k = 0; k < 4; k++) out.push(...resampler.push([tone(k * 500, 500)], 1)[0]);
  assert.ok(out.length >= 2000 - 4 && out.length <= 2000);
  const expected = tone(0, 2000);
  out.forEach((sample, i) => assert.ok(Math.abs(sample - expected[i]) < 1e-6, `${i}`));
});

test("A changing step leaves no seam", () => {
  const resampler = new Resampler();
  const out = [];
  const steps = [1, 1.01, 0.99, 1.03, 0.97, 1.1, 1, 44100 / 48000];
  let at = 0;
  const expected = [];
  for (const [k, step] of steps.entries()) {
    const [block] = resampler.push([tone(k * 400, 400)], step);
    for (let i = 0; i < block.length; i++, at += step) expected.push(Math.sin(at * 0.05));
    out.push(...block);
  }
  out.slice(2).forEach((sample, i) => assert.ok(Math.abs(sample - expected[i + 2]) < 1e-4, `${i}: ${sample}`));
});

test("The resampler takes blocks of any length, and both channels alike", () => {
  const resampler = new Resampler();
  let count = 0;
  for (let n = 0; n < 50; n++) {
    const [left, right] = resampler.push([tone(0, n), tone(0, n)], 1);
    assert.deepEqual(left, right);
    count += left.length;
  }
  assert.ok(Math.abs(count - (49 * 50) / 2) <= 4);
  resampler.restart();
  assert.deepEqual(resampler.push([], 1), []);
});

test("A peak is forgotten, and one that sticks out is not usual", () => {
  const peak = new RecentPeak(4000, 500);
  assert.equal(peak.highest(0), -Infinity);
  assert.equal(peak.usual(0), -Infinity);
  for (let ms = 0; ms < 4000; ms += 40) peak.add(ms, ms === 2000 ? 300 : 10 + (ms % 3));
  assert.equal(peak.highest(3999), 300);
  assert.equal(peak.usual(3999), 12);
  assert.equal(peak.highest(7000), 12);
  assert.equal(peak.highest(9000), -Infinity);
});
