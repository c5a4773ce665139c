import assert from "node:assert/strict";
import test from "node:test";

import { Channel, lots } from "./virtual-origin.mjs";
import { Viewer } from "./viewer.mjs";

const RATES = [0, 400_000, 800_000, 2_500_000];
const RTTS = [0, 5, 20, 60, 200];

/** What may go wrong with an answer. */
function faults(lot, rate) {
  return () => {
    if (lot() >= rate) return null;
    const after = 1 + Math.floor(lot() * 60); // what comes first tells where a stream begins
    return [
      { status: 404 }, { status: 416 }, { status: 500 }, { status: 0 }, { loses: true }, { stallsAfter: after },
      { cutsAfter: after }, { cutsAfter: after, breaks: true },
      { spoils: (frame) => ({ ...frame, time: frame.time + 3 }), frame: after },
      { spoils: (frame) => ({ ...frame, time: frame.time + 3 }), ofPacket: true },
      { spoils: (frame) => ({ ...frame, time: frame.time + frame.duration }), frame: after },
      { spoils: (frame) => ({ ...frame, time: Math.max(0, frame.time - 5 * frame.duration) }), frame: after },
    ][Math.floor(lot() * 12)];
  };
}

function scenario(seed) {
  const lot = lots(seed);
  const changes = lot() < 0.4;
  const second = { id: "p2", startMs: 44800, announcedMs: 42000, offset: 5, fps: lot() < 0.3 ? 50 : 25 };
  const presentations = [{ id: "p1", startMs: 0, endMs: changes ? 44800 : Infinity }, ...(changes ? [second] : [])];
  const channels = ["one", "two"].map((name) => new Channel(`http://o/${name}`, { presentations,
    segmentS: [1, 2, 6][Math.floor(lot() * 3)], pollMs: 1000 + lot() * 9000 }));
  const viewer = new Viewer({
    channels, gaps: true, rttMs: RTTS[Math.floor(lot() * RTTS.length)], bps: lot() < 0.3 ? 1e6 + lot() * 3e6 : 50e6,
    bufferMs: 40 + lot() * 300, tellsAhead: lot() < 0.9, faultOf: faults(lot, lot() < 0.5 ? 0 : 0.15),
  });
  viewer.start();
  if (lot() < 0.5) viewer.call("preload", "http://o/two");
  for (let i = 0; i < 30; i++) {
    const what = lot();
    if (what < 0.25) viewer.zap(`http://o/${lot() < 0.5 ? "one" : "two"}`);
    else if (what < 0.8) viewer.call("want", RATES[Math.floor(lot() * RATES.length)]);
    else if (what < 0.85) viewer.call("resync");
    else viewer.session.joinAt(lot() < 0.5 ? null : 0);
    viewer.run(lot() < 0.5 ? lot() * 100 : lot() * 2000);
  }
  return viewer;
}

/** A gap in the picture is the origin's where its Presentations are passed over by "now". */
const isPassedOver = (error) => / s, then /.test(error.message);

test("whatever happens, what is handed over is right, and the picture comes back", () => {
  for (let seed = 1; seed <= 40; seed++) {
    let viewer;
    try {
      viewer = scenario(seed);
      viewer.origin.faultOf = () => null;
      viewer.origin.bps = 50e6;
      viewer.run(16000);
    } catch (error) {
      if (isPassedOver(error)) continue;
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
    const before = viewer.frames.video;
    viewer.run(2000);
    assert.ok(viewer.frames.video - before >= 48, `seed ${seed}: ${viewer.frames.video - before} pictures in 2 s`);
    assert.ok(viewer.open.size <= 5, `seed ${seed}: ${viewer.open.size} requests`);
    viewer.call("leave");
    assert.equal(viewer.open.size, 0);
  }
});

test("the same calls give the same actions", () => {
  for (const seed of [3, 14, 15, 92]) {
    const short = (_key, value) => (value instanceof Uint8Array ? value.length : value);
    const text = () => JSON.stringify(scenario(seed).log, short);
    assert.equal(text(), text());
  }
});
