// A cursor over bytes from outside, big endian. It never leaves them: a read beyond their end is a HespFormatError.

import { HespFormatError } from "./format-error.js";

const WORD = 2 ** 32;

export class ByteReader {
  #bytes;
  #view;
  #at = 0;
  #name;

  /**
   * @param {Uint8Array} bytes
   * @param {string} name  what they are, for the message of an error
   */
  constructor(bytes, name) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  /** @returns {number} */
  get left() {
    return this.#bytes.length - this.#at;
  }

  /**
   * Goes on by so many bytes, and says where they begin.
   * @param {number} count
   * @returns {number}
   */
  skip(count) {
    const from = this.#at;
    if (count > this.left) {
      throw new HespFormatError(`${this.#name}: ends after ${this.#bytes.length} bytes, within a field`);
    }
    this.#at += count;
    return from;
  }

  u8() {
    return this.#view.getUint8(this.skip(1));
  }

  u16() {
    return this.#view.getUint16(this.skip(2));
  }

  u24() {
    return this.u8() * 65536 + this.u16();
  }

  u32() {
    return this.#view.getUint32(this.skip(4));
  }

  i32() {
    return this.#view.getInt32(this.skip(4));
  }

  /** Where nobody means more than 2^53 - 1: an error above that. */
  u64() {
    const value = this.u32() * WORD + this.u32();
    if (!Number.isSafeInteger(value)) {
      throw new HespFormatError(`${this.#name}: a number is above 2^53 - 1`);
    }
    return value;
  }

  /**
   * A view, not a copy.
   * @param {number} count
   * @returns {Uint8Array}
   */
  take(count) {
    const from = this.skip(count);
    return this.#bytes.subarray(from, from + count);
  }

  /** Text up to its zero byte, which is passed over. */
  text() {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) {
      throw new HespFormatError(`${this.#name}: a text has no end`);
    }
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }
}
