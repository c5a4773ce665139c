// What waits to be appended to a SourceBuffer, which takes one thing at a time. Chunks that wait are appended together.
// Whatever changes for what follows (type, timestampOffset) changes between whole chunks only.

/**
 * @typedef {object} Piece
 * @property {Uint8Array} bytes          whole segments
 * @property {number} [offsetSeconds]    timestampOffset from here on
 * @property {string} [type]             what the SourceBuffer holds from here on, with codecs
 */

/**
 * @typedef {object} QueueTold  functions that an AppendQueue calls
 * @property {(text: string) => void} failed  nothing more can be appended
 * @property {() => number} makeRoom  the buffer is full: up to where, in seconds, it may be emptied; 0: nowhere
 */

/** @param {Uint8Array[]} parts */
function joined(parts) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export class AppendQueue {
  #buffer;
  #told;
  /** @type {Piece[]} */
  #pieces = [];
  #trimToSeconds = 0;
  #trimmedToSeconds = 0;
  #roomTries = 0;
  #closed = false;
  #onUpdate = () => this.#go();
  #onError = () => this.#fail("the browser can't make sense of what was appended");

  /**
   * @param {SourceBuffer} buffer
   * @param {QueueTold} told
   */
  constructor(buffer, told) {
    this.#buffer = buffer;
    this.#told = told;
    buffer.addEventListener("updateend", this.#onUpdate);
    buffer.addEventListener("error", this.#onError);
  }

  /** Pieces that wait. */
  get length() {
    return this.#pieces.length;
  }

  /** @param {Piece} piece */
  push(piece) {
    if (this.#closed) return;
    this.#pieces.push(piece);
    this.#go();
  }

  /** What waits is given up. What is being appended right now is not. */
  clear() {
    this.#pieces = [];
  }

  /**
   * What lies before that may go, once there is nothing else to do. A keyframe has to start there: a SourceBuffer
   * removes everything up to the next one.
   * @param {number} seconds
   */
  trim(seconds) {
    this.#trimToSeconds = Math.max(this.#trimToSeconds, seconds);
    this.#go();
  }

  close() {
    this.#closed = true;
    this.#pieces = [];
    this.#buffer.removeEventListener("updateend", this.#onUpdate);
    this.#buffer.removeEventListener("error", this.#onError);
  }

  #go() {
    if (this.#closed || this.#buffer.updating) return;
    try {
      if (this.#pieces.length) this.#append();
      else if (this.#trimToSeconds > this.#trimmedToSeconds) this.#remove(this.#trimToSeconds);
    } catch (error) {
      this.#caught(error);
    }
  }

  #append() {
    const first = this.#pieces[0];
    if (first.type) this.#buffer.changeType(first.type);
    if (first.offsetSeconds !== undefined) this.#buffer.timestampOffset = first.offsetSeconds;
    let count = 1;
    while (count < this.#pieces.length && !this.#pieces[count].type && this.#pieces[count].offsetSeconds === undefined)
      count++;
    const bytes = joined(this.#pieces.slice(0, count).map((piece) => piece.bytes));
    // Throws where there is no room: then all of it still waits.
    this.#buffer.appendBuffer(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    this.#pieces.splice(0, count);
    this.#roomTries = 0;
  }

  /** @param {number} seconds */
  #remove(seconds) {
    this.#trimmedToSeconds = seconds;
    this.#buffer.remove(0, seconds);
  }

  /** @param {unknown} error */
  #caught(error) {
    const name = error instanceof Error ? error.name : "";
    const text = error instanceof Error ? error.message : String(error);
    const room = name === "QuotaExceededError" && this.#roomTries === 0 ? this.#told.makeRoom() : 0;
    if (room <= this.#trimmedToSeconds) {
      this.#fail(name === "QuotaExceededError" ? "the browser's buffer is full" : text);
      return;
    }
    this.#roomTries++;
    this.#trimToSeconds = Math.max(this.#trimToSeconds, room);
    try {
      this.#remove(room);
    } catch (second) {
      this.#fail(String(second));
    }
  }

  /** @param {string} text */
  #fail(text) {
    if (this.#closed) return;
    this.close();
    this.#told.failed(text);
  }
}
