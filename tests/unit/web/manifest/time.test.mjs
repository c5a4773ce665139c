import assert from "node:assert/strict";
import { test } from "node:test";

import { parseManifest } from "../../../../web/lib/manifest/parse.js";
import * as time from "../../../../web/lib/manifest/time.js";
import { changed, sample, url } from "./sample.mjs";

/** H5: the draft's worked example, start 34 at 1.36 s, 25 frames a second. @param {object} [more] */
function example(more) {
  return {
    frameRate: { value: 25, scale: 1 },
    start: { value: 136, scale: 100 },
    mediaTimeOffset: { value: 0, scale: 1 },
    startSequence: 34,
    startSegment: 0,
    /** @type {{value: number, scale: number} | null} */
    segmentDuration: null,
    segments: [],
    end: null,
    ...more,
  };
}

test("H5: the worked example", () => {
  const t = example();
  assert.equal(time.sequenceOf(t, 412, 100), 103);
  assert.equal(time.sequenceOf(t, 415, 100), null); // frame 103 lasts to 4.16
  assert.equal(time.sequenceAt(t, { value: 415, scale: 100 }), 103);
  assert.equal(time.sequenceOf(t, 416, 100), 104);
  assert.equal(time.sequenceOf(t, 136, 100), 34);
  assert.equal(time.sequenceOf(t, 132, 100), null);
  assert.equal(time.sequenceAt(t, { value: 135, scale: 100 }), null);
  assert.equal(time.sequenceOf(t, 412, 0), null);
  assert.equal(time.sequenceOf(t, NaN, 100), null);
  assert.deepEqual(time.timeOf(t, 103), { value: 103, scale: 25 });
  assert.equal(time.secondsOf(t, 34), 1.36);
  assert.equal(time.secondsOf(t, 103), 4.12);
});

test("H5, H14: every frame of a day, with an offset, to the tick", () => {
  for (const [value, scale] of [[30000, 1001], [24000, 1001], [48000, 1024], [60, 1]]) {
    const frameRate = { value, scale };
    const t = example({ frameRate, start: { value: 10800, scale: 1 }, mediaTimeOffset: { value: -10799, scale: 1 } });
    for (let k = 0; k < 2600000; k += k < 1000 ? 1 : 3989) {
      const ticks = value + k * scale;
      assert.equal(time.sequenceOf(t, ticks, value), 34 + k);
      assert.equal(time.mediaTicksOf(t, 34 + k, value), ticks);
      assert.equal(time.sequenceAt(t, time.timeOf(t, 34 + k)), 34 + k);
      if (scale > 1) {
        assert.equal(time.sequenceOf(t, ticks + 1, value), null);
        assert.equal(time.sequenceOf(t, ticks - 1, value), null);
      }
    }
  }
});

test("products beyond 2^53 stay exact", () => {
  const t = example({ frameRate: { value: 30000, scale: 1001 }, start: { value: 2 ** 50, scale: 90000 } });
  const zero = BigInt(2 ** 50);
  for (let k = 0n; k < 300n; k++) {
    const ticks = (zero * 1n + k * 3003n); // 90,000 * 1001 / 30,000
    assert.equal(time.sequenceOf(t, Number(ticks), 90000), 34 + Number(k));
    assert.equal(time.sequenceOf(t, Number(ticks) + 1, 90000), null);
  }
});

test("figures of any size give a number or null", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const t = example({ frameRate: { value: most, scale: 1 }, start: { value: most, scale: 1 }, startSequence: most,
    mediaTimeOffset: { value: -most, scale: most }, segmentDuration: { value: most, scale: 1 } });
  assert.equal(time.sequenceOf(t, most, 1), null);
  assert.equal(time.segmentEnd(t, most), null);
  assert.equal(time.segmentEnd(t, 0), null);
  assert.equal(time.segmentEnd(t, -1), null);
  assert.ok(time.secondsOf(t, most) >= most);
  assert.ok(Number.isFinite(time.timeOf(t, 0).value));
  const slow = example({ frameRate: { value: 1, scale: most } });
  assert.equal(time.beside(t, slow, most), most);
  assert.equal(time.beside(slow, t, most), 34);
});

test("the frame of another track beside one", () => {
  const picture = example();
  const sound = example({ frameRate: { value: 48000, scale: 1024 }, startSequence: 1000 });
  assert.equal(time.beside(sound, picture, 34), 1000);
  assert.equal(time.beside(sound, picture, 35), 1001); // 40 ms: 1.875 frames
  assert.equal(time.beside(sound, picture, 134), 1187);
  assert.equal(time.beside(sound, picture, 50), 1030);
  assert.equal(time.beside(picture, sound, 1030), 50);
  assert.equal(time.beside(picture, sound, 1029), 49);
  assert.equal(time.beside(sound, picture, 0), 1000);
});

test("H27: 6 s are 179.82 frames at 30000/1001, and 281.25 of sound; errors do not add up", () => {
  const segmentDuration = { value: 6, scale: 1 };
  const t = example({ frameRate: { value: 30000, scale: 1001 }, segmentDuration, startSequence: 0, startSegment: 3 });
  assert.equal(time.segmentEnd(t, 2), null);
  assert.equal(time.segmentEnd(t, 3), 179); // 180 is the first at 6 s or later
  assert.equal(time.segmentEnd(t, 4), 359);
  assert.equal(time.segmentEnd(t, 8), 1078); // 1078.92
  const sound = { ...t, frameRate: { value: 375, scale: 8 } };
  assert.equal(time.segmentEnd(sound, 3), 281);
  assert.equal(time.segmentEnd(sound, 6), 1124);
  assert.equal(time.segmentEnd({ ...t, segmentDuration: null }, 3), null);
});

test("H12: without segmentDuration the list says", () => {
  const sound = parseManifest(sample, url).active.audio;
  assert.ok(sound);
  // 300 ends at 12,600 s, 1,800 s after the start: 84,375 frames, from 16 on
  assert.equal(time.segmentEnd(sound, 300), 16 + 84375 - 1);
  assert.equal(time.segmentEnd(sound, 301), null);
  // 299 is not listed, but 300 starts at 12,594 s: 84,093.75 frames before it
  assert.equal(time.segmentEnd(sound, 299), 16 + 84094 - 1);
});

test("H9: the end of the Presentation, in frames", () => {
  const open = parseManifest(sample, url).active;
  assert.equal(time.lastSequence(open.video[0], open), null);
  const bounds = '{"startTime":972000000,"scale":90000}';
  const { active } = parseManifest(changed(bounds, '{"startTime":972000000,"endTime":972180000,"scale":90000}'), url);
  // 2 s are 30 frames of 15, 59.94 of 29.97, 93.75 of sound
  assert.equal(time.lastSequence(active.video[0], active), 29);
  assert.equal(time.lastSequence(active.video[1], active), 59);
  assert.ok(active.audio);
  assert.equal(time.lastSequence(active.audio, active), 16 + 93);
  assert.equal(time.segmentEnd(active.video[0], 7), 29);
});

test("times are compared exactly", () => {
  assert.equal(time.compareTimes({ value: 1, scale: 3 }, { value: 2, scale: 6 }), 0);
  assert.equal(time.compareTimes({ value: 2 ** 53 - 1, scale: 3 }, { value: 2 ** 53 - 2, scale: 3 }), 1);
  assert.equal(time.compareTimes({ value: -1, scale: 1 }, { value: 0, scale: 7 }), -1);
});
