// A media element's MediaSource with its SourceBuffers, one a kind. What is pushed before it is open waits.

import { AppendQueue } from "./append-queue.js";

/**
 * @typedef {import("../../types.js").Kind} Kind
 * @typedef {import("./append-queue.js").Piece} Piece
 */

/**
 * @typedef {object} LineTold
 * @property {(text: string) => void} failed
 * @property {() => number} makeRoom  as of AppendQueue
 */

/** Far beyond any place: Chromium keeps seeks within what it takes for seekable. */
const SEEKABLE_SECONDS = 1e9;

/** @returns {typeof MediaSource | null} what this browser has */
export function mediaSourceClass() {
  const all = /** @type {{MediaSource?: typeof MediaSource, ManagedMediaSource?: typeof MediaSource}} */ (
    /** @type {unknown} */ (globalThis));
  return all.MediaSource ?? all.ManagedMediaSource ?? null;
}

export class MediaLine {
  #element;
  #told;
  #source;
  #address;
  /** @type {Map<Kind, string>} */
  #types;
  /** @type {Map<Kind, AppendQueue>} */
  #queues = new Map();
  /** @type {{kind: Kind, piece: Piece}[]} */
  #early = [];
  #closed = false;
  #ends = false;
  #onOpen = () => this.#opened();

  /**
   * @param {HTMLVideoElement} element  it shows that from now on
   * @param {Map<Kind, string>} types   with codecs
   * @param {LineTold} told
   */
  constructor(element, types, told) {
    const Source = mediaSourceClass();
    if (!Source) throw new Error("this browser has no Media Source Extensions");
    this.#element = element;
    this.#types = types;
    this.#told = told;
    this.#source = new Source();
    if (!("MediaSource" in globalThis)) element.disableRemotePlayback = true;
    this.#source.addEventListener("sourceopen", this.#onOpen, { once: true });
    this.#address = URL.createObjectURL(this.#source);
    element.src = this.#address;
  }

  /** @param {Kind} kind */
  has(kind) {
    return this.#types.has(kind);
  }

  /**
   * @param {Kind} kind
   * @param {Piece} piece
   */
  push(kind, piece) {
    if (this.#closed) return;
    const queue = this.#queues.get(kind);
    if (queue) queue.push(piece);
    else this.#early.push({ kind, piece });
  }

  /** What waits is of the past. */
  clear() {
    this.#early = [];
    for (const queue of this.#queues.values()) queue.clear();
  }

  /**
   * @param {Kind} kind
   * @param {number} seconds
   */
  trim(kind, seconds) {
    this.#queues.get(kind)?.trim(seconds);
  }

  /** Nothing more will come: the element plays to the end of what it has. */
  end() {
    this.#ends = true;
    this.endIfDone();
  }

  /** To be called now and then after end(). */
  endIfDone() {
    if (!this.#ends || this.#source.readyState !== "open") return;
    const buffers = [...this.#source.sourceBuffers];
    const waits = [...this.#queues.values()].some((queue) => queue.length > 0);
    if (!waits && buffers.every((buffer) => !buffer.updating)) this.#source.endOfStream();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.close();
    this.#early = [];
    this.#source.removeEventListener("sourceopen", this.#onOpen);
    URL.revokeObjectURL(this.#address);
    if (this.#element.src === this.#address) {
      this.#element.removeAttribute("src");
      this.#element.load();
    }
  }

  #opened() {
    if (this.#closed) return;
    try {
      this.#source.duration = Infinity;
      this.#source.setLiveSeekableRange?.(0, SEEKABLE_SECONDS);
      for (const [kind, type] of this.#types) {
        const buffer = this.#source.addSourceBuffer(type);
        buffer.mode = "segments";
        this.#queues.set(kind, new AppendQueue(buffer, this.#told));
      }
    } catch (error) {
      this.#told.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    for (const { kind, piece } of this.#early.splice(0)) this.#queues.get(kind)?.push(piece);
  }
}
