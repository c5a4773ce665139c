// Coded pictures in, VideoFrames out, in their order. A rung whose decoder configuration differs gets a decoder of its
// own, while the one before gives what it still has: no flush, no picture lost.

/**
 * @typedef {object} Picture  what is known of a picture beside its pixels
 * @property {import("../../types.js").Track} track
 * @property {number} sequence
 * @property {number} mediaMs       manifest time
 * @property {number} durationMs
 * @property {number} captureUtcMs
 * @property {boolean} first        of a begin
 * @property {number} order         rises by one a picture
 * @property {number} heldMs        since when it has waited for those before it to be shown; NaN: it has not
 */

/** @typedef {{picture: Picture, sample: Uint8Array, sync: boolean, header: import("../../types.js").Header}} Coded */

/** So many pictures are in decoding or decoded and not shown: hardware decoders have few surfaces. */
const decodedMost = 8;
/** So many coded ones wait: half a minute. */
const codedMost = 900;
/** A decoder that is silent for so long is stuck. */
const silentMs = 2000;

/**
 * @param {import("../../types.js").Header} header
 * @returns {VideoDecoderConfig}
 */
export function videoConfig(header) {
  return {
    codec: header.codec,
    description: header.description,
    codedWidth: header.width || undefined,
    codedHeight: header.height || undefined,
    optimizeForLatency: true,
  };
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** One VideoDecoder and what it was given. */
class Decoder {
  header;
  /** @type {Map<number, Picture>} by what is told to it as timestamp */
  given = new Map();
  askedMs = 0;
  #decoder;

  /**
   * @param {import("../../types.js").Header} header
   * @param {(decoder: Decoder, frame: VideoFrame) => void} output
   * @param {(decoder: Decoder, error: DOMException) => void} failed
   */
  constructor(header, output, failed) {
    this.header = header;
    this.#decoder = new VideoDecoder({
      output: (frame) => output(this, frame),
      error: (error) => failed(this, error),
    });
    this.#decoder.configure(videoConfig(header));
  }

  /**
   * @param {Coded} coded
   * @param {number} nowMs
   */
  decode(coded, nowMs) {
    if (!this.given.size) this.askedMs = nowMs;
    // The order serves as timestamp: media times may repeat from one channel to the next, these don't.
    this.given.set(coded.picture.order, coded.picture);
    const type = coded.sync ? "key" : "delta";
    this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: coded.picture.order, data: coded.sample }));
  }

  drain() {
    this.#decoder.flush().then(() => this.close(), () => this.close());
  }

  close() {
    if (this.#decoder.state !== "closed") this.#decoder.close();
    this.given.clear();
  }
}

export class PictureDecoder {
  #output;
  #failed;
  #waiting;
  /** @type {import("../../types.js").Header | null} */
  #header = null;
  /** @type {Decoder | null} */
  #current = null;
  /** @type {Set<Decoder>} */
  #drained = new Set();
  /** @type {Coded[]} */
  #coded = [];
  #from = 0;
  #order = 0;
  #needsKey = true;

  /**
   * @param {object} to
   * @param {(frame: VideoFrame, picture: Picture) => void} to.output  the frame is the receiver's to close
   * @param {(text: string, hopeless: boolean) => void} to.failed      nothing comes before the next begin, or ever
   * @param {() => number} to.waiting                                  how many it has given that are still open
   */
  constructor({ output, failed, waiting }) {
    this.#output = output;
    this.#failed = failed;
    this.#waiting = waiting;
  }

  /** What was given before is of no interest any more. */
  begin() {
    this.#coded.length = 0;
    this.#from = this.#order;
    this.#needsKey = true;
    for (const decoder of this.#drained) decoder.close();
    this.#drained.clear();
  }

  /** @param {import("../../types.js").Header} header */
  header(header) {
    this.#header = header;
  }

  /**
   * @param {Omit<Picture, "order" | "heldMs">} given
   * @param {import("../../types.js").Frame} frame
   * @param {number} nowMs
   */
  frame(given, frame, nowMs) {
    if (!this.#header || (this.#needsKey && !frame.sync)) return;
    this.#needsKey = false;
    if (this.#coded.length >= codedMost) {
      this.#fail(`${codedMost} pictures wait for the decoder`);
      return;
    }
    // Of a rung that overlaps the one before nothing waits behind what it replaces.
    while (frame.sync && (this.#coded.at(-1)?.picture.mediaMs ?? -Infinity) >= given.mediaMs) this.#coded.pop();
    const heldMs = this.#waiting() >= decodedMost / 2 ? nowMs : NaN;
    const picture = { ...given, order: this.#order++, heldMs };
    this.#coded.push({ picture, sample: frame.sample, sync: frame.sync, header: this.#header });
    this.pump(nowMs);
  }

  /**
   * Decodes what there is room for. To be called when a picture was shown or closed.
   * @param {number} nowMs
   */
  pump(nowMs) {
    const current = this.#current;
    if (current?.given.size && nowMs - current.askedMs > silentMs) {
      this.#fail(`the decoder has given nothing for ${silentMs} ms`);
      return;
    }
    try {
      while (this.#coded.length && this.#waiting() + this.#inDecoding() < decodedMost) {
        const coded = /** @type {Coded} */ (this.#coded.shift());
        this.#decoderOf(coded.header).decode(coded, nowMs);
      }
    } catch (error) {
      this.#fail(String(error));
    }
  }

  destroy() {
    this.begin();
    this.#current?.close();
    this.#current = null;
    this.#header = null;
  }

  #inDecoding() {
    let count = this.#current?.given.size ?? 0;
    for (const decoder of this.#drained) count += decoder.given.size;
    return count;
  }

  /** @param {import("../../types.js").Header} header */
  #decoderOf(header) {
    const old = this.#current;
    if (old) {
      const before = old.header;
      if (before === header || (before.codec === header.codec && same(before.description, header.description)))
        return old;
      if (old.given.size) {
        this.#drained.add(old);
        old.drain();
      } else {
        old.close();
      }
    }
    this.#current = new Decoder(
      header,
      (decoder, frame) => this.#take(decoder, frame),
      (decoder, error) => this.#broken(decoder, error),
    );
    return this.#current;
  }

  /**
   * @param {Decoder} decoder
   * @param {VideoFrame} frame
   */
  #take(decoder, frame) {
    const picture = decoder.given.get(frame.timestamp);
    decoder.given.delete(frame.timestamp);
    decoder.askedMs = performance.now();
    if (decoder !== this.#current && !decoder.given.size) this.#drained.delete(decoder);
    if (picture && picture.order >= this.#from) this.#output(frame, picture);
    else frame.close();
    this.pump(decoder.askedMs);
  }

  /**
   * @param {Decoder} decoder
   * @param {DOMException} error
   */
  #broken(decoder, error) {
    this.#drained.delete(decoder);
    if (decoder === this.#current) this.#fail(error.message, error.name === "NotSupportedError");
  }

  /**
   * @param {string} text
   * @param {boolean} [hopeless]
   */
  #fail(text, hopeless = false) {
    this.begin();
    this.#current?.close();
    this.#current = null;
    this.#header = null;
    this.#failed(text, hopeless);
  }
}
