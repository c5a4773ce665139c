// A program that uses all of the player's public interface, compiled strictly and never run. Where a wrong use has to
// be refused, the line before says so: the compiler then fails where it is not.

import { HespPlayer } from "openhesp-player";

const support: { mse: boolean; webcodecs: boolean; why: string } = HespPlayer.isSupported();
if (!support.mse && !support.webcodecs) {
  throw new Error(support.why);
}

const player = new HespPlayer({
  renderer: "webcodecs",
  targetLatencyMs: 300,
  level: -1,
  joinLevel: "smallest",
  cmcd: { sessionId: "s", contentId: "c", mode: "query" },
  startupBps: 2_000_000,
});
const plain = new HespPlayer();
plain.destroy();

// @ts-expect-error: there is no such renderer
new HespPlayer({ renderer: "flash" });
// @ts-expect-error: there is no such option
new HespPlayer({ rendererr: "mse" });
// @ts-expect-error: there is no such way to join
new HespPlayer({ joinLevel: "largest" });

const video: HTMLVideoElement = document.createElement("video");
player.attach(video);
player.load("https://example.org/one/manifest.json");
player.zap("https://example.org/two/manifest.json");
player.preload("https://example.org/three/manifest.json");

const onZapped = (e: { url: string; zapMs: number; first: boolean; packetBytes: number }): void => {
  document.title = `${e.url} ${e.zapMs.toFixed(0)} ms, ${e.packetBytes} bytes${e.first ? ", the first" : ""}`;
};
player.on(HespPlayer.Events.ZAPPED, onZapped);
player.off(HespPlayer.Events.ZAPPED, onZapped);
player.on("zapped", (e) => {
  const part: number = e.anatomy.packetMs - e.anatomy.firstByteMs;
  return part;
});
player.on("levels", (e) => e.levels.map((level) => level.bandwidthBps));
player.on("switched", (e) => e.gapMs + e.switchMs + e.from + e.level);
player.on("picture", (e) => e.sequence + e.latencyMs);
player.on("stalled", (e) => e.atMs);
player.on("resumed", (e) => e.stalledMs);
player.on("error", (e) => {
  const kind: "network" | "media" | "manifest" | "unsupported" = e.kind;
  return e.fatal ? `${kind}: ${e.text}` : "";
});
// @ts-expect-error: there is no such event
player.on("zaped", () => undefined);
// @ts-expect-error: it has no such property
player.on("stalled", (e) => e.nothing);

player.on("blocked", (e) => e.text.length);
player.play();
player.pause();
player.muted = !player.muted;
player.volume = player.volume / 2;
for (const level of player.levels) {
  const { index, id, bandwidthBps, width, height, codecs, frameRate } = level;
  console.log(index, id.length, bandwidthBps, width, height, codecs.length, frameRate.toFixed(3));
}
player.level = player.currentLevel;
const next: number = player.nextLevel;
const latency: number = player.latency;
player.targetLatencyMs = null;
const { latencyMs, aheadMs, rate, shown, dropped, stalls, stalledMs, zaps, switches, bytes } = player.stats;
const { throughputBps, bitrateBps, renderer, level, utcOffsetMs } = player.stats;
console.log(next, latency, latencyMs, aheadMs, rate, shown, dropped, stalls, stalledMs, zaps, switches, bytes);
console.log(throughputBps, bitrateBps, renderer, level, utcOffsetMs, player.rendererName, player.url);
const surface: HTMLElement | null = player.surface;
surface?.focus();
player.destroy();

// @ts-expect-error: it is read only
player.latency = 1;
