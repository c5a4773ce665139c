// Reads the stamp that test pictures carry: which channel, which frame, captured when. The layout is that of
// media/stamp/stamp.h; this file knows it for pictures that a browser shows.

const COLUMNS = 32;
const ROWS = 4;
const CONTENT_BYTES = 14;
const CONTRAST_MIN = 48;

/** Whether a calibration cell is white, undefined for all others. */
function calibration(column, row) {
  if (column < 2) return (column + row) % 2 === 0;
  return column > 29 ? row % 2 === 0 : undefined;
}

function crc16(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x3d65 : crc << 1) & 0xffff;
  }
  return ~crc & 0xffff;
}

const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/**
 * The stamp in the means of the cells' middles, row by row from the top, or null where not every cell can be trusted.
 * @param {ArrayLike<number>} means  of 32 x 4 cells
 */
export function readCells(means) {
  const sums = [0, 0];
  for (let i = 0; i < COLUMNS * ROWS; i++) {
    const white = calibration(i % COLUMNS, Math.floor(i / COLUMNS));
    if (white !== undefined) sums[Number(white)] += means[i] / 8;
  }
  if (sums[1] - sums[0] < CONTRAST_MIN) return null;
  const middle = (sums[0] + sums[1]) / 2;
  const margin = (sums[1] - sums[0]) / 8;
  const content = new Uint8Array(CONTENT_BYTES);
  for (let i = 0; i < COLUMNS * ROWS; i++) {
    const column = i % COLUMNS;
    const row = Math.floor(i / COLUMNS);
    if (Math.abs(means[i] - middle) < margin) return null;
    const white = means[i] > middle;
    const due = calibration(column, row);
    if (due !== undefined && due !== white) return null;
    if (due === undefined && white) content[(column - 2) >> 1] |= 0x80 >> (2 * row + (column % 2));
  }
  if (number([...content.subarray(12)]) !== crc16(content.subarray(0, 12))) return null;
  let frame = number([...content.subarray(8, 12)]);
  for (let shift = 1; shift < 32; shift *= 2) frame = (frame ^ (frame >>> shift)) >>> 0;
  return {
    channel: number([...content.subarray(0, 2)]),
    captureUtcMs: number([...content.subarray(2, 8)]) / 10,
    frame,
  };
}

/** Reads stamps off what an element shows. One canvas is used again and again. */
export class StampReader {
  constructor() {
    // Four samples a cell each way, so that the middle of a cell is whole samples of its own.
    this.canvas = new OffscreenCanvas(COLUMNS * 4, ROWS * 4);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  /** The stamp of what `source` (a video or a canvas of width x height) shows, or null. */
  read(source, width, height) {
    if (!width || !height) return null;
    const top = Math.floor((14 * height) / 18);
    this.context.drawImage(source, 0, top, width, height - top, 0, 0, this.canvas.width, this.canvas.height);
    const { data } = this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    const means = new Float32Array(COLUMNS * ROWS);
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        let sum = 0;
        for (let y = 1; y < 3; y++) {
          for (let x = 1; x < 3; x++) sum += data[((row * 4 + y) * this.canvas.width + column * 4 + x) * 4 + 1];
        }
        means[row * COLUMNS + column] = sum / 4;
      }
    }
    return readCells(means);
  }
}
