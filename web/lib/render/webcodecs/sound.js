// Coded sound in, sound heard in step with the pictures. The pictures never wait for it: where it can't be decoded or
// played they go on without.

import { SoundLine } from "./line.js";
import { Resampler } from "./resample.js";
import { Speaker } from "./speaker.js";

/**
 * @typedef {object} Packet
 * @property {number} mediaMs     manifest time of its first sample
 * @property {number} sampleRate
 * @property {Float32Array[]} planes
 */

/** @typedef {{mediaMs: number, heard: boolean, era: number}} Given  what a packet in decoding is */

/** So many packets wait, for the decoder or for the playhead: two seconds. */
const packetsMost = 96;
/** Sound is handed to the speakers when it is due within that. */
const aheadMs = 200;
/** Autoplay that is allowed begins well within that. */
const refusedAfterMs = 400;
/** Spare for what happens between measuring and playing. */
const guardMs = 3;
const fadeInSamples = 128;
/** An output that slips so often in so long gets larger buffers. */
const slipsMost = 4;
const slipsMs = 10000;
const decoderFaultsMost = 5;

/**
 * @param {import("../../types.js").Header} header
 * @returns {AudioDecoderConfig}
 */
export function audioConfig(header) {
  return {
    codec: header.codec,
    description: header.description,
    sampleRate: header.sampleRate,
    numberOfChannels: header.channels,
  };
}

export class Sound {
  #playhead;
  #muted;
  /** @type {import("../../types.js").Header | null} */
  #header = null;
  /** @type {AudioDecoder | null} */
  #decoder = null;
  /** @type {Given[]} */
  #given = [];
  #followsMs = NaN;
  #faults = 0;
  #era = 0;
  /** @type {Speaker | null} */
  #speaker = null;
  /** @type {AudioContextLatencyCategory | number} */
  #latencyHint = 0;
  #slipsFromMs = 0;
  #line = new SoundLine(1);
  #resampler = new Resampler();
  /** @type {Packet[]} */
  #waiting = [];
  #volume = 1;
  #paused = false;
  #refusedTimer = 0;
  #toldMuted = false;
  /** Packets that came too late to be heard whole, or at all. */
  late = 0;

  /**
   * @param {import("./schedule.js").Playhead} playhead
   * @param {(text: string) => void} muted  autoplay with sound is refused
   */
  constructor(playhead, muted) {
    this.#playhead = playhead;
    this.#muted = muted;
  }

  /** The AudioContext and the last node of it; null: there is none yet. */
  get output() {
    return this.#speaker && { context: this.#speaker.context, node: this.#speaker.output };
  }

  /** @param {number} volume 0..1, 0 is muted */
  set volume(volume) {
    this.#volume = volume;
    if (this.#speaker) this.#speaker.volume = volume;
  }

  /** A new timeline: what was to be heard is of the past. */
  begin() {
    this.#era++;
    this.#waiting.length = 0;
    this.#header = null;
    this.#followsMs = NaN;
    this.#faults = 0;
    this.#line.restart();
    this.#speaker?.hush();
  }

  /** @param {import("../../types.js").Header} header */
  header(header) {
    const before = this.#header;
    this.#header = header;
    if (!this.#speaker) this.#open(header.sampleRate);
    const same = before && before.codec === header.codec && before.sampleRate === header.sampleRate;
    if (!same) this.#closeDecoder();
  }

  /**
   * @param {number} mediaMs
   * @param {import("../../types.js").Frame} frame
   */
  frame(mediaMs, frame) {
    if (!this.#header || this.#faults > decoderFaultsMost) return;
    try {
      const decoder = this.#decoder ?? this.#openDecoder(this.#header);
      if (decoder.decodeQueueSize > packetsMost) return;
      const durationMs = (frame.duration / frame.timescale) * 1000;
      // What overlaps with the packet before is only right where the decoder was given that one.
      const heard = Math.abs(mediaMs - this.#followsMs) < durationMs / 2;
      this.#followsMs = mediaMs + durationMs;
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: mediaMs * 1000, data: frame.sample }));
      this.#given.push({ mediaMs, heard, era: this.#era });
    } catch {
      this.#broken();
    }
  }

  /**
   * Hands to the speakers what is due soon.
   * @param {number} nowMs
   */
  pump(nowMs) {
    const speaker = this.#speaker;
    if (!this.#playhead.running || !speaker?.running || this.#paused) return;
    while (this.#waiting.length && this.#playhead.dueMs(this.#waiting[0].mediaMs) < nowMs + aheadMs) {
      speaker.look(nowMs);
      this.#place(speaker, /** @type {Packet} */ (this.#waiting.shift()), nowMs);
    }
    this.#watch(speaker, nowMs);
  }

  /** Goes on where autoplay had been refused, or after suspend(). */
  async resume() {
    this.#paused = false;
    await this.#speaker?.resume();
  }

  suspend() {
    this.#paused = true;
    this.#waiting.length = 0;
    this.#line.restart();
    this.#speaker?.hush();
    this.#speaker?.suspend().catch(() => {});
  }

  destroy() {
    this.begin();
    this.#closeDecoder();
    this.#closeSpeaker();
  }

  /** @param {import("../../types.js").Header} header */
  #openDecoder(header) {
    this.#given.length = 0;
    this.#followsMs = NaN;
    const decoder = new AudioDecoder({
      output: (data) => {
        if (decoder === this.#decoder) this.#take(data);
        data.close();
      },
      error: () => {
        if (decoder === this.#decoder) this.#broken();
      },
    });
    this.#decoder = decoder;
    decoder.configure(audioConfig(header));
    return decoder;
  }

  #closeDecoder() {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#given.length = 0;
  }

  /** The next packet gets a new decoder: each can be decoded by itself. */
  #broken() {
    this.#faults++;
    this.#closeDecoder();
  }

  /** @param {AudioData} data */
  #take(data) {
    // One comes out for each that went in; its own timestamp does not know of gaps.
    const given = this.#given.shift();
    const speaker = this.#speaker;
    if (!given || !given.heard || given.era !== this.#era || !speaker?.running || this.#paused) return;
    const nowMs = performance.now();
    speaker.look(nowMs);
    this.#playhead.sound(given.mediaMs, speaker.heardMs(speaker.earliest) + guardMs, nowMs);
    const planes = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(data.numberOfFrames);
      data.copyTo(plane, { planeIndex, format: "f32-planar" });
      return plane;
    });
    if (this.#waiting.length >= packetsMost) this.#waiting.shift();
    this.#waiting.push({ mediaMs: given.mediaMs, sampleRate: data.sampleRate, planes });
    this.pump(nowMs);
  }

