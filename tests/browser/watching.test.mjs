// Watched for a minute by both renderers, and by both in a tab that is hidden meanwhile, all at the same time: no stall,
// no run of frames dropped, sound with the picture; and after a minute out of sight, live again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BareTab } from "./stage/bare_tab.mjs";
import { needChromium, takeShot } from "./stage/chromium.mjs";
import { beepsAfterPictures, brokenRuns, median, stills, withoutFew } from "./stage/judge.mjs";
import { assertSane, configuration, fps, stallsOf, StageSet, tellEvents, tellFaults } from "./stage/set.mjs";

needChromium();

const watchedMs = 60000;
/** By then all play, and who is to be out of sight is: what hides and shows a tab holds up the others too. */
const settleMs = 5000;
const hideAfterMs = 3000;
const showAfterMs = settleMs + watchedMs + 500;
/** A picture may stand so long without anybody calling it a stall. */
const stillMs = 250;
const soundMs = 45;
/** A buffer of a few frames runs dry where the machine is held up for as long: so often in a minute, for less than that. */
const shortStallsMax = 1;
/** Who was out of sight for a minute has missed nothing by then. */
const liveMs = 1500;

/** @type {StageSet} */
let set;
/** When the last one of them had started. */
let allPlayUtcMs = 0;

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** What was seen once it had settled after all had joined: a start is the heaviest moment. @param {any} record */
function settled(record) {
  return record.pictures.filter((picture) => picture.shownMs + record.utcOffsetMs > allPlayUtcMs + settleMs);
}

/** @param {import("node:test").TestContext} t @param {any} record */
function assertFlows(t, record) {
  const pictures = settled(record);
  const seconds = (pictures.at(-1).shownMs - pictures[0].shownMs) / 1000;
  assert.ok(seconds > watchedMs / 1000 - 3, `pictures for ${seconds} s only`);
  const broken = withoutFew(set.inexcusable(t, brokenRuns(pictures, fps), record), pictures.length / 100, fps);
  assert.equal(broken.length, 0, `dropped frames, repeats: ${tellFaults(broken, record)}`);
  const stood = set.inexcusable(t, stills(pictures, stillMs), record);
  assert.equal(stood.length, 0, tellFaults(stood, record));
  const told = set.inexcusable(t, stallsOf(record).filter(({ fromMs }) => fromMs > pictures[0].shownMs), record);
  const long = told.filter(({ lostMs }) => lostMs > stillMs);
  const tooMany = told.length - long.length > shortStallsMax;
  assert.ok(long.length === 0 && !tooMany, tellFaults(told, record));
}

/** @param {import("node:test").TestContext} t @param {any} record */
function assertHeard(t, record) {
  const pictures = settled(record);
  const from = pictures[0].shownMs + 1000;
  const to = pictures.at(-1).shownMs - 1000;
  const beeps = record.beeps.filter(({ heardMs }) => heardMs > from && heardMs < to);
  const seconds = (to - from) / 1000;
  const busy = set.machine.busySeconds(from + record.utcOffsetMs, to + record.utcOffsetMs);
  if (busy) t.diagnostic(`${busy} s in which the machine was busy, where a beep may be missing or off`);
  const missing = Math.floor(seconds) - beeps.length;
  assert.ok(missing <= 1 + busy, `${beeps.length} beeps in ${Math.round(seconds)} s, ${busy} of them busy`);
  const lates = beepsAfterPictures(pictures, beeps, fps).map(({ lateMs }) => lateMs);
  const middle = median(lates);
  t.diagnostic(`sound after picture: median ${middle.toFixed(1)} ms of ${lates.length} beeps`);
  assert.ok(lates.length > beeps.length / 2, "beeps have no pictures");
  assert.ok(Math.abs(middle) <= soundMs, `sound is ${middle.toFixed(1)} ms after the picture`);
  const off = lates.filter((lateMs) => Math.abs(lateMs) > soundMs);
  assert.ok(off.length <= lates.length / 20 + busy, `sound is off: ${off.map(Math.round)}`);
}

/** What the player says of a picture is what is in it. @param {any} record */
function assertTellsTheTruth(record) {
  const captured = new Map(record.pictures.map((p) => [p.frame, p.captureUtcMs]));
  let compared = 0;
  for (const { payload } of record.told) {
    const captureUtcMs = captured.get(payload.sequence);
    if (captureUtcMs === undefined) continue;
    compared++;
    assert.ok(
      Math.abs(payload.captureUtcMs - captureUtcMs) < 2,
      `frame ${payload.sequence} was captured at ${captureUtcMs}, the player says ${payload.captureUtcMs}`,
    );
  }
  assert.ok(compared > record.pictures.length / 2, `${compared} of ${record.pictures.length} pictures were told of`);
}

describe("a minute", { concurrency: true }, () => {
  before(async () => {
    const channels = [
      { name: "one", input: "test:1" },
      { name: "two", input: "test:2" },
    ];
    set = await StageSet.build({ yaml: configuration(channels, { ladder: "256x144@200k" }) });
  });
  after(() => set?.strike());

  for (const renderer of ["mse", "webcodecs"]) {
    test(`${renderer}: flows, and sounds with the picture`, async (t) => {
      const opened = await set.play({ options: { renderer }, channel: "one", sound: true });
      await set.oneByOne(async () => (allPlayUtcMs = Date.now()));
      await sleep(settleMs + watchedMs);
      await takeShot(opened.page, `watching-${renderer}`);
      const record = await opened.page.evaluate(() => window.stage.record());
      assertSane(record, opened);
      assert.equal(record.stats.renderer, renderer, tellEvents(record));
      assertFlows(t, record);
      assertHeard(t, record);
      assertTellsTheTruth(record);
    });

    test(`${renderer}: live again after a minute out of sight`, async (t) => {
      const begin = { options: { renderer }, url: set.packager.manifestUrl("two") };
      const tab = await set.oneByOne(async () => {
        const opened = await BareTab.open(set.browser, set.screenUrl);
        await opened.evaluate(`stage.begin(${JSON.stringify(begin)})`);
        assert.ok(await opened.evaluate("stage.running(15000)"), "nothing plays");
        return opened;
      });
      await sleep(hideAfterMs);
      await tab.hide();
      await sleep(500);
      assert.ok(await tab.evaluate("document.hidden"), "the tab is not hidden");
      await sleep(showAfterMs - hideAfterMs - 500);
      const shownUtcMs = Date.now();
      await tab.show();
      await sleep(5000);
      const record = await tab.evaluate("stage.record()");
      await tab.shot(`hidden-${renderer}`);
      await tab.close();

      assertSane(record);
      const shownMs = shownUtcMs - record.utcOffsetMs;
      const since = record.pictures.filter((picture) => picture.shownMs >= shownMs);
      assert.ok(since.length > 0, `no picture in 5 s; ${tellEvents(record)}`);
      const firstMs = since[0].shownMs - shownMs;
      t.diagnostic(`first picture ${Math.round(firstMs)} ms after the tab was shown`);
      assert.ok(firstMs < 2000, `the first picture came ${firstMs} ms after the tab was shown`);
      const ages = since.slice(-fps).map((picture) => picture.shownMs + record.utcOffsetMs - picture.captureUtcMs);
      t.diagnostic(`at the end ${Math.round(median(ages))} ms from capture to screen`);
      assert.ok(median(ages) < liveMs, `it is ${median(ages)} ms behind\n${tellEvents(record)}`);
    });
  }
});
