// The page that a browser measures players on: it makes the player, turns key presses into zaps, and keeps what was on
// screen when. What follows from it is worked out by ../analyse.mjs.

import { measureUtcOffsetMs, Screen } from "./screen.js";

const SYSTEMS = {
  hesp: () => import("./hesp.js").then((module) => module.Hesp),
  dash: () => script("../node_modules/dashjs/dist/modern/umd/dash.all.min.js", "./dash.js", "Dash"),
  hls: () => script("../node_modules/hls.js/dist/hls.min.js", "./hls.js", "HlsJs"),
};

function script(source, module, name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = () => import(module).then((loaded) => resolve(loaded[name]), reject);
    element.onerror = () => reject(new Error(`${source}: can't be loaded`));
    document.head.append(element);
  });
}

const KEY = "ArrowDown";
const WAIT_MS = 15_000;

let player = null;
let screen = null;
let channel = 0; // index of the one wanted; stamps have it plus 1
let lastZap = null;
const stalls = []; // of a video element: {atMs, name}

function isRight(picture) {
  return picture.channel === channel + 1;
}

/** Makes the player with everything loaded, but no channel. */
async function prepare(system, urls, options) {
  const Player = await SYSTEMS[system]();
  const video = document.querySelector("#video");
  video.muted = Boolean(options.muted);
  for (const name of ["waiting", "playing", "pause", "error"]) {
    video.addEventListener(name, () => stalls.push({ name, atMs: performance.now() }));
  }
  player = new Player(video, urls, options);
  screen = new Screen(() => player.surface ?? video, measureUtcOffsetMs());
  channel = options.channel ?? 0;
}

/** From asking for the first channel to its first picture. */
async function start() {
  const askedMs = performance.now();
  const first = screen.first(isRight, WAIT_MS);
  player.load(channel);
  return { askedMs, picture: await first };
}

document.addEventListener("keydown", (event) => {
  if (event.key !== KEY) return;
  event.preventDefault();
  channel = 1 - channel;
  const handledMs = performance.now();
  const first = screen.first(isRight, WAIT_MS);
  player.zap(channel);
  lastZap = first.then((picture) => ({
    keyMs: event.timeStamp,
    handledMs,
    picture,
    connections: performance.getEntriesByType("resource").length,
  }));
});

/** Asks for a quality and says when; `pictures` have the rest. */
function setQuality(index) {
  const askedMs = performance.now();
  player.setQuality(index);
  return askedMs;
}

window.bench = {
  prepare,
  start,
  setQuality,
  zapped: () => lastZap,
  /** All pictures since the last call. */
  pictures: () => screen.pictures.splice(0),
  facts: () => ({
    nowMs: performance.now(),
    stalls: stalls.splice(0),
    log: player.log.splice(0),
    stats: player.stats(),
    renderer: player.rendererName,
    stampCostMs: screen.costMs, // in all
    pictures: screen.count,
  }),
};
document.querySelector("#state").textContent = "ready";
