// What is refused, what falls back, and what is left when a player goes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BareTab } from "./stage/bare_tab.mjs";
import { launchChromium, needChromium, openPage, takeShot } from "./stage/chromium.mjs";
import { assertSane, configuration, eventsOf, StageSet, tellEvents } from "./stage/set.mjs";

needChromium();

/** @type {StageSet} */
let set;

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

describe("coming and going", { concurrency: 2 }, () => {
  before(async () => {
    const hosts = "MAP insecure.test 127.0.0.1";
    set = await StageSet.build({ yaml: configuration([{ name: "one", input: "test:1" }]), chromium: { hosts } });
  });
  after(() => set?.strike());

  test("without a secure context WebCodecs falls back to MSE, and says why", async () => {
    const url = set.screenUrl.replace("127.0.0.1", "insecure.test");
    const opened = await openPage(set.browser, url);
    assert.equal(await opened.page.evaluate(() => window.isSecureContext), false);
    const manifest = set.packager.manifestUrl("one").replace("127.0.0.1", "insecure.test");
    await opened.page.evaluate((to) => window.stage.begin({ options: { renderer: "webcodecs" }, url: to }), manifest);
    const running = await opened.page.evaluate(() => window.stage.running(10000));
    await sleep(1000);
    await takeShot(opened.page, "fallback");
    const record = await opened.page.evaluate(() => window.stage.record());
    assert.ok(running, `nothing plays\n${tellEvents(record)}`);
    assertSane(record, opened);
    assert.equal(record.stats.renderer, "mse");
    const told = eventsOf(record, "renderer").at(-1)?.payload;
    assert.equal(told?.name, "mse", tellEvents(record));
    assert.match(told.text, /secure/i);
    assert.ok(record.pictures.length > 15, `${record.pictures.length} pictures`);
  });

  for (const renderer of ["mse", "webcodecs"]) {
    test(`${renderer}: nothing is left of a player that was destroyed`, async () => {
      const opened = await set.play({ options: { renderer }, channel: "one" });
      const { page } = opened;
      await sleep(1000);
      await page.evaluate(() => {
        window.gone = new WeakRef(window.stage.player);
        window.stage.end();
      });
      let requests = 0;
      page.on("request", () => requests++);
      await sleep(1500);
      assert.equal(requests, 0, "it asks for more");
      const left = await page.evaluate(() => {
        const video = document.getElementById("video");
        return {
          source: video.getAttribute("src") ?? "",
          buffered: video.buffered.length,
          canvases: document.querySelectorAll("canvas").length,
          videos: document.querySelectorAll("video").length,
          hidden: video.hidden || getComputedStyle(video).display === "none",
        };
      });
      const nothing = { source: "", buffered: 0, canvases: 0, videos: 1, hidden: false };
      assert.deepEqual(left, nothing, "what is left in the page");

      const cdp = await page.context().newCDPSession(page);
      await cdp.send("HeapProfiler.collectGarbage");
      await cdp.send("HeapProfiler.collectGarbage");
      assert.ok(await page.evaluate(() => !window.gone.deref()), "something holds on to it");

      // The element is as good as new.
      await page.evaluate((url) => window.stage.begin({ options: { renderer: "mse" }, url }), set.packager.manifestUrl("one"));
      assert.ok(await page.evaluate(() => window.stage.until(() => window.stage.watch.pictures.length > 10, 10000)));
      await page.context().close();
      assert.deepEqual(opened.uncaught(), []);
    });
  }

  for (const renderer of ["mse", "webcodecs"]) {
    test(`${renderer}: where autoplay with sound is refused it plays without, and says so`, async () => {
      const browser = await launchChromium({ autoplay: false });
      try {
        const tab = await BareTab.open(browser, set.screenUrl);
        const begin = { options: { renderer }, url: set.packager.manifestUrl("one") };
        await tab.evaluate(`stage.begin(${JSON.stringify(begin)})`);
        const running = await tab.evaluate("stage.running(10000)");
        const told = await tab.evaluate("stage.happens('muted', 5000)");
        let record = await tab.evaluate("stage.record()");
        assert.ok(running, `nothing plays\n${tellEvents(record)}`);
        assert.ok(told, `nothing is told of the sound\n${tellEvents(record)}`);
        assert.equal(record.beeps.length, 0, "sound without a gesture");
        // A gesture, and the sound comes.
        await tab.evaluate("document.addEventListener('click', () => (stage.player.muted = false)), 0");
        await tab.click(100, 100);
        await tab.evaluate("stage.since = stage.watch.pictures.length");
        const goesOn = await tab.evaluate("stage.until(() => stage.watch.pictures.length > stage.since + 30, 10000)");
        await tab.shot(`autoplay-${renderer}`);
        record = await tab.evaluate("stage.record()");
        assertSane(record);
        assert.ok(goesOn, `the picture stops with the gesture\n${tellEvents(record)}`);
        assert.equal(await tab.evaluate("stage.player.muted"), false);
        // Only what goes through Web Audio can be heard here.
        if (renderer === "webcodecs") {
          const heard = await tab.evaluate("new Promise((done) => setTimeout(() => done(stage.record().beeps.length), 2500))");
          assert.ok(heard > 0, `no sound after the gesture\n${tellEvents(record)}`);
        }
      } finally {
        await browser.close();
      }
    });
  }
});
