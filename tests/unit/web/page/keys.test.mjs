import assert from "node:assert/strict";
import { test } from "node:test";

import { Keys } from "../../../../web/page/keys.js";

test("arrows go through the channels, letters to the controls", () => {
  const keys = new Keys();
  assert.deepEqual(keys.press("ArrowDown", 3, 0), { do: "step", by: 1 });
  assert.deepEqual(keys.press("ArrowUp", 3, 0), { do: "step", by: -1 });
  assert.deepEqual(keys.press("m", 3, 0), { do: "sound" });
  assert.deepEqual(keys.press("K", 3, 0), { do: "pause" });
  assert.deepEqual(keys.press("f", 3, 0), { do: "fullscreen" });
  assert.equal(keys.press("Tab", 3, 0), null);
  assert.equal(keys.dueMs, Infinity);
});

test("with up to nine channels a digit is a channel at once", () => {
  const keys = new Keys();
  assert.deepEqual(keys.press("2", 3, 0), { do: "zap", index: 1 });
  assert.deepEqual(keys.press("4", 3, 0), { do: "unknown", text: "4" });
  assert.deepEqual(keys.press("9", 9, 0), { do: "zap", index: 8 });
  assert.equal(keys.press("0", 9, 0), null);
});

test("with more, a digit waits where another one could follow", () => {
  const keys = new Keys();
  assert.deepEqual(keys.press("1", 12, 0), { do: "typed", text: "1" });
  assert.deepEqual(keys.press("2", 12, 100), { do: "zap", index: 11 });
  assert.deepEqual(keys.press("2", 12, 200), { do: "zap", index: 1 });
  assert.deepEqual(keys.press("1", 12, 300), { do: "typed", text: "1" });
  assert.equal(keys.due(12, 500), null);
  assert.deepEqual(keys.due(12, 1200), { do: "zap", index: 0 });
  assert.equal(keys.due(12, 5000), null);
});

test("a number beyond the last one is unknown, and another key forgets it", () => {
  const keys = new Keys();
  keys.press("1", 15, 0);
  assert.deepEqual(keys.press("9", 15, 1), { do: "unknown", text: "19" });
  keys.press("1", 15, 2);
  keys.press("ArrowDown", 15, 3);
  assert.deepEqual(keys.press("5", 15, 4), { do: "zap", index: 4 });
});

test("digits before there are channels lead nowhere", () => {
  assert.deepEqual(new Keys().press("1", 0, 0), { do: "unknown", text: "1" });
});
