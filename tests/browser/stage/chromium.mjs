// Chromium, and a page in it for each scenario, each in a process of its own.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const program = process.env.OPENHESP_CHROMIUM ?? "/usr/bin/chromium";
const shots = process.env.OPENHESP_SHOTS ?? fileURLToPath(new URL("../../../build/tests/browser-shots", import.meta.url));

/** What ctest takes for "skipped". */
const skipCode = 77;

/** Without Chromium there is nothing to test. */
export function needChromium() {
  if (existsSync(program)) return;
  skip(`there is no ${program}; scripts/test.sh installs it`);
}

/** @param {string} why @returns {never} */
export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(skipCode);
}

// Playwright keeps pages that nobody sees at full speed; here they are to be as in a real life.
const notHere = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

/**
 * hosts: rules that map names to addresses. command: what is started instead, and starts Chromium.
 * @param {{autoplay?: boolean, hosts?: string, command?: string}} [how]
 */
export async function launchChromium({ autoplay = true, hosts = "", command = program } = {}) {
  const args = [
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...(autoplay ? ["--autoplay-policy=no-user-gesture-required"] : []),
    ...(hosts ? [`--host-resolver-rules=${hosts}`] : []),
  ];
  return chromium.launch({ executablePath: command, args, ignoreDefaultArgs: notHere });
}

/**
 * A page of its own process. What it complains of is kept, and an exception that nobody catches is a fault.
 * @param {import("playwright-core").Browser} browser @param {string} url
 */
export async function openPage(browser, url) {
  const context = await browser.newContext({ viewport: { width: 320, height: 240 } });
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`not caught: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && complaints.length < 100) complaints.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction("window.stage", undefined, { timeout: 15000 }).catch(() => {
    throw new Error(`the test's page does not start: ${complaints.join("; ") || "no complaint"}`);
  });
  return { page, complaints, uncaught: () => complaints.filter((text) => text.startsWith("not caught")) };
}

/** @param {import("playwright-core").Page} page @param {string} name */
export async function takeShot(page, name) {
  saveShot(name, await page.screenshot());
}

/** @param {string} name @param {Buffer} png */
export function saveShot(name, png) {
  mkdirSync(shots, { recursive: true });
  writeFileSync(join(shots, `${name}.png`), png);
}
