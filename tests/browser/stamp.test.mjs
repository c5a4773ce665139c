// The browser's reader of stamps against what media/stamp/stamp.c draws.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc16, readStamp, stampTop } from "./screen/stamp.js";

// What stamp_write draws for channel 7, frame 123456, captured 1795000000.1234 s after 1970.
const drawn = [
  "#........#.#.##.##.......#..####",
  ".#.....#.#...###.#.....##..###..",
  "#....#....####..............#.##",
  ".#..##..######..#....###..#..#..",
];

/** @param {string[]} cells @param {number} width @param {number} height @param {number} black @param {number} white */
function picture(cells, width, height, black = 18, white = 233) {
  const top = stampTop(height);
  const rgba = new Uint8ClampedArray(width * (height - top) * 4).fill(255);
  for (let row = 0; row < 4; row++) {
    const y1 = Math.floor(((15 + row) * height) / 18) - top;
    for (let y = Math.floor(((14 + row) * height) / 18) - top; y < y1; y++) {
      for (let column = 0; column < 32; column++) {
        const value = cells[row][column] === "#" ? white : black;
        for (let x = Math.floor((column * width) / 32); x < Math.floor(((column + 1) * width) / 32); x++) {
          rgba.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 3);
        }
      }
    }
  }
  return rgba;
}

test("the checksum is that of the standard's example", () => {
  assert.equal(crc16(new TextEncoder().encode("123456789")), 0xc2b7);
});

test("a stamp is read at every size", () => {
  for (const [width, height] of [[128, 72], [192, 108], [256, 144], [426, 240], [854, 480], [1281, 719]]) {
    assert.deepEqual(readStamp(picture(drawn, width, height), width, height), {
      channel: 7,
      frame: 123456,
      captureUtcMs: 1795000000123.4,
    });
  }
});

test("a picture that can't be trusted tells nothing", () => {
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 32; column++) {
      const cells = drawn.map((line) => [...line]);
      cells[row][column] = cells[row][column] === "#" ? "." : "#";
      const wrong = cells.map((line) => line.join(""));
      assert.equal(readStamp(picture(wrong, 256, 144), 256, 144), null, `cell ${column}, ${row} is wrong`);
    }
  }
  assert.equal(readStamp(picture(drawn, 256, 144, 100, 140), 256, 144), null, "too little contrast");
  assert.equal(readStamp(picture(drawn, 120, 72), 120, 72), null, "too small");
  const blended = picture(drawn, 256, 144);
  for (let x = 64; x < 72; x++) for (let y = 0; y < 8; y++) blended[(y * 256 + x) * 4 + 1] = 125;
  assert.equal(readStamp(blended, 256, 144), null, "a cell is neither black nor white");
});
