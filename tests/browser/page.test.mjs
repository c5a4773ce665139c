// The page that the packager serves: a picture first, channels by key, number and click, stills of all of them, what
// the server says, and what it says itself where something is wrong.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchChromium, needChromium, takeShot } from "./stage/chromium.mjs";
import { Packager } from "./stage/packager.mjs";
import { configuration } from "./stage/set.mjs";

needChromium();

const timeout = 60000;
const key = "0123456789abcdef0123456789abcdef";
const channels = [1, 2, 3].map((channel) => ({ name: `test-${channel}`, input: `test:${channel}` }));
const yaml = configuration(channels);
const folder = mkdtempSync(join(tmpdir(), "openhesp-page-"));

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Packager} */
let packager;

before(async () => {
  [browser, packager] = await Promise.all([launchChromium(), Packager.start(yaml)]);
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await browser?.close();
  await packager?.discard();
});

/**
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function open(url, options = {}) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error.stack)));
  page.on("console", (message) => {
    const text = message.text();
    if (/Content Security Policy|preloaded using link preload but not used/.test(text)) faults.push(text);
  });
  page.setDefaultTimeout(timeout);
  await page.goto(url);
  return { page, faults };
}

/**
 * Its picture is on screen. What is spoken may be something else again by now.
 * @param {import("playwright-core").Page} page @param {string} channel
 */
async function awaitChannel(page, channel) {
  const told = (/** @type {string} */ text) => document.querySelector("#anatomy h3")?.textContent?.includes(text);
  await page.waitForFunction(told, `: ${channel}, `);
}

/** Whether pictures follow one another. @param {import("playwright-core").Page} page */
async function awaitMotion(page) {
  const timeOf = () => page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
  const before = await timeOf();
  await page.waitForFunction((time) => (document.querySelector("video")?.currentTime ?? 0) > time + 0.5, before);
}

/** @param {import("playwright-core").Page} page */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("a picture comes, and channels change by key, number and click", async () => {
  const { page, faults } = await open(packager.url);
  await awaitChannel(page, "test-1");
  await awaitMotion(page);
  await page.keyboard.press("ArrowDown");
  await awaitChannel(page, "test-2");
  await page.keyboard.press("3");
  await awaitChannel(page, "test-3");
  await page.keyboard.press("ArrowDown");
  await awaitChannel(page, "test-1");
  await page.getByRole("listitem").getByRole("button", { name: "test-2" }).click();
  await awaitChannel(page, "test-2");
  assert.equal(await page.locator("#channels [aria-current=true] .name").textContent(), "test-2");
  await page.locator(".tile", { hasText: "test-3" }).click();
  await awaitChannel(page, "test-3");
  assert.match((await page.locator("#histogram .counts").textContent()) ?? "", /^5 changes · median/);
  assert.match((await page.locator("#anatomy h3").textContent()) ?? "", /^Last change: test-3, /);
  assert.match(page.url(), /#channel=test-3$/);
  await page.keyboard.press("9");
  await page.waitForFunction(() => document.getElementById("spoken")?.textContent === "There is no channel 9");
  await takeShot(page, "page");
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("each channel has its still", async () => {
  const { page, faults } = await open(packager.url);
  await page.waitForFunction(() => document.querySelectorAll(".tile[data-drawn]").length === 3);
  const brightness = await page.evaluate(() => [...document.querySelectorAll(".tile canvas")].map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 60, 320, 60);
    return data.reduce((sum, value) => sum + value, 0) / data.length;
  }));
  assert.ok(brightness.every((value) => value > 80), `the stills are dark: ${brightness}`);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("the server's view tells its figures while the picture goes on", async () => {
  const { page, faults } = await open(packager.url);
  await awaitChannel(page, "test-1");
  await page.getByRole("tab", { name: "Server" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".server-content tbody tr").length === 3 + 12);
  await page.waitForFunction(() => /bit\/s/.test(document.querySelectorAll(".trend b")[1].textContent ?? ""));
  await awaitMotion(page);
  await takeShot(page, "page-server");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.getByRole("tab", { name: "Watch" }).getAttribute("aria-selected"), "true");
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("on a narrow screen nothing is wider than it", async () => {
  const { page, faults } = await open(packager.url, { viewport: { width: 320, height: 568 } });
  await awaitChannel(page, "test-1");
  assert.equal(await overflow(page), 0);
  await takeShot(page, "page-narrow");
  await page.getByRole("tab", { name: "Server" }).click();
  await page.waitForSelector(".server-content tbody tr");
  assert.equal(await overflow(page), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a packager that goes and comes again is told, and the picture comes by itself", async () => {
  const other = await Packager.start(yaml);
  const { page, faults } = await open(other.url);
  await awaitChannel(page, "test-1");
  await other.kill();
  await page.getByText("The packager does not answer").first().waitFor();
  await other.restart();
  await page.waitForSelector("#notice", { state: "hidden" });
  await awaitMotion(page);
  assert.deepEqual(faults, []);
  await page.context().close();
  await other.discard();
});

test("where URLs are signed the page says so, and takes one; figures ask for their token", async () => {
  const file = join(folder, "key");
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  const other = await Packager.start(`sign_key: ${file}\nmetrics_token: ${file}\n${yaml}`);
  const { page, faults } = await open(other.url);
  await page.getByText("URLs are signed").first().waitFor();
  await page.getByRole("tab", { name: "Server" }).click();
  await page.getByLabel("Token of /metrics").fill(key);
  await page.getByRole("button", { name: "Show the figures" }).click();
  await page.waitForSelector(".server-content tbody tr");
  assert.deepEqual(faults, []);
  await page.context().close();
  await other.discard();
});

test("another manifest is played by its address", async () => {
  const url = packager.manifestUrl("test-2");
  const { page, faults } = await open(`${packager.url}/#url=${encodeURIComponent(url)}`);
  await awaitChannel(page, "test-2");
  assert.deepEqual(faults, []);
  await page.context().close();
});
