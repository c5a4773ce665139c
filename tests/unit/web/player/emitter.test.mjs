import assert from "node:assert/strict";
import test from "node:test";

import { Emitter } from "../../../../web/lib/player/emitter.js";

test("who listens is told, until he doesn't any more", () => {
  const emitter = new Emitter();
  /** @type {number[]} */
  const heard = [];
  const listener = (/** @type {number} */ n) => heard.push(n);
  emitter.on("a", listener);
  emitter.on("a", listener);
  emitter.emit("a", 1);
  emitter.emit("b", 2);
  emitter.off("a", listener);
  emitter.emit("a", 3);
  assert.deepEqual(heard, [1], "twice the same listener is one");
});

test("listeners may come and go while they are told", () => {
  const emitter = new Emitter();
  /** @type {string[]} */
  const heard = [];
  const second = () => heard.push("second");
  emitter.on("a", () => {
    heard.push("first");
    emitter.off("a", second);
    emitter.on("a", () => heard.push("late"));
  });
  emitter.on("a", second);
  emitter.emit("a", null);
  assert.deepEqual(heard, ["first", "second"]);
});

test("one that throws keeps nobody from being told, and is reported", (t) => {
  const emitter = new Emitter();
  /** @type {unknown[]} */
  const reported = [];
  Object.assign(globalThis, { reportError: (/** @type {unknown} */ error) => reported.push(error) });
  t.after(() => Reflect.deleteProperty(globalThis, "reportError"));
  let told = false;
  emitter.on("a", () => {
    throw new Error("of a page");
  });
  emitter.on("a", () => {
    told = true;
  });
  emitter.emit("a", null);
  assert.ok(told);
  assert.deepEqual(reported.map(String), ["Error: of a page"]);
});
