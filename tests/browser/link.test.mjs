// Behind 1 Mbit/s and 20 ms of round trip, where the largest rung has no room: the player finds one that has, and plays
// it without a stall. The origin is no secure context there; a name under localhost makes it one.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { launchChromium, needChromium, openPage, skip, takeShot } from "./stage/chromium.mjs";
import { stills } from "./stage/judge.mjs";
import { hostName, hosts, Link, linkIsMissing } from "./stage/link.mjs";
import { Machine } from "./stage/machine.mjs";
import { Packager } from "./stage/packager.mjs";
import { assertSane, configuration, inexcusable, fps, tellEvents, tellFaults } from "./stage/set.mjs";

needChromium();
const missing = linkIsMissing();
if (missing) skip(missing);

const ladder = "426x240@2500k,320x180@450k,256x144@200k";
const largestWidth = 426;
const settleMs = 8000;
const playedMs = 22000;
const stillMs = 400;
const port = 8080;

describe("a link of 1 Mbit/s", { concurrency: true }, () => {
  for (const renderer of ["mse", "webcodecs"]) {
    test(`${renderer}: plays what fits`, async (t) => {
      const link = new Link({ rate: "1M", rttMs: 20 });
      const machine = new Machine();
      /** @type {Packager | null} */
      let packager = null;
      /** @type {import("playwright-core").Browser | null} */
      let browser = null;
      try {
        const yaml = configuration([{ name: "one", input: "test:1" }], { ladder });
        packager = await Packager.start(yaml, { prefix: link.prefix, listen: `0.0.0.0:${port}` });
        const filesPort = await link.serveFiles();
        browser = await launchChromium({ hosts, command: link.command });
        await machine.watch(browser);
        const opened = await openPage(browser, `http://${hostName}:${filesPort}/screen/index.html`);
        const begin = { options: { renderer }, url: `http://${hostName}:${port}/one/manifest.json` };
        await opened.page.evaluate((what) => window.stage.begin(what), begin);
        const running = await opened.page.evaluate(() => window.stage.running(15000));
        await new Promise((done) => setTimeout(done, playedMs));
        await takeShot(opened.page, `link-${renderer}`);
        const record = await opened.page.evaluate(() => window.stage.record());
        assert.ok(running, `nothing plays\n${tellEvents(record)}`);
        assertSane(record, opened);
        assert.equal(record.stats.renderer, renderer, tellEvents(record));

        const { pictures } = record;
        const settled = pictures.filter(({ shownMs }) => shownMs > pictures[0].shownMs + settleMs);
        const seconds = (playedMs - settleMs) / 1000;
        assert.ok(settled.length > fps * seconds * 0.8, `${settled.length} pictures in ${seconds} s`);
        const large = settled.filter(({ width }) => width === largestWidth).length;
        assert.equal(large, 0, `${large} pictures of the rung that has no room\n${tellEvents(record)}`);
        const stood = inexcusable(machine, t, stills(settled, stillMs), record);
        assert.equal(stood.length, 0, `${tellFaults(stood, record)}`);
        const { width, captureUtcMs, shownMs } = settled.at(-1);
        const ageMs = shownMs + record.utcOffsetMs - captureUtcMs;
        t.diagnostic(`at the end the rung of width ${width}, ${Math.round(ageMs)} ms from capture to screen`);
        assert.ok(ageMs < 2500, `${Math.round(ageMs)} ms behind\n${tellEvents(record)}`);
      } finally {
        machine.stop();
        await browser?.close();
        await packager?.discard();
        link.finish();
      }
    });
  }
});
