import assert from "node:assert/strict";
import test from "node:test";

import { AppendQueue } from "../../../../web/lib/render/mse/append-queue.js";

/** A SourceBuffer that takes what it is given when it is told to, and notes what was done to it. */
class FakeBuffer extends EventTarget {
  updating = false;
  offset = 0;
  /** @type {string[]} */
  done = [];
  full = false;

  set timestampOffset(seconds) {
    assert.ok(!this.updating);
    this.done.push(`offset ${seconds}`);
  }

  changeType(type) {
    assert.ok(!this.updating);
    this.done.push(`type ${type}`);
  }

  appendBuffer(bytes) {
    assert.ok(!this.updating);
    if (this.full) throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
    this.updating = true;
    this.done.push(`append ${[...bytes].join(",")}`);
  }

  remove(from, to) {
    assert.ok(!this.updating);
    this.updating = true;
    this.full = false;
    this.done.push(`remove ${from}-${to}`);
  }

  finish() {
    this.updating = false;
    this.dispatchEvent(new Event("updateend"));
  }
}

/** @param {Partial<import("../../../../web/lib/render/mse/append-queue.js").QueueTold>} [told] */
function make(told = {}) {
  const buffer = new FakeBuffer();
  /** @type {string[]} */
  const failures = [];
  const queue = new AppendQueue(/** @type {any} */ (buffer),
    { failed: (text) => failures.push(text), makeRoom: () => 0, ...told });
  return { buffer, queue, failures };
}

/** @param {...number} bytes */
function bytes(...bytes) {
  return { bytes: Uint8Array.from(bytes) };
}

test("one thing at a time, and what waits goes together", () => {
  const { buffer, queue } = make();
  queue.push(bytes(1));
  queue.push(bytes(2));
  queue.push(bytes(3, 4));
  assert.deepEqual(buffer.done, ["append 1"]);
  buffer.finish();
  assert.deepEqual(buffer.done, ["append 1", "append 2,3,4"]);
  buffer.finish();
  assert.equal(queue.length, 0);
});

test("an offset or a type changes before its own piece, not before those that wait in front", () => {
  const { buffer, queue } = make();
  queue.push(bytes(1));
  queue.push(bytes(2));
  queue.push({ ...bytes(3), offsetSeconds: 7, type: "video/mp4" });
  queue.push(bytes(4));
  for (let i = 0; i < 3; i++) buffer.finish();
  assert.deepEqual(buffer.done, ["append 1", "append 2", "type video/mp4", "offset 7", "append 3,4"]);
});

test("what waits can be given up", () => {
  const { buffer, queue } = make();
  queue.push(bytes(1));
  queue.push(bytes(2));
  queue.clear();
  queue.push(bytes(3));
  buffer.finish();
  assert.deepEqual(buffer.done, ["append 1", "append 3"]);
});

test("trimming waits until there is nothing else to do, and is not done twice", () => {
  const { buffer, queue } = make();
  queue.push(bytes(1));
  queue.trim(5);
  queue.push(bytes(2));
  buffer.finish();
  buffer.finish();
  buffer.finish();
  queue.trim(5);
  queue.trim(4);
  assert.deepEqual(buffer.done, ["append 1", "append 2", "remove 0-5"]);
});

test("a full buffer is made room in, and nothing is lost", () => {
  const { buffer, queue, failures } = make({ makeRoom: () => 3 });
  buffer.full = true;
  queue.push(bytes(1));
  queue.push(bytes(2));
  buffer.finish();
  assert.deepEqual(buffer.done, ["remove 0-3", "append 1,2"]);
  assert.deepEqual(failures, []);
});

test("a buffer that stays full fails, once", () => {
  const { buffer, queue, failures } = make({ makeRoom: () => 0 });
  buffer.full = true;
  queue.push(bytes(1));
  queue.push(bytes(2));
  assert.deepEqual(failures, ["the browser's buffer is full"]);
  assert.deepEqual(buffer.done, []);
});

test("what can't be parsed fails, and nothing is appended after that", () => {
  const { buffer, queue, failures } = make();
  queue.push(bytes(1));
  queue.push(bytes(2));
  buffer.dispatchEvent(new Event("error"));
  buffer.finish();
  queue.push(bytes(3));
  assert.equal(failures.length, 1);
  assert.deepEqual(buffer.done, ["append 1"]);
});

test("once closed it listens no more", () => {
  const { buffer, queue } = make();
  queue.push(bytes(1));
  queue.push(bytes(2));
  queue.close();
  buffer.finish();
  assert.deepEqual(buffer.done, ["append 1"]);
});
