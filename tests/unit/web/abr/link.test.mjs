// The choice of quality over a link that sends one thing after the other at a rate of its own: it finds what the link
// carries, stays there, and follows it down and up.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Adaptation } from "../../../../web/lib/abr/adaptation.js";

const LADDER = [300000, 800000, 1500000, 2500000];
const SOUND_BPS = 100000;
const FRAME_MS = 40;
const RTT_MS = 30;

/** @param {number} bps */
const packetBits = (bps) => 18000 * 8 * (bps / 400000) ** 0.9;

/**
 * A viewer of so many seconds. Gives the level and the lag behind the capture of each frame, and how often the level
 * was changed.
 * @param {number} seconds
 * @param {(nowMs: number) => number} rateBps  of the link
 */
function watch(seconds, rateBps) {
  const adaptation = new Adaptation();
  let freeMs = 0;
  let switches = 0;
  /** @param {number} askedMs @param {number} bits */
  const send = (askedMs, bits) => {
    const beginMs = Math.max(freeMs, askedMs);
    freeMs = beginMs + (bits * 1000) / rateBps(beginMs);
    return { beginMs, endMs: freeMs };
  };
  /** @param {number} nowMs @param {number} level */
  const fetchPacket = (nowMs, level) => {
    const bits = packetBits(LADDER[level]);
    const { beginMs, endMs } = send(nowMs + RTT_MS, bits);
    adaptation.packet(endMs, level, { requestMs: nowMs, firstByteMs: beginMs, endMs, bytes: bits / 8, held: false });
  };
  let level = adaptation.join(0, LADDER, SOUND_BPS);
  fetchPacket(0, level);
  const levels = [];
  const lags = [];
  for (let n = 1; n * FRAME_MS < seconds * 1000; n++) {
    const bits = (LADDER[level] * FRAME_MS) / 1000;
    const { endMs } = send(n * FRAME_MS, bits + (SOUND_BPS * FRAME_MS) / 1000);
    adaptation.sound((SOUND_BPS * FRAME_MS) / 8000);
    adaptation.frame(endMs, level, bits / 8, n * FRAME_MS, FRAME_MS);
    levels.push(level);
    lags.push(endMs - n * FRAME_MS);
    const chosen = adaptation.choose(endMs);
    if (chosen !== null) {
      level = chosen;
      switches++;
      fetchPacket(endMs, level);
    }
  }
  return { levels, lags, switches };
}

/** The part of a list that is so. @param {number[]} list @param {(value: number) => boolean} is */
const part = (list, is) => list.filter(is).length / list.length;

test("a steady link: the highest level that it carries, nearly all the time, and hardly behind", () => {
  /** @type {[number, number][]} */
  const links = [[500000, 0], [1250000, 1], [2200000, 2], [6000000, 3], [50000000, 3]];
  for (const [bps, best] of links) {
    const { levels, lags, switches } = watch(120, () => bps);
    const told = `${bps}: ${switches} switches, levels ${LADDER.map((_, i) => part(levels, (l) => l === i).toFixed(2))}`;
    assert.ok(part(levels, (l) => l === best) > 0.75, told);
    assert.ok(switches <= 20, told);
    assert.ok(part(lags, (lag) => lag > 400) < 0.2, `${told}, late ${part(lags, (lag) => lag > 400)}`);
  }
});

test("a link that falls is followed down within 2 s, and up again when it has come back", () => {
  const falls = (/** @type {number} */ nowMs) => (nowMs > 30000 && nowMs < 60000 ? 700000 : 6000000);
  const { levels, lags } = watch(120, falls);
  const at = (/** @type {number} */ seconds) => levels[Math.round((seconds * 1000) / FRAME_MS)];
  assert.equal(at(29), 3);
  assert.equal(at(32), 0);
  assert.ok(at(100) >= 2, `${at(100)}`);
  assert.ok(Math.max(...lags) < 4000, `${Math.max(...lags)}`);
});
