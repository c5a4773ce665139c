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

/** Samples of a cell that are looked at, each way. */
const SAMPLES = 4;

/** Where to look in cells of a picture of so many samples: SAMPLES places in the middle of each of `count` cells. */
function places(count, from, to) {
  const all = [];
  for (let cell = 0; cell < count; cell++) {
    const size = (to - from) / count;
    for (let i = 0; i < SAMPLES; i++) all.push(Math.floor(from + size * (cell + 0.3 + (0.4 * (i + 0.5)) / SAMPLES)));
  }
  return all;
}

/** The means of the cells' middles in a plane of luma (or of any other colour that is black and white). */
function meansIn(data, stride, step, columns, rows) {
  const means = new Float32Array(COLUMNS * ROWS);
  for (let y = 0; y < rows.length; y++) {
    const row = Math.floor(y / SAMPLES) * COLUMNS;
    for (let x = 0; x < columns.length; x++) {
      means[row + Math.floor(x / SAMPLES)] += data[rows[y] * stride + columns[x] * step] / SAMPLES ** 2;
    }
  }
  return means;
}

/** Reads stamps off what an element shows, with the least work: only the strip that carries them is copied. */
export class StampReader {
  constructor() {
    this.canvas = new OffscreenCanvas(COLUMNS * SAMPLES, ROWS * SAMPLES);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  /** The stamp of the picture that a video shows now, or null. The picture is taken before this returns. */
  async readVideo(video) {
    let frame;
    try {
      frame = new VideoFrame(video, { timestamp: 0 });
    } catch {
      return null; // it shows nothing
    }
    try {
      const { x, y, width, height } = frame.visibleRect;
      const top = 2 * Math.floor((14 * height) / 36);
      const rect = { x, y: y + top, width, height: height - top };
      if (!/^(I420|NV12)/.test(frame.format ?? "")) return this.readSurface(frame, width, height);
      const bytes = new Uint8Array(frame.allocationSize({ rect }));
      const [luma] = await frame.copyTo(bytes, { rect });
      const first = (14 * height) / 18 - top;
      const rows = places(ROWS, first, height - top);
      return readCells(meansIn(bytes.subarray(luma.offset), luma.stride, 1, places(COLUMNS, 0, width), rows));
    } finally {
      frame.close();
    }
  }

  /** The stamp of a canvas of width x height, or null. */
  readSurface(source, width, height) {
    if (!width || !height) return null;
    const top = Math.floor((14 * height) / 18);
    const { width: w, height: h } = this.canvas;
    this.context.drawImage(source, 0, top, width, height - top, 0, 0, w, h);
    const { data } = this.context.getImageData(0, 0, w, h);
    return readCells(meansIn(data.subarray(1), w * 4, 4, places(COLUMNS, 0, w), places(ROWS, 0, h)));
  }
}