  /**
   * @param {Speaker} speaker
   * @param {Packet} packet
   * @param {number} nowMs
   */
  #place(speaker, packet, nowMs) {
    const dueMs = this.#playhead.dueMs(packet.mediaMs) + this.#playhead.soundLagMs(nowMs);
    const samples = packet.planes[0].length;
    const place = this.#line.place(
      { mediaMs: packet.mediaMs, samples, sampleRate: packet.sampleRate },
      speaker.sampleAt(dueMs), speaker.earliest, this.#playhead.rate,
    );
    if (!place || place.skip) this.late++;
    // Where the clock of the output stands still nothing is piled up for it.
    if (!place || place.start - speaker.earliest > 2 * speaker.sampleRate) return;
    if (place.fresh) this.#resampler.restart();
    const planes = this.#resampler.push(packet.planes.map((plane) => plane.subarray(place.skip)), place.step);
    if (place.fresh) fadeIn(planes);
    speaker.play(planes, place.start);
    this.#line.filled(place.start, planes[0].length);
  }

  /** @param {number} sampleRate */
  #open(sampleRate) {
    try {
      const speaker = new Speaker(sampleRate, this.#latencyHint, () => this.#stateChanged(speaker));
      speaker.volume = this.#volume;
      this.#speaker = speaker;
      this.#line = new SoundLine(speaker.sampleRate);
      if (this.#paused) return;
      speaker.resume().catch(() => {});
      this.#expectSound(speaker);
    } catch {
      // There is no sound output here; the pictures go on.
      this.#speaker = null;
    }
  }

  #closeSpeaker() {
    clearTimeout(this.#refusedTimer);
    this.#listenToGestures(false);
    this.#speaker?.close();
    this.#speaker = null;
  }

  /** @param {Speaker} speaker */
  #expectSound(speaker) {
    clearTimeout(this.#refusedTimer);
    this.#refusedTimer = window.setTimeout(() => {
      if (speaker.context.state !== "suspended" || this.#paused) return;
      this.#listenToGestures(true);
      if (!this.#toldMuted) this.#muted("the browser lets sound begin only after a click or a key press");
      this.#toldMuted = true;
    }, refusedAfterMs);
  }

  /** @param {Speaker} speaker */
  #stateChanged(speaker) {
    if (speaker !== this.#speaker) return;
    this.#line.restart();
    if (speaker.context.state === "running") this.#listenToGestures(false);
    else if (!this.#paused) this.#expectSound(speaker);
  }

  /**
   * An output that skips with the smallest buffers gets the usual ones.
   * @param {Speaker} speaker
   * @param {number} nowMs
   */
  #watch(speaker, nowMs) {
    if (nowMs - this.#slipsFromMs > slipsMs) {
      this.#slipsFromMs = nowMs;
      speaker.slips = 0;
    }
    if (speaker.slips < slipsMost || this.#latencyHint !== 0) return;
    this.#latencyHint = "interactive";
    const { sampleRate } = speaker;
    this.#closeSpeaker();
    this.#open(sampleRate);
  }

  #onGesture = () => {
    this.#speaker?.resume().catch(() => {});
  };

  /** @param {boolean} on */
  #listenToGestures(on) {
    for (const name of ["pointerup", "keydown"]) {
      if (on) document.addEventListener(name, this.#onGesture, true);
      else document.removeEventListener(name, this.#onGesture, true);
    }
  }
}

/** @param {Float32Array[]} planes */
function fadeIn(planes) {
  for (const plane of planes)
    for (let i = 0; i < Math.min(fadeInSamples, plane.length); i++) plane[i] *= i / fadeInSamples;
}
