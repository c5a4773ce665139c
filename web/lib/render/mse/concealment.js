// Puts silence in for sound that is late, before the element runs dry of it: once it has, its clock stands for long.

/**
 * @typedef {import("./places.js").Places} Places
 * @typedef {import("./sound-line.js").SoundLine} SoundLine
 */

/** Chromium's sound runs dry somewhat below that. There has to be a picture for the time. */
const BELOW_SECONDS = 0.125;
const PICTURE_SECONDS = 0.06;
const SILENCE_SECONDS = 0.04;
const NEAR_SECONDS = 0.002;
const WAIT_MAX_MS = 1000;

export class Concealment {
  #element;
  #places;
  #sound;
  #clock;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLVideoElement} element
   * @param {Places} places
   * @param {SoundLine} sound
   * @param {{runs: () => boolean, waits: () => boolean}} clock  of the element: it runs, and stands for want of media
   */
  constructor(element, places, sound, clock) {
    this.#element = element;
    this.#places = places;
    this.#sound = sound;
    this.#clock = clock;
  }

  /** The sound, or how fast it is played, is another. */
  arm() {
    this.stop();
    const rate = Math.max(0.5, this.#element.playbackRate);
    const waitMs = (1000 * this.#spareSeconds()) / rate;
    this.#timer = setTimeout(() => this.#look(), Math.min(WAIT_MAX_MS, Math.max(1, waitMs)));
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #spareSeconds() {
    return this.#places.soundEndSeconds - this.#element.currentTime - BELOW_SECONDS;
  }

  #look() {
    const { currentTime, paused, seeking } = this.#element;
    if (paused || seeking || !this.#clock.runs()) return;
    if (this.#spareSeconds() <= NEAR_SECONDS) {
      if (this.#places.endSeconds - currentTime <= PICTURE_SECONDS || this.#clock.waits()) return;
      this.#sound.conceal(this.#places.soundEndSeconds + SILENCE_SECONDS);
    }
    this.arm();
  }
}
