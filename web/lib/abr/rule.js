// Which level to play, for viewers who can change it at any frame and get a clean burst sample with every packet.
//
//   join   on the highest level whose packet comes hardly later than the lowest one's: a zap on a thin link shows a
//          picture at once, and climbs a few frames later
//   down   where media comes in slower than it is made for two stretches on end, while it queues: to what came in,
//          less a fifth. One such stretch is a keyframe that takes its time.
//   up     to what the estimate carries with a reserve
//   probe  where the estimate does not carry the next level, but half of it, it is tried all the same: packets are
//          short, so that over long round trips their samples say less than the link can do
//   calm   a step up, but for the first after a join, needs a while in which nothing came too slowly. A step that has
//          to be taken back doubles that while, up to 32 s; one that holds makes it short again.
//
// Where the packet of the next level would take more than 100 ms, the calm is 20 times as long as it, at least: with
// hardly a buffer, a step up is a stall of that length. The simulated viewer of player-sim decides by the same rule,
// but probes however large the next level is.

/** @typedef {import("./estimator.js").Download} Download */

const SLOW_STRETCHES = 2;
/** Of a level with more than so many times the estimate no sample is that wrong: nobody waits for its packet. */
const PROBE_REACH = 2;
const CALM_FIRST_MS = 2000;
const CALM_LAST_MS = 32000;
/** A level that has held for so long is good. */
const PROVED_MS = 8000;
/** By which a join's picture may be later. */
const LATER_MS = 30;
const SHORT_PACKET_MS = 100;
const WORTH = 20;
const RESERVE = 0.8;

/**
 * How large a packet is, as measured (docs/packets.md): 18 kB at 400 kbit/s, and by the power of 0.9 of the bit rate.
 * @param {number} bps  of its level
 */
function packetBits(bps) {
  return 18000 * 8 * (bps / 400000) ** 0.9;
}

export class BurstRule {
  #ladder;
  #begun = false;
  #level = 0;
  #sinceMs = 0;
  /** Its level was reached from a lower one. */
  #climbed = false;
  /** When media last came in too slowly, or the level was changed. */
  #slowMs = 0;
  /** What a step up needs; 0: the first after a join needs none. */
  #calmMs = 0;
  /** The calm after the next step that fails. */
  #failedMs = CALM_FIRST_MS;
  /** What came in where it came too slowly. */
  #carriedBps = 0;
  /** Stretches on end in which it did. */
  #slow = 0;

  /** @param {readonly number[]} ladder  bits a second of each level, rising; one or more */
  constructor(ladder) {
    this.#ladder = ladder;
  }

  get level() {
    return this.#level;
  }

  /** @param {number} bps */
  #highest(bps) {
    let level = 0;
    while (level + 1 < this.#ladder.length && this.#ladder[level + 1] <= bps) {
      level++;
    }
    return level;
  }

  /**
   * That level plays from now on, whoever chose it.
   * @param {number} nowMs
   * @param {number} level
   */
  take(nowMs, level) {
    if (this.#begun && level === this.#level) {
      return;
    }
    this.#climbed = this.#begun && level > this.#level;
    this.#begun = true;
    this.#level = level;
    this.#sinceMs = this.#slowMs = nowMs;
    this.#slow = 0;
  }

  /**
   * The last step did not hold: that level plays from now on, and the next step up needs a longer calm.
   * @param {number} nowMs
   * @param {number} level
   */
  fail(nowMs, level) {
    this.#calmMs = this.#failedMs;
    this.#failedMs = Math.min(this.#failedMs * 2, CALM_LAST_MS);
    this.take(nowMs, level);
  }

  /**
   * The level to join on.
   * @param {number} nowMs
   * @param {number} bps  the estimate, 0: nothing is known
   */
  first(nowMs, bps) {
    const carried = this.#highest(bps * RESERVE);
    const soonestBits = packetBits(this.#ladder[0]);
    let level = 0;
    while (level < carried && ((packetBits(this.#ladder[level + 1]) - soonestBits) / bps) * 1000 <= LATER_MS) {
      level++;
    }
    this.take(nowMs, level);
    return level;
  }

  /** Playback goes on elsewhere: the next step up is the first of a join, unless the last ones failed. */
  seek() {
    this.#begun = false;
    this.#slow = 0;
    if (this.#failedMs === CALM_FIRST_MS) {
      this.#calmMs = 0;
    }
  }

  /**
   * @param {number} nowMs
   * @param {Download} download
   */
  note(nowMs, { index, mediaMs, bytes, transferMs, appLimited }) {
    if (!mediaMs || index !== this.#level) {
      return; // a packet; or the level that is being left
    }
    const slow = !appLimited && mediaMs < transferMs;
    this.#slow = slow ? this.#slow + 1 : 0;
    if (slow) {
      this.#carriedBps = (bytes * 8000) / transferMs;
      this.#slowMs = nowMs;
    }
    if (!slow && this.#climbed && nowMs - this.#sinceMs >= PROVED_MS) {
      this.#failedMs = CALM_FIRST_MS;
    }
  }

  /**
   * The level that is wanted now.
   * @param {number} nowMs
   * @param {number} bps  the estimate
   */
  choose(nowMs, bps) {
    if (this.#slow >= SLOW_STRETCHES) {
      this.#stepDown(nowMs);
    } else if (!this.#slow) {
      this.#stepUp(nowMs, bps);
    }
    return this.#level;
  }

  /** @param {number} nowMs */
  #stepDown(nowMs) {
    const carried = this.#highest(this.#carriedBps * RESERVE);
    const level = carried < this.#level ? carried : Math.max(this.#level - 1, 0);
    if (nowMs - this.#sinceMs < PROVED_MS) {
      this.fail(nowMs, level);
    } else {
      this.take(nowMs, level);
    }
  }

  /**
   * A packet that takes its time holds up the pictures of the old level, with hardly a buffer to hide it: what it costs
   * has to be worth it.
   * @param {number} level
   * @param {number} bps
   */
  #worthMs(level, bps) {
    const packetMs = bps > 0 ? (packetBits(this.#ladder[level]) / bps) * 1000 : 0;
    return packetMs > SHORT_PACKET_MS ? packetMs * WORTH : 0;
  }

  /**
   * @param {number} nowMs
   * @param {number} bps
   */
  #stepUp(nowMs, bps) {
    let level = this.#highest(bps * RESERVE);
    const calmMs = nowMs - this.#slowMs;
    const next = this.#ladder[this.#level + 1] ?? Infinity;
    if (level <= this.#level && next <= bps * PROBE_REACH && calmMs >= this.#failedMs) {
      level = this.#level + 1;
    }
    if (level <= this.#level || calmMs < this.#calmMs || calmMs < this.#worthMs(level, bps)) {
      return;
    }
    this.#calmMs ||= CALM_FIRST_MS;
    this.take(nowMs, level);
  }
}
