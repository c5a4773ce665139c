// Where each packet of sound goes on the line of samples that the speakers play: seamlessly behind the last one, a
// hair faster or slower where it has drifted from when it is due, and anew, with a gap or without a piece of it, where
// it is too far off. Pure; positions are samples of the output.

/**
 * @typedef {object} Place
 * @property {number} start   where it begins
 * @property {number} skip    input samples left out at its front
 * @property {number} step    input samples an output sample
 * @property {boolean} fresh  it doesn't continue what was before
 */

/** What is further off than that is put right at once. */
const apartS = 0.04;
/** An error is worked off within about so long ... */
const workOffS = 2;
/** ... by at most so much while it is small, and so much where it may be noticed. */
const gentle = 0.004;
const firm = 0.03;
const smallS = 0.012;

export class SoundLine {
  #rate;
  #next = NaN;
  #followsMs = NaN;
  /** How often it began anew. */
  restarts = 0;

  /** @param {number} rate  output samples a second */
  constructor(rate) {
    this.#rate = rate;
  }

  /** What comes next is of another time. */
  restart() {
    this.#next = NaN;
  }

  /**
   * @param {object} packet
   * @param {number} packet.mediaMs     manifest time
   * @param {number} packet.samples
   * @param {number} packet.sampleRate
   * @param {number} due                where it would be in step
   * @param {number} earliest           what lies before is played already
   * @param {number} playRate           of the playhead
   * @returns {Place | null} null: it is too late for any of it
   */
  place({ mediaMs, samples, sampleRate }, due, earliest, playRate) {
    const nominal = (sampleRate / this.#rate) * playRate;
    const durationMs = (samples / sampleRate) * 1000;
    const follows = Math.abs(mediaMs - this.#followsMs) < durationMs / 2;
    const late = this.#next - due;
    this.#followsMs = mediaMs + durationMs;
    if (follows && this.#next >= earliest && Math.abs(late) <= apartS * this.#rate)
      return { start: this.#next, skip: 0, step: nominal * (1 + this.#correction(late / this.#rate)), fresh: false };
    return this.#anew(samples, Math.ceil(Math.max(due, earliest, this.#next || 0)), due, nominal);
  }

  /**
   * The packet placed last has become so many output samples.
   * @param {number} start
   * @param {number} count
   */
  filled(start, count) {
    this.#next = start + count;
  }

  /** @param {number} lateS */
  #correction(lateS) {
    const most = Math.abs(lateS) < smallS ? gentle : firm;
    return Math.min(Math.max(lateS / workOffS, -most), most);
  }

  /**
   * @param {number} samples
   * @param {number} start
   * @param {number} due
   * @param {number} step
   * @returns {Place | null}
   */
  #anew(samples, start, due, step) {
    const skip = Math.round((start - due) * step);
    if (skip >= samples) return null;
    this.restarts++;
    return { start, skip, step, fresh: true };
  }
}
