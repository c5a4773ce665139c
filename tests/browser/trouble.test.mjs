// Trouble at the other end: an origin that dies and comes again, a feed that does, a channel whose Presentation is
// followed by one of another frame rate and ladder. Both renderers get through it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { needChromium, takeShot } from "./stage/chromium.mjs";
import { Feed, freeUdpPort } from "./stage/feed.mjs";
import { brokenRuns, stills, withoutFew } from "./stage/judge.mjs";
import { Packager } from "./stage/packager.mjs";
import { assertSane, configuration, eventsOf, fps, stallsOf, StageSet, tellEvents, tellFaults } from "./stage/set.mjs";

needChromium();

const renderers = ["mse", "webcodecs"];
const ladder = "256x144@200k";
const laterFps = 30;
const laterLadder = "192x108@120k";
/** A picture may stand so long without anybody calling it a break. */
const stillMs = 250;

/** @type {StageSet} */
let set;
/** The origin that dies. @type {Packager} */
let mortal;
/** @type {Feed} */
let feed;
/** @type {string} */
let yaml;

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {() => Promise<boolean>} isSo @param {number} timeoutMs */
async function within(timeoutMs, isSo) {
  for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; await sleep(100)) {
    if (await isSo()) return true;
  }
  return false;
}

describe("trouble", () => {
  before(async () => {
    const port = await freeUdpPort();
    feed = new Feed(port);
    const channels = [
      { name: "source", input: "test:9" },
      { name: "fed", input: `udp://127.0.0.1:${port}` },
      { name: "retuned", input: "test:3" },
    ];
    yaml = configuration(channels, { ladder });
    [set, mortal] = await Promise.all([
      StageSet.build({ yaml }),
      Packager.start(configuration([{ name: "mortal", input: "test:5" }], { ladder })),
    ]);
    await feed.record(set.packager.manifestUrl("source"));
  });
  after(async () => {
    await feed?.finish();
    await mortal?.discard();
    await set?.strike();
  });

  test("the origin is killed, comes again, and ends", async (t) => {
    const url = mortal.manifestUrl("mortal");
    const all = await Promise.all(renderers.map((renderer) => set.play({ options: { renderer }, url })));
    await sleep(2000);
    await mortal.kill();
    await sleep(3000);
    await mortal.restart();
    const againUtcMs = Date.now();
    await sleep(9000);
    const records = await Promise.all(all.map(({ page }) => page.evaluate(() => window.stage.record())));
    await Promise.all(all.map(({ page }, i) => takeShot(page, `restarted-${renderers[i]}`)));
    await mortal.stop();
    for (const [i, record] of records.entries()) {
      const renderer = renderers[i];
      assertSane(record, all[i]);
      const fresh = record.pictures.filter(({ captureUtcMs }) => captureUtcMs > againUtcMs);
      assert.ok(fresh.length > 0, `${renderer}: no picture of the new origin in 9 s\n${tellEvents(record)}`);
      const tookMs = fresh[0].shownMs + record.utcOffsetMs - againUtcMs;
      t.diagnostic(`${renderer}: a picture ${Math.round(tookMs)} ms after the origin was there again`);
      const settled = fresh.filter(({ shownMs }) => shownMs > fresh[0].shownMs + 1000);
      assert.ok(settled.length > fps, `${renderer}: ${settled.length} pictures of the new origin`);
      const faults = set.inexcusable(t, [...brokenRuns(settled, fps), ...stills(settled, stillMs)], record);
      const broken = withoutFew(faults, settled.length / 50, fps);
      assert.equal(broken.length, 0, `${renderer}: ${tellFaults(broken, record)}`);
      assert.ok(eventsOf(record, "lost").length > 0, `${renderer}: the loss was not told\n${tellEvents(record)}`);
      assert.ok(eventsOf(record, "found").length > 0, `${renderer}: the return was not told\n${tellEvents(record)}`);

      const ended = await all[i].page.evaluate(() => window.stage.happens("ended", 15000));
      const last = await all[i].page.evaluate(() => window.stage.record());
      assert.ok(ended, `${renderer}: the end was not told\n${tellEvents(last)}`);
    }
    await Promise.all(all.map(({ page }) => page.close()));
  });

  for (const renderer of renderers) {
    test(`${renderer}: the feed is killed, and comes again`, async (t) => {
      feed.start();
      const isUp = async () => (await set.packager.health()).channels.fed.feed === "up";
      assert.ok(await within(15000, isUp), set.packager.log);
      const opened = await set.play({ options: { renderer }, channel: "fed" });
      const { page } = opened;
      await sleep(2000);
      await feed.kill();
      assert.ok(await within(15000, async () => !(await isUp())), set.packager.log);
      await sleep(1000);
      const goneUtcMs = Date.now();
      const lost = await page.evaluate(() => window.stage.record());
      feed.start();
      assert.ok(await within(15000, isUp), set.packager.log);
      await sleep(2500);
      const record = await page.evaluate(() => window.stage.record());
      await takeShot(page, `feed-${renderer}`);
      assertSane(record, opened);
      // The channel goes on: the last picture, again and again, in frames of their own.
      const told = record.told.map(({ payload }) => payload);
      const meanwhile = told.filter(({ shownMs }) => shownMs > lost.nowMs - 1000 && shownMs <= lost.nowMs);
      assert.ok(meanwhile.length > fps / 2, `${meanwhile.length} frames in a second without a feed`);
      for (const [k, { sequence }] of told.slice(1).entries()) {
        assert.ok(sequence > told[k].sequence, `after frame ${told[k].sequence} ${sequence} was told`);
      }
      // And the picture moves again.
      const since = record.pictures.filter(({ shownMs }) => shownMs + record.utcOffsetMs > goneUtcMs);
      const moved = new Set(since.map(({ frame }) => frame)).size;
      assert.ok(moved > fps, `${moved} different pictures since the feed is back`);
      assert.deepEqual(eventsOf(record, "lost"), [], `the network was there\n${tellEvents(record)}`);
      const inexcusable = set.inexcusable(t, stallsOf(record), record);
      assert.equal(inexcusable.length, 0, tellFaults(inexcusable, record));
      await page.close();
      await feed.kill();
    });
  }

  test("another Presentation follows without a break", async (t) => {
    const all = await Promise.all(renderers.map((renderer) => set.play({ options: { renderer }, channel: "retuned" })));
    await sleep(1500);
    const fields = `{fps: ${laterFps}, ladder: ${laterLadder}, name: retuned`;
    set.packager.reload(yaml.replace("{name: retuned", fields));
    await sleep(11000);
    await Promise.all(all.map(({ page }, i) => takeShot(page, `followed-${renderers[i]}`)));
    for (const [i, { page }] of all.entries()) {
      const renderer = renderers[i];
      const record = await page.evaluate(() => window.stage.record());
      assertSane(record, all[i]);
      const runningMs = eventsOf(record, "running")[0].atMs;
      const pictures = record.pictures.filter(({ shownMs }) => shownMs > runningMs + 500);
      const seam = pictures.findIndex(({ width }) => width === 192);
      assert.ok(seam > 0, `${renderer}: the new Presentation is not shown\n${tellEvents(record)}`);
      const [old, fresh] = [pictures.slice(0, seam), pictures.slice(seam)];
      assert.ok(fresh.length > laterFps, `${renderer}: ${fresh.length} pictures of the new Presentation`);
      // Time goes on across the seam as within, but for what was presented unseen.
      const unseen = Math.max(0, fresh[0].presented - old.at(-1).presented - 1);
      const stepMs = fresh[0].captureUtcMs - old.at(-1).captureUtcMs;
      const broken = [...brokenRuns(old, fps), ...brokenRuns(fresh, laterFps), ...stills(pictures, stillMs)];
      const apart = [];
      if (stepMs < 1 || stepMs > ((1 + unseen) * 1500) / fps) {
        const [fromMs, toMs] = [old.at(-1).shownMs, fresh[0].shownMs];
        const text = `from one Presentation to the next it is ${Math.round(stepMs)} ms, to frame ${fresh[0].frame}`;
        apart.push({ what: "jump", fromMs, toMs, lostMs: Math.abs(stepMs), text });
      }
      const dropped = withoutFew(set.inexcusable(t, broken, record), pictures.length / 50, laterFps);
      const inexcusable = [...dropped, ...set.inexcusable(t, apart, record)];
      assert.equal(inexcusable.length, 0, `${renderer}: ${tellFaults(inexcusable, record)}`);
      assert.ok(eventsOf(record, "presentation").length > 0, `${renderer}: not told of\n${tellEvents(record)}`);
    }
  });
});
