// Waits of a media element for media: which were stalls, and when its clock has to be helped. Pure.

/** A wait that is over by then was none that anybody saw. */
const STALL_MS = 60;
/** With sound, a clock that stands for so long while media comes is helped by a timeline of its own. */
const HELP_AFTER_MS = 150;
const HELP_EVERY_MS = 4000;

export class Stalls {
  /** The element waits since then, NaN: it doesn't. */
  #waitsMs = NaN;
  /** A stall that was told began then. */
  #stalledMs = NaN;
  #helpedMs = -Infinity;

  get waits() {
    return !Number.isNaN(this.#waitsMs);
  }

  /** A timeline begins. A stall lasts until its first picture is there. */
  begin() {
    this.#waitsMs = NaN;
  }

  /** @param {number} nowMs  the element says that it waits */
  waiting(nowMs) {
    if (!this.waits) this.#waitsMs = nowMs;
  }

  /**
   * It goes on.
   * @param {number} nowMs
   * @returns {number | null} how long it had stalled, milliseconds; null: it had not
   */
  over(nowMs) {
    this.#waitsMs = NaN;
    if (Number.isNaN(this.#stalledMs)) return null;
    const stalledMs = Math.max(0, nowMs - this.#stalledMs);
    this.#stalledMs = NaN;
    return stalledMs;
  }

  /**
   * To be asked now and then while it plays.
   * @param {number} nowMs
   * @returns {number | null} when a stall began that is to be told now
   */
  watch(nowMs) {
    if (!this.waits || !Number.isNaN(this.#stalledMs) || nowMs - this.#waitsMs <= STALL_MS) return null;
    this.#stalledMs = this.#waitsMs;
    return this.#stalledMs;
  }

  /**
   * Whether the clock is to be helped now.
   * @param {number} nowMs
   * @param {number} framesMs  when media came last
   */
  needsHelp(nowMs, framesMs) {
    if (!this.waits || nowMs - framesMs >= HELP_AFTER_MS || nowMs - this.#waitsMs < HELP_AFTER_MS) return false;
    if (nowMs - this.#helpedMs < HELP_EVERY_MS) return false;
    this.#helpedMs = nowMs;
    return true;
  }
}
