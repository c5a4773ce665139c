import assert from "node:assert/strict";
import test from "node:test";

import { readSettings } from "../../../../web/lib/player/settings.js";
import { Tally } from "../../../../web/lib/player/tally.js";

test("the bit rate is that of the last second", () => {
  const tally = new Tally();
  tally.came(1000, 0);
  tally.came(500, 900);
  assert.equal(tally.bitrateBps(950), 12000);
  assert.equal(tally.bitrateBps(1500), 4000);
  assert.equal(tally.bitrateBps(5000), 0);
  assert.equal(tally.bytes, 1500);
});

test("settings that can't be meant are refused by name", () => {
  assert.equal(readSettings({}).level, -1);
  assert.throws(() => readSettings({ level: 1.5 }), /level: 1.5/);
  assert.throws(() => readSettings(/** @type {any} */ ({ renderer: "flash" })), /renderer: flash/);
  assert.throws(() => readSettings(/** @type {any} */ ({ joinLevel: "best" })), /joinLevel: best/);
  assert.throws(() => readSettings({ targetLatencyMs: -1 }), /targetLatencyMs/);
  assert.throws(() => readSettings({ startupBps: NaN }), /startupBps/);
});
