// The pictures of the page that README.md shows, of a running packager: by hand, on an idle machine.
//
//   node tests/browser/page_screenshots.mjs docs
//
// writes docs/page.png and docs/page-server.png. It wants npm ci in tests/browser, ffmpeg, and a build.
import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchChromium, needChromium } from "./stage/chromium.mjs";
import { Packager } from "./stage/packager.mjs";

needChromium();

const folder = process.argv[2] ?? "docs";
const bytesMax = 250000;
const zaps = 40;
const yaml = `preset: ultrafast
ladder: 640x360@900k,426x240@400k,256x144@200k
fps: 25
channels:
${["harbour", "island", "valley", "lagoon"].map((name, i) => `  - {name: ${name}, input: 'test:${i + 1}'}\n`).join("")}`;

/** @param {string} name @param {Buffer} png */
function save(name, png) {
  const file = join(folder, name);
  // 256 colours are enough for it, and a third of the bytes.
  const filter = "split[a][b];[a]palettegen=reserve_transparent=0:stats_mode=full[p];[b][p]paletteuse=dither=none";
  const from = ["-v", "error", "-f", "png_pipe", "-i", "-"];
  const to = ["-vf", filter, "-pred", "mixed", "-f", "image2pipe", "-c:v", "png", "-"];
  writeFileSync(file, execFileSync("ffmpeg", [...from, ...to], { input: png, maxBuffer: 1e8 }));
  const { size } = statSync(file);
  console.log(`${file}: ${size} bytes`);
  if (size > bytesMax) throw new Error(`${file} is larger than ${bytesMax} bytes`);
}

/**
 * Until the packager says that all is well: a busy machine is not what the pictures are to show.
 * @param {import("playwright-core").Page} page
 */
async function awaitCalm(page) {
  const isCalm = () => document.getElementById("condition")?.dataset.state === "ok";
  await page.waitForFunction(isCalm, undefined, { timeout: 60000, polling: 250 })
    .catch(() => console.log("the machine is too busy: try again"));
}

const packager = await Packager.start(yaml);
const browser = await launchChromium();
try {
  const options = { viewport: { width: 1280, height: 916 } };
  const page = await (await browser.newContext({ ...options, colorScheme: "light" })).newPage();
  await page.goto(packager.url);
  await page.waitForFunction(() => document.querySelectorAll(".tile[data-drawn]").length === 4);
  for (let i = 0; i < zaps; i++) {
    await page.keyboard.press(String(1 + ((i * 3) % 4)));
    await page.waitForTimeout(450);
  }
  await page.keyboard.press("1");
  await page.waitForTimeout(9000);
  await awaitCalm(page);
  save("page.png", await page.screenshot());
  await page.context().close();

  const server = await (await browser.newContext({ ...options, colorScheme: "dark" })).newPage();
  await server.goto(`${packager.url}/#view=server`);
  await server.waitForTimeout(55000);
  await awaitCalm(server);
  save("page-server.png", await server.screenshot());
} finally {
  await browser.close();
  await packager.discard();
}
