// What a session tells, as events of the player; and what its other parts have to know of it.

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Told} Told
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./events.js").EventMap} EventMap
 */

/**
 * @typedef {object} SessionParts
 * @property {import("./emitter.js").Emitter<EventMap>} emitter
 * @property {import("./ladder.js").Ladder} ladder
 * @property {import("./changes.js").Changes} changes
 * @property {import("./quality.js").Quality} quality
 * @property {import("../transport/clock.js").Clock} clock
 */

export class SessionEvents {
  #parts;

  /** @param {SessionParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * A timeline begins.
   * @param {Presentation} presentation
   */
  begin(presentation) {
    this.#parts.ladder.next = null;
    this.#parts.changes.begin();
    this.#present(presentation);
  }

  /**
   * @param {Told} tell
   * @param {Track | null} track  whose frames are handed over
   * @param {number} nowMs
   */
  told(tell, track, nowMs) {
    const { emitter, clock, quality } = this.#parts;
    if (tell.what === "manifest") {
      clock.use(tell.manifest.timeSource);
      emitter.emit("manifest", { manifest: tell.manifest });
    } else if (tell.what === "packet") {
      this.#packet(tell, nowMs);
    } else if (tell.what === "switching" || tell.what === "switched" || tell.what === "switch-failed") {
      this.#switch(tell, track, nowMs);
    } else if (tell.what === "presentation") {
      this.#present(tell.presentation);
      if (track) quality.follow(nowMs, tell.presentation, track);
    } else if (tell.what === "fault") {
      // What has come and makes no sense is no fault of the network's.
      const kind = tell.status === -2 ? tell.of : "network";
      this.#trouble(kind, `${tell.text}; asked for again in ${Math.round(tell.retryMs)} ms`);
    } else {
      emitter.emit(tell.what, { text: "text" in tell ? tell.text : "pictures come again" });
    }
  }

  /**
   * @param {Extract<Told, {what: "packet"}>} tell
   * @param {number} nowMs
   */
  #packet({ track, why, timing }, nowMs) {
    if (track.kind === "video" && (why === "join" || why === "zap")) this.#parts.changes.packet(timing);
    this.#parts.quality.packet(nowMs, track, timing);
  }

  /**
   * @param {Extract<Told, {what: "switching" | "switched" | "switch-failed"}>} tell
   * @param {Track | null} track
   * @param {number} nowMs
   */
  #switch(tell, track, nowMs) {
    const { emitter, ladder, changes, quality } = this.#parts;
    ladder.next = tell.what === "switching" ? tell.track : null;
    if (tell.what === "switching") {
      emitter.emit("switching", { level: ladder.indexOf(tell.track), from: ladder.indexOf(track) });
    } else if (tell.what === "switched") {
      changes.switched({ track: tell.track, from: ladder.shown, decidedMs: tell.decidedMs });
    } else {
      if (track) quality.failed(nowMs, track);
      this.#trouble("network", `quality stays as it is: ${tell.text}`);
    }
  }

  /** @param {Presentation} presentation */
  #present(presentation) {
    const { emitter, ladder } = this.#parts;
    const { isOther, hasOtherLevels } = ladder.present(presentation);
    if (hasOtherLevels) emitter.emit("levels", { levels: ladder.levels });
    if (isOther) emitter.emit("presentation", { id: presentation.id });
  }

  /** @param {EventMap["error"]["kind"]} kind @param {string} text */
  #trouble(kind, text) {
    this.#parts.emitter.emit("error", { fatal: false, kind, text });
  }
}
