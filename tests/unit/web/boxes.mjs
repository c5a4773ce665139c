// Boxes written by hand, for what no file of the corpus has.

/** @param {number} value */
export function u32(value) {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** @param {number} value */
export function u64(value) {
  return [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
}

/** @param {string} text */
export function ascii(text) {
  return [...text].map((c) => c.charCodeAt(0));
}

/**
 * @param {string} type
 * @param {...(number[] | Uint8Array)} parts
 */
export function box(type, ...parts) {
  const payload = parts.flatMap((part) => [...part]);
  return [...u32(8 + payload.length), ...ascii(type), ...payload];
}

/**
 * @param {string} type
 * @param {number} version
 * @param {number} flags
 * @param {...number[]} parts
 */
export function fullBox(type, version, flags, ...parts) {
  return box(type, u32(version * 2 ** 24 + flags), ...parts);
}

/**
 * A chunk of one sample as the packager writes it; each box can be replaced.
 * @param {{time?: number, size?: number, prft?: number[], emsg?: number[], tfhd?: number[], tfdt?: number[],
 *   trun?: (dataOffset: number) => number[], mdat?: number[]}} [parts]
 */
export function chunk(parts = {}) {
  const time = parts.time ?? 3000;
  const size = parts.size ?? 5;
  const prft = parts.prft ?? fullBox("prft", 1, 24, u32(1), u32(3900000000), u32(2 ** 31), u64(time));
  const tfhd = parts.tfhd ?? fullBox("tfhd", 0, 0x20000, u32(1));
  const tfdt = parts.tfdt ?? fullBox("tfdt", 1, 0, u64(time));
  const trun = parts.trun ?? ((at) => fullBox("trun", 1, 0x701, u32(1), u32(at), u32(1000), u32(size), u32(0x2000000)));
  /** @param {number} at */
  const moof = (at) => box("moof", fullBox("mfhd", 0, 0, u32(1)), box("traf", tfhd, tfdt, trun(at)));
  const mdat = parts.mdat ?? box("mdat", new Uint8Array(size).map((_, i) => i));
  return Uint8Array.from([...prft, ...(parts.emsg ?? []), ...moof(moof(0).length + 8), ...mdat]);
}

/**
 * @param {string} value
 * @param {string} message
 */
export function hespEvent(value, message) {
  const texts = ascii(`urn:theo:hesp:2020\0${value}\0`);
  return fullBox("emsg", 0, 0, texts, u32(1), u32(0), u32(0), u32(0), ascii(message));
}
