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

  /** @param {Extract<RendererTold, {what: "stalled" | "resumed"}>} told */
  stall(told) {
    const { emitter, tally } = this.#parts;
    if (told.what === "stalled") {
      tally.stalls++;
      emitter.emit("stalled", { atMs: told.atMs });
    } else {
      tally.stalledMs += told.stalledMs;
      emitter.emit("resumed", { stalledMs: told.stalledMs });
    }
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
