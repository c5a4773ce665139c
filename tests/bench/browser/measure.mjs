// Measures one player in a browser: starts, pictures that follow one another, zaps by key press, changes of quality.
//
//     node measure.mjs --system hesp|dash|hls --name NAME --link LINK --host ADDRESS --bench-port N --media-port N
//         [--set KEY=JSON]... [--starts N] [--steady SECONDS] [--zaps N] [--switches N] [--silent] [--csv FILE]
//         [--shot FILE] [--verbose]
//
// --silent is for hesp: without sound. It appends `system,link,metric,value` lines to FILE. Where it runs decides about
// the link: tests/bench/browser.sh runs it behind `player-sim link`. bench.localhost is ADDRESS, so that the page is a
// secure context there too.

import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { stallsIn, steadySamples, switchSamples, zapSamples } from "./analyse.mjs";

const FPS = 25;
const HEIGHTS = [360, 720];
const SETTLE_MS = 3000;
const SWITCH_WAIT_MS = 6000;

const { values: given } = parseArgs({
  options: {
    system: { type: "string" },
    name: { type: "string" },
    link: { type: "string", default: "loopback" },
    host: { type: "string", default: "127.0.0.1" },
    "bench-port": { type: "string" },
    "media-port": { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    starts: { type: "string", default: "5" },
    steady: { type: "string", default: "8" },
    zaps: { type: "string", default: "20" },
    switches: { type: "string", default: "10" },
    csv: { type: "string" },
    silent: { type: "boolean", default: false },
    shot: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});
const options = Object.fromEntries(
  given.set.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), JSON.parse(pair.slice(at + 1))];
  }),
);

const base = `http://bench.localhost:${given["bench-port"]}`;
const urls = ["one", "two"].map((channel) => {
  if (given.silent) return `${base}/silent/${given["media-port"]}/${channel}/manifest.json`;
  if (given.system === "hesp") return `http://bench.localhost:${given["media-port"]}/${channel}/manifest.json`;
  return `${base}/live/${given.system}/${channel}/${given.system === "dash" ? "stream.mpd" : "master.m3u8"}`;
});

/** A small generator with a seed: waits before key presses are the same in each run. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const chance = random(7);
const samples = [];
const add = (list) => samples.push(...list);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text) => given.verbose && console.error(`  ${given.name}, ${given.link}: ${text}`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    `--host-resolver-rules=MAP bench.localhost ${given.host}`,
  ],
});

/** An event of the player's log, as one line. */
function told(entry, sinceMs) {
  const { name, atMs, ...rest } = entry;
  const rounded = JSON.stringify(rest, (key, value) => {
    if (key === "url") return undefined;
    return typeof value === "number" ? Math.round(value * 10) / 10 : value;
  });
  return `${name} at ${(atMs - sinceMs).toFixed(1)} ${rounded}`;
}

const lastPackets = []; // requests for packets, as the browser's network has them; for --verbose

