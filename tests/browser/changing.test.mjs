// Channels and qualities are changed by both renderers, on each surface that they have: the first picture after a zap is
// the right channel's and fresh; through switches up and down each frame is on screen once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { needChromium, takeShot } from "./stage/chromium.mjs";
import { brokenRuns, median } from "./stage/judge.mjs";
import { assertSane, configuration, eventsOf, fps, StageSet, tellEvents, tellFaults } from "./stage/set.mjs";

needChromium();

const zapCount = 50;
const zapDwellMs = 150;
const freshMs = 200;
const switchCount = 30;
const switchDwellMs = 200;
/** Up and down by one rung and by two. */
const switchPattern = [1, 2, 0, 2, 1, 0];

const channels = [1, 2, 3].map((channel) => ({ name: `test-${channel}`, input: `test:${channel}`, channel }));

/** A video that is fed frames by a track generator, where there is one, shows what WebCodecs decode; else a canvas. */
const players = [
  { name: "mse", renderer: "mse", surface: "VIDEO" },
  { name: "webcodecs", renderer: "webcodecs", surface: "VIDEO" },
  { name: "webcodecs-canvas", renderer: "webcodecs", surface: "CANVAS", without: ["MediaStreamTrackGenerator"] },
];

/** @type {StageSet} */
let set;

/**
 * @param {import("node:test").TestContext} t @param {any} record @param {any} zap @param {number} channelBefore
 * @param {number} number
 */
function assertZap(t, record, zap, channelBefore, number) {
  const which = `zap ${number} to channel ${zap.channel}`;
  const pictures = record.pictures.slice(zap.from, zap.to);
  const firstAt = pictures.findIndex((picture) => picture.channel !== channelBefore);
  assert.ok(firstAt >= 0, `${which}: no picture of it in 5 s\n${tellEvents(record)}`);
  const first = pictures[firstAt];
  assert.equal(first.channel, zap.channel, `${which}: the first picture is channel ${first.channel}'s`);
  const strange = pictures.slice(firstAt).filter((picture) => picture.channel !== zap.channel);
  assert.equal(strange.length, 0, `${which}: later there is a picture of channel ${strange[0]?.channel}`);
  const oldMs = zap.atUtcMs - first.captureUtcMs;
  if (oldMs > freshMs) {
    const stale = {
      what: "stood still",
      fromMs: zap.atMs,
      toMs: first.shownMs,
      lostMs: oldMs - freshMs,
      text: `${which}: its first picture was captured ${Math.round(oldMs)} ms before`,
    };
    assert.equal(set.inexcusable(t, [stale], record).length, 0, stale.text);
  }
  return first.shownMs - zap.atMs;
}

describe("changes", () => {
  before(async () => {
    set = await StageSet.build({ yaml: configuration(channels) });
  });
  after(() => set?.strike());

  for (const { name, renderer, surface, without } of players) {
    test(`${name}: ${zapCount} zaps`, async (t) => {
      const opened = await set.play({ options: { renderer, level: 1 }, channel: channels[0].name, without });
      assert.equal(await opened.page.evaluate(() => window.stage.player.surface.tagName), surface);
      const urls = channels.map(({ name, channel }) => ({ url: set.packager.manifestUrl(name), channel }));
      const zaps = await opened.page.evaluate(
        ([to, count, dwellMs]) => window.stage.zaps(to, count, dwellMs),
        [urls, zapCount, zapDwellMs],
      );
      await takeShot(opened.page, `zaps-${name}`);
      const record = await opened.page.evaluate(() => window.stage.record());
      assertSane(record, opened);
      assert.equal(record.stats.renderer, renderer, tellEvents(record));
      assert.equal(zaps.length, zapCount);
      const tookMs = zaps.map((zap, i) =>
        assertZap(t, record, zap, i === 0 ? channels[0].channel : zaps[i - 1].channel, i + 1),
      );
      t.diagnostic(`first picture: median ${median(tookMs).toFixed(0)} ms, at most ${Math.max(...tookMs).toFixed(0)} ms`);
      const zapped = eventsOf(record, "zapped").filter(({ payload }) => !payload.first);
      assert.equal(zapped.length, zapCount, `the player told of ${zapped.length} zaps`);
      const untrue = [];
      for (const [i, { payload }] of zapped.entries()) {
        const first = record.pictures.slice(zaps[i].from).find(({ channel }) => channel === zaps[i].channel);
        assert.equal(payload.url, urls[(i + 1) % urls.length].url);
        const offMs = Math.abs(payload.captureUtcMs - first.captureUtcMs);
        if (offMs < 1500 / fps) continue;
        const [fromMs, toMs] = [zaps[i].atMs, first.shownMs];
        const text = `zap ${i + 1}: the player told of a picture captured ${Math.round(offMs)} ms off the first one`;
        untrue.push({ what: "jump", fromMs, toMs, lostMs: offMs, text });
      }
      const told = set.inexcusable(t, untrue, record);
      assert.equal(told.length, 0, tellFaults(told, record));
      const repeats = channels.flatMap(({ channel }) => {
        const own = record.pictures.filter((picture) => picture.channel === channel);
        return brokenRuns(own, fps).filter(({ what }) => what === "repeat");
      });
      const repeated = set.inexcusable(t, repeats, record);
      assert.equal(repeated.length, 0, tellFaults(repeated, record));
      await opened.page.context().close();
    });

    test(`${name}: ${switchCount} switches`, async (t) => {
      const opened = await set.play({ options: { renderer, level: 0 }, channel: channels[0].name, without });
      const switches = await opened.page.evaluate(
        async ([pattern, count, dwellMs]) => {
          await new Promise((done) => setTimeout(done, 1500));
          return window.stage.switches(pattern, count, dwellMs);
        },
        [switchPattern, switchCount, switchDwellMs],
      );
      await takeShot(opened.page, `switches-${name}`);
      const record = await opened.page.evaluate(() => window.stage.record());
      assertSane(record, opened);
      assert.equal(record.stats.renderer, renderer, tellEvents(record));
      const failed = switches.filter(({ done }) => !done);
      assert.deepEqual(failed, [], `switches that were not on screen in 5 s\n${tellEvents(record)}`);
      assert.equal(switches.length, switchCount);
      const tookMs = switches.map((each) => each.tookMs);
      t.diagnostic(`on screen: median ${median(tookMs).toFixed(0)} ms, at most ${Math.max(...tookMs).toFixed(0)} ms`);
      const pictures = record.pictures.filter((picture) => picture.shownMs > switches[0].atMs - 500);
      const broken = set.inexcusable(t, brokenRuns(pictures, fps), record);
      assert.equal(broken.length, 0, `not each frame once: ${tellFaults(broken, record)}`);
      await opened.page.context().close();
    });
  }
});
