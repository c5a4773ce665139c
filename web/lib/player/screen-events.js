// What a renderer tells of the screen, as events and counts of the player.

/**
 * @typedef {import("../types.js").RendererTold} RendererTold
 * @typedef {import("./events.js").EventMap} EventMap
 */

/**
 * @typedef {object} ScreenParts
 * @property {import("./emitter.js").Emitter<EventMap>} emitter
 * @property {import("./ladder.js").Ladder} ladder
 * @property {import("./changes.js").Changes} changes
 * @property {import("./tally.js").Tally} tally
 * @property {{utcOf: (nowMs: number) => number}} clock
 */

/** @typedef {Extract<RendererTold, {what: "picture"}>} ToldPicture */

export class ScreenEvents {
  #parts;
  /** Capture to screen of the picture on screen; NaN: nothing is shown yet. */
  latencyMs = NaN;
  /** A stall that was told began then, NaN: there is none. */
  #stalledMs = NaN;

  /** @param {ScreenParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {ToldPicture} told */
  picture(told) {
    const { emitter, ladder, changes, clock } = this.#parts;
    const { track, sequence, captureUtcMs, shownMs } = told;
    const latencyMs = clock.utcOf(shownMs) - captureUtcMs;
    const level = ladder.indexOf(track);
    this.latencyMs = latencyMs;
    const { zapped, switched } = changes.picture(told);
    ladder.shown = track;
    if (zapped) {
      const { asked: { url, first }, zapMs, packetBytes, anatomy } = zapped;
      emitter.emit("zapped", { url, zapMs, first, level, sequence, captureUtcMs, latencyMs, packetBytes, anatomy });
    }
    if (switched) this.#switched(switched, level);
    emitter.emit("picture", { sequence, level, captureUtcMs, shownMs, latencyMs });
  }

  /** @param {number} atMs  the clock runs */
  running(atMs) {
    const sinceMs = this.#parts.changes.running(atMs);
    if (sinceMs !== null) this.#parts.emitter.emit("running", { sinceMs });
  }

  /**
   * While another channel is waited for there is no stall: that wait is the change's.
   * @param {Extract<RendererTold, {what: "stalled" | "resumed"}>} told
   */
  stall(told) {
    const { emitter, changes, tally } = this.#parts;
    if (told.what === "resumed") {
      this.#resumed(told.stalledMs);
    } else if (!changes.zaps) {
      this.#stalledMs = told.atMs;
      tally.stalls++;
      emitter.emit("stalled", { atMs: told.atMs });
    }
  }

  /** @param {number} atMs  another channel was asked for */
  zapping(atMs) {
    this.#resumed(Math.max(0, atMs - this.#stalledMs));
  }

  /** @param {number} stalledMs */
  #resumed(stalledMs) {
    if (Number.isNaN(this.#stalledMs)) return;
    this.#stalledMs = NaN;
    this.#parts.tally.stalledMs += stalledMs;
    this.#parts.emitter.emit("resumed", { stalledMs });
  }

  /**
   * @param {NonNullable<ReturnType<import("./changes.js").Changes["picture"]>["switched"]>} switched
   * @param {number} level
   */
  #switched({ change, switchMs, gapMs }, level) {
    this.#parts.tally.switches++;
    const from = this.#parts.ladder.indexOf(change.from);
    this.#parts.emitter.emit("switched", { level, from, switchMs, gapMs });
  }
}