function packetTimings() {
  return lastPackets
    .splice(0)
    .map((request) => {
      const t = request.timing();
      const connected = t.connectEnd > 0 ? `, connected ${(t.connectEnd - t.connectStart).toFixed(1)}` : "";
      const name = request.url().replace(/.*\/(.*)\//, "$1/");
      const [sent, first, end] = [t.requestStart, t.responseStart, t.responseEnd].map((ms) => ms.toFixed(1));
      return `${name}: sent ${sent}${connected}, first byte ${first}, end ${end}`;
    })
    .join("; ");
}

async function openPage() {
  const context = await browser.newContext({ viewport: { width: 800, height: 450 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`  ${given.name}: page: ${error.message}`));
  if (given.verbose) page.on("console", (message) => console.error(`  console: ${message.text()}`));
  if (given.verbose) page.on("requestfinished", (request) => /init-/.test(request.url()) && lastPackets.push(request));
  await page.goto(`${base}/bench/page/measure.html`);
  await page.waitForFunction(() => window.bench);
  const how = [given.system, urls, options];
  await page.evaluate(([system, list, set]) => window.bench.prepare(system, list, set), how);
  return page;
}

async function start() {
  const page = await openPage();
  await pause(300);
  const { askedMs, picture } = await page.evaluate(() => window.bench.start());
  if (picture) add([{ metric: "startup_ms", value: picture.shownMs - askedMs }]);
  else add([{ metric: "startup_failed", value: 1 }]);
  return { page, ok: Boolean(picture) };
}

async function steady(page) {
  await pause(SETTLE_MS);
  await page.evaluate(() => [window.bench.pictures(), window.bench.facts()].length);
  await pause(Number(given.steady) * 1000);
  add(steadySamples(await page.evaluate(() => window.bench.pictures()), FPS));
  const facts = await page.evaluate(() => window.bench.facts());
  add([{ metric: "steady_waiting", value: facts.stalls.filter((stall) => stall.name === "waiting").length }]);
  const costMs = (facts.stampCostMs / Math.max(1, facts.pictures)).toFixed(1);
  say(`renderer ${facts.renderer}, stamps read in ${costMs} ms each, ${JSON.stringify(facts.stats)}`);
  say(facts.log.map((entry) => told(entry, facts.nowMs)).join("; "));
}

async function zaps(page) {
  for (let i = 0; i < Number(given.zaps); i++) {
    await pause(1000 + 1000 * chance());
    await page.evaluate(() => window.bench.pictures().length);
    await page.keyboard.press("ArrowDown");
    const zap = await page.evaluate(() => window.bench.zapped());
    await pause(700);
    const pictures = await page.evaluate(() => window.bench.pictures());
    add(zapSamples(zap, pictures, FPS));
    const facts = await page.evaluate(() => window.bench.facts());
    const value = zap.picture ? (zap.picture.shownMs - zap.keyMs).toFixed(1) : "none";
    const events = facts.log.map((entry) => told(entry, zap.keyMs)).join("; ");
    say(`zap ${value} handled ${(zap.handledMs - zap.keyMs).toFixed(1)} ${events} | ${packetTimings()}`);
  }
}

async function switches(page) {
  let quality = 1;
  for (let i = 0; i < Number(given.switches); i++) {
    await page.evaluate(() => window.bench.pictures().length);
    await pause(300 + 700 * chance());
    quality = 1 - quality;
    const height = HEIGHTS[quality];
    const askedMs = await page.evaluate((index) => window.bench.setQuality(index), quality);
    const pictures = [];
    for (let waited = 0; waited < SWITCH_WAIT_MS; waited += 250) {
      await pause(250);
      pictures.push(...(await page.evaluate(() => window.bench.pictures())));
      if (pictures.some((picture) => picture.height === height && picture.shownMs > askedMs)) break;
    }
    await pause(1100);
    pictures.push(...(await page.evaluate(() => window.bench.pictures())));
    const found = switchSamples({ askedMs, height }, pictures);
    add(found);
    const facts = await page.evaluate(() => window.bench.facts());
    const events = facts.log.map((entry) => told(entry, askedMs)).join("; ");
    say(`${found.map((sample) => `${sample.metric} ${sample.value.toFixed(1)}`).join(" ")} ${events}`);
  }
}

try {
  let page = null;
  for (let i = 0; i < Number(given.starts); i++) {
    if (page) await page.context().close();
    const started = await start();
    page = started.page;
    if (i + 1 < Number(given.starts)) await pause(500);
    if (!started.ok) say(`no start: ${JSON.stringify(await page.evaluate(() => window.bench.facts()))}`);
  }
  await steady(page);
  if (given.shot) await page.screenshot({ path: given.shot });
  await zaps(page);
  if (Number(given.switches)) await switches(page);
} finally {
  await browser.close();
  const head = `${given.name},${given.link}`;
  const lines = samples.map(({ metric, value }) => `${head},${metric},${Math.round(value * 1000) / 1000}\n`);
  if (given.csv) appendFileSync(given.csv, lines.join(""));
  else if (!given.verbose) process.stdout.write(lines.join(""));
}

const all = (metric) => samples.filter((sample) => sample.metric === metric).map((sample) => sample.value);
const counted = (metric) => all(metric).reduce((sum, value) => sum + value, 0);
const failed = ["startup_failed", "zap_failed", "switch_failed"].map(counted);
const mean = (metric) => {
  const count = all(metric).length;
  return count ? (counted(metric) / count).toFixed(1) : "-";
};
const means = ["startup_ms", "zap_ms", "latency_ms", "switch_ms"].map(mean);
const steadily = ["stalls", "missing", "back", "unread"].map((what) => `${what} ${counted(`steady_${what}`)}`);
console.error(
  `${given.name}, ${given.link}: mean start ${means[0]}, zap ${means[1]}, latency ${means[2]}, switch ${means[3]} ms; ` +
    `of ${counted("steady_pictures")} steady pictures ${steadily.join(", ")}; failed ${failed.join("/")}`,
);
