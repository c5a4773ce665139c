// The inputs that the C fuzzers have found worth keeping, and bytes that are changed at random, the same in each run.

import { readdirSync, readFileSync } from "node:fs";

/**
 * @param {string} name  of a folder of tests/fuzz/corpus
 * @returns {{name: string, bytes: Uint8Array}[]}
 */
export function corpus(name) {
  const folder = new URL(`../../fuzz/corpus/${name}/`, import.meta.url);
  return readdirSync(folder).map((file) => ({ name: `${name}/${file}`, bytes: corpusFile(name, file) }));
}

/**
 * @param {string} name
 * @param {string} file
 * @returns {Uint8Array}
 */
export function corpusFile(name, file) {
  return new Uint8Array(readFileSync(new URL(`../../fuzz/corpus/${name}/${file}`, import.meta.url)));
}

/**
 * Numbers from 0 to below 1 (xorshift of 32 bits).
 * @param {number} seed  not 0
 */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A copy with one to four bits turned over.
 * @param {Uint8Array} bytes
 * @param {() => number} random
 */
export function flipped(bytes, random) {
  const copy = bytes.slice();
  for (let i = 0; i <= random() * 3; i++) {
    copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
  }
  return copy;
}
