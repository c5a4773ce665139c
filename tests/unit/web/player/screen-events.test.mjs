import assert from "node:assert/strict";
import test from "node:test";

import { Changes } from "../../../../web/lib/player/changes.js";
import { Emitter } from "../../../../web/lib/player/emitter.js";
import { Ladder } from "../../../../web/lib/player/ladder.js";
import { ScreenEvents } from "../../../../web/lib/player/screen-events.js";
import { Tally } from "../../../../web/lib/player/tally.js";

const track = { id: "high", frameRate: { value: 25, scale: 1 } };

function stage() {
  const parts = { emitter: new Emitter(), ladder: new Ladder(), changes: new Changes(), tally: new Tally(),
    clock: { utcOf: (nowMs) => 1e12 + nowMs } };
  const told = [];
  for (const name of ["stalled", "resumed", "zapped"])
    parts.emitter.on(name, (payload) => told.push([name, payload.atMs ?? payload.stalledMs ?? payload.zapMs]));
  return { ...parts, told, screen: new ScreenEvents(parts) };
}

const picture = { what: "picture", track, sequence: 1, time: 0, captureUtcMs: 1e12, shownMs: 900, first: true,
  decodedMs: 890 };

test("a stall is told and counted", () => {
  const { screen, told, tally } = stage();
  screen.stall({ what: "stalled", atMs: 100 });
  screen.stall({ what: "resumed", atMs: 350, stalledMs: 250 });
  assert.deepEqual(told, [["stalled", 100], ["resumed", 250]]);
  assert.deepEqual([tally.stalls, tally.stalledMs], [1, 250]);
});

test("the wait for another channel is no stall", () => {
  const { screen, changes, told, tally } = stage();
  changes.ask({ url: "two", atMs: 500, first: false });
  screen.zapping(500);
  screen.stall({ what: "stalled", atMs: 600 });
  changes.begin();
  screen.picture(picture);
  screen.stall({ what: "resumed", atMs: 900, stalledMs: 300 });
  assert.deepEqual(told, [["zapped", 400]]);
  assert.deepEqual([tally.stalls, tally.stalledMs], [0, 0]);
});

test("a stall is over where another channel is asked for", () => {
  const { screen, changes, told } = stage();
  screen.stall({ what: "stalled", atMs: 100 });
  changes.ask({ url: "two", atMs: 500, first: false });
  screen.zapping(500);
  changes.begin();
  screen.picture(picture);
  screen.stall({ what: "resumed", atMs: 900, stalledMs: 800 });
  assert.deepEqual(told, [["stalled", 100], ["resumed", 400], ["zapped", 400]]);
});
