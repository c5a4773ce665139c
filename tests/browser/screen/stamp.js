// Reads off a picture what `test:` stamped into it: which channel, which frame, captured when. The layout is that of
// media/stamp/stamp.h, and so is what a reader demands: it trusts every cell or says nothing.

const columns = 32;
const rows = 4;
const heightUnits = 18; // a row of cells is 1/18 of the picture's height, the first at 14/18
const topUnit = heightUnits - rows;
const firstContentColumn = 2;
const lastContentColumn = 29;
const contentBytes = 14;
const checkedBytes = 12;
const contrastMin = 48;
const calibrationCellsEach = 8;

/**
 * @typedef {object} Stamp
 * @property {number} channel
 * @property {number} frame          its number in its Presentation
 * @property {number} captureUtcMs
 */

/** The first row of a picture of this height that belongs to the stamp. @param {number} height */
export function stampTop(height) {
  return Math.floor((topUnit * height) / heightUnits);
}

/** @param {number} column @param {number} row */
function calibrationBit(column, row) {
  if (column >= firstContentColumn && column <= lastContentColumn) return null;
  return (column < firstContentColumn ? column + row : row) % 2 === 0;
}

/** CRC-16/EN-13757. @param {Uint8Array} bytes */
export function crc16(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x3d65) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc ^ 0xffff;
}

/** @param {Uint8Array} bytes @param {number} at @param {number} count */
function numberAt(bytes, at, count) {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + bytes[at + i];
  return value;
}

/** @param {number} gray  32 bits */
function fromGray(gray) {
  for (let shift = 1; shift < 32; shift *= 2) gray ^= gray >>> shift;
  return gray >>> 0;
}

/**
 * The mean of the middle of a cell, of its green: the stamp is grey.
 * @param {Uint8ClampedArray} rgba @param {number} width @param {number} height @param {number} column @param {number} row
 */
function meanOfMiddle(rgba, width, height, column, row) {
  const x0 = Math.floor((column * width) / columns);
  const x1 = Math.floor(((column + 1) * width) / columns);
  const top = stampTop(height);
  const y0 = Math.floor(((topUnit + row) * height) / heightUnits) - top;
  const y1 = Math.floor(((topUnit + row + 1) * height) / heightUnits) - top;
  const marginX = Math.floor((x1 - x0) / 4);
  const marginY = Math.floor((y1 - y0) / 4);
  let sum = 0;
  let count = 0;
  for (let y = y0 + marginY; y < y1 - marginY; y++) {
    for (let x = x0 + marginX; x < x1 - marginX; x++) {
      sum += rgba[(y * width + x) * 4 + 1];
      count++;
    }
  }
  return sum / count;
}

/**
 * @param {Uint8ClampedArray} rgba  the rows of the picture from stampTop(height) on
 * @param {number} width   of the picture, 128 or more
 * @param {number} height  of the whole picture, 72 or more
 * @returns {Stamp | null}  null: there is none, or not every cell can be trusted
 */
export function readStamp(rgba, width, height) {
  if (width < 128 || height < 72) return null;
  const means = new Float64Array(rows * columns);
  let black = 0;
  let white = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const mean = meanOfMiddle(rgba, width, height, column, row);
      means[row * columns + column] = mean;
      const bit = calibrationBit(column, row);
      if (bit === true) white += mean / calibrationCellsEach;
      if (bit === false) black += mean / calibrationCellsEach;
    }
  }
  if (white - black < contrastMin) return null;
  const content = new Uint8Array(contentBytes);
  const margin = (white - black) / 8;
  const threshold = (white + black) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const mean = means[row * columns + column];
      if (Math.abs(mean - threshold) <= margin) return null;
      const bit = calibrationBit(column, row);
      if (bit !== null && bit !== mean > threshold) return null;
      if (bit === null && mean > threshold) {
        content[(column - firstContentColumn) >> 1] |= 0x80 >> (2 * row + (column % 2));
      }
    }
  }
  if (numberAt(content, checkedBytes, 2) !== crc16(content.subarray(0, checkedBytes))) return null;
  return {
    channel: numberAt(content, 0, 2),
    captureUtcMs: numberAt(content, 2, 6) / 10,
    frame: fromGray(numberAt(content, 8, 4)),
  };
}
