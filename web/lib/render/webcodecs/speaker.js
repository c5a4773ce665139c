// The AudioContext: which of its samples is heard when, blocks of samples put at exact places on its line, volume.

/** So long a fade makes no click. */
const fadeS = 0.006;
/** The graph is rendered in blocks of so many samples. */
const quantum = 128;
/** How quickly the measured clock is believed. */
const believe = 0.05;
const jumpMs = 10;

export class Speaker {
  #context;
  #volume;
  #channel;
  /** Time of performance.now() at which sample 0 of the context is heard; NaN: not known. */
  #zeroMs = NaN;
  /** How often its clock jumped: it had nothing to play in time. */
  slips = 0;

  /**
   * @param {number} sampleRate
   * @param {AudioContextLatencyCategory | number} latencyHint
   * @param {(state: AudioContextState) => void} changed
   */
  constructor(sampleRate, latencyHint, changed) {
    this.#context = new AudioContext({ sampleRate, latencyHint });
    this.#volume = this.#context.createGain();
    this.#volume.connect(this.#context.destination);
    this.#channel = this.#newChannel();
    this.#context.onstatechange = () => changed(this.#context.state);
  }

  get sampleRate() {
    return this.#context.sampleRate;
  }

  get context() {
    return this.#context;
  }

  /** Where sound goes out, for who wants to listen to it too. */
  get output() {
    return this.#volume;
  }

  get running() {
    return this.#context.state === "running" && this.#context.currentTime > 0;
  }

  /** Resolves when it runs; where autoplay is refused that is after a gesture. */
  async resume() {
    if (this.#context.state !== "closed") await this.#context.resume();
  }

  async suspend() {
    if (this.#context.state === "running") await this.#context.suspend();
    this.#zeroMs = NaN;
  }

  /** @param {number} volume 0..1 */
  set volume(volume) {
    this.#volume.gain.setTargetAtTime(volume, this.#context.currentTime, fadeS);
  }

  /**
   * Reads the clock of what is heard. To be called for each packet.
   * @param {number} nowMs
   */
  look(nowMs) {
    const { contextTime, performanceTime } = this.#context.getOutputTimestamp();
    let zeroMs = Number(performanceTime) - Number(contextTime) * 1000;
    if (!performanceTime || !contextTime) {
      const latencyS = this.#context.baseLatency + (this.#context.outputLatency || 0);
      zeroMs = nowMs - (this.#context.currentTime - latencyS) * 1000;
    }
    const off = zeroMs - this.#zeroMs;
    if (Math.abs(off) >= jumpMs) this.slips++;
    this.#zeroMs = Math.abs(off) < jumpMs ? this.#zeroMs + off * believe : zeroMs;
  }

  /**
   * @param {number} ms  of performance.now()
   * @returns {number} sample that is heard then, with a fraction
   */
  sampleAt(ms) {
    return ((ms - this.#zeroMs) / 1000) * this.sampleRate;
  }

  /** @param {number} sample */
  heardMs(sample) {
    return this.#zeroMs + (sample / this.sampleRate) * 1000;
  }

  /** The first sample that can still be filled. */
  get earliest() {
    const { currentTime, baseLatency } = this.#context;
    return Math.ceil((currentTime + baseLatency) * this.sampleRate) + 2 * quantum;
  }

  /**
   * @param {Float32Array[]} planes
   * @param {number} start  sample, whole
   */
  play(planes, start) {
    const length = planes[0]?.length ?? 0;
    if (!length) return;
    const buffer = this.#context.createBuffer(planes.length, length, this.sampleRate);
    planes.forEach((plane, channel) => buffer.copyToChannel(/** @type {any} */ (plane), channel));
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#channel);
    source.start(start / this.sampleRate);
  }

  /** What was given and is not heard yet is never heard. */
  hush() {
    const old = this.#channel;
    const { currentTime } = this.#context;
    old.gain.setValueAtTime(1, currentTime);
    old.gain.linearRampToValueAtTime(0, currentTime + fadeS);
    setTimeout(() => old.disconnect(), 1000);
    this.#channel = this.#newChannel();
  }

  close() {
    this.#context.onstatechange = null;
    if (this.#context.state !== "closed") this.#context.close().catch(() => {});
  }

  #newChannel() {
    const gain = this.#context.createGain();
    gain.connect(this.#volume);
    return gain;
  }
}
