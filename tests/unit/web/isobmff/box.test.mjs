import assert from "node:assert/strict";
import { test } from "node:test";

import { BOX_BYTES_MAX, boxesIn, child, findChild, readBoxHeader } from "../../../../web/lib/isobmff/box.js";
import { readEventMessage } from "../../../../web/lib/isobmff/emsg.js";
import { HespFormatError } from "../../../../web/lib/isobmff/format-error.js";
import { readProducerTime } from "../../../../web/lib/isobmff/prft.js";
import { ascii, box, fullBox, u32, u64 } from "../boxes.mjs";

/** @param {number[]} list */
const bytes = (list) => Uint8Array.from(list);

test("a header tells type and size, of 32 and of 64 bits", () => {
  assert.deepEqual(readBoxHeader(bytes(box("free", [1, 2])), 0), { type: "free", headerBytes: 8, size: 10 });
  const large = bytes([...u32(1), ...ascii("mdat"), ...u64(20), 9, 9, 9, 9]);
  assert.deepEqual(readBoxHeader(large, 0), { type: "mdat", headerBytes: 16, size: 20 });
  const [only] = boxesIn(large, "test");
  assert.deepEqual([...only.payload], [9, 9, 9, 9]);
});

test("a header that is cut says how much it takes", () => {
  const large = bytes([...u32(1), ...ascii("mdat"), ...u64(20)]);
  for (let length = 0; length < 8; length++) {
    assert.deepEqual(readBoxHeader(large.subarray(0, length), 0), { type: "", headerBytes: 8, size: 0 });
  }
  for (let length = 8; length < 16; length++) {
    assert.deepEqual(readBoxHeader(large.subarray(0, length), 0), { type: "mdat", headerBytes: 16, size: 0 });
  }
});

test("sizes that can't be are named", () => {
  const refused = [
    [[...u32(0), ...ascii("mdat")], /"mdat": its size can't be 0/],
    [[...u32(7), ...ascii("mdat")], /"mdat": its size can't be 7/],
    [[...u32(1), ...ascii("mdat"), ...u64(15)], /can't be 15/],
    [[...u32(BOX_BYTES_MAX + 1), ...ascii("mdat")], /more than/],
    [[...u32(1), ...ascii("mdat"), ...u32(2 ** 32 - 1), ...u32(2 ** 32 - 1)], /more than/],
    [[...u32(4), 1, 10, 255, 65], /"\\x01\\x0a\\xffA"/],
  ];
  for (const [list, message] of refused) {
    assert.throws(() => readBoxHeader(bytes(list), 0), (e) => e instanceof HespFormatError && message.test(e.message));
  }
});

test("a box that reaches over the end of what it lies in is refused", () => {
  const two = bytes([...box("free", [1]), ...box("skip", [2, 3])]);
  for (let length = 0; length <= two.length; length++) {
    const read = () => [...boxesIn(two.subarray(0, length), "here")].map((b) => b.type);
    if (length === 0 || length === 9 || length === two.length) {
      assert.deepEqual(read(), ["free", "skip"].slice(0, length === 0 ? 0 : length === 9 ? 1 : 2));
    } else {
      assert.throws(read, /^HespFormatError: here: ends within/);
    }
  }
});

test("a child is the only one of its type", () => {
  const parent = bytes([...box("aaaa", [1]), ...box("bbbb", [2]), ...box("aaaa", [3])]);
  assert.deepEqual([...child(parent, "bbbb", "here")], [2]);
  assert.equal(findChild(parent, "cccc", "here"), null);
  assert.throws(() => child(parent, "cccc", "here"), /here: has no "cccc"/);
  assert.throws(() => child(parent, "aaaa", "here"), /here: has more than one "aaaa"/);
});

/** @param {number[]} list  a whole box */
const payload = (list) => bytes(list.slice(8));

test("prft tells UTC, in both versions and both eras of NTP", () => {
  const half = 2 ** 31;
  /** @param {number} version @param {...number[]} fields */
  const prft = (version, ...fields) => readProducerTime(payload(fullBox("prft", version, 24, u32(1), ...fields)));
  assert.equal(prft(1, u32(2208988800), u32(half), u32(half), u32(0)), 500);
  assert.equal(prft(0, u32(3913056000), u32(0), u32(77)), Date.UTC(2024, 0, 1));
  assert.equal(prft(1, u32(0), u32(0), u64(0)), Date.UTC(2036, 1, 7, 6, 28, 16));
  assert.throws(() => prft(1, u32(0), u32(0), u32(0)), /prft: ends/);
  assert.throws(() => readProducerTime(payload(fullBox("prft", 2, 0, u32(1), u64(0), u64(0)))), /version 2/);
});

test("emsg is read in both versions, later ones are left to others", () => {
  const texts = ascii("urn:x\0v\0");
  const numbers = [...u32(1000), ...u32(5), ...u32(6), ...u32(7)];
  const later = [...u32(1000), ...u32(2 ** 31), ...u32(0), ...u32(6), ...u32(7)];
  const zero = readEventMessage(payload(fullBox("emsg", 0, 0, texts, numbers, ascii("{}"))));
  const one = readEventMessage(payload(fullBox("emsg", 1, 0, later, texts)));
  assert.equal(zero?.schemeIdUri, "urn:x");
  assert.equal(zero?.value, "v");
  assert.deepEqual([...(zero?.messageData ?? [])], ascii("{}"));
  assert.equal(one?.value, "v");
  assert.equal(one?.messageData.length, 0);
  assert.equal(readEventMessage(payload(fullBox("emsg", 2, 0))), null);
  assert.throws(() => readEventMessage(payload(fullBox("emsg", 0, 0, ascii("urn:x")))), /a text has no end/);
});
