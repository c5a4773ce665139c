// Inside the session: its whole state. A call of the session notes what has happened; then every rule looks whether it
// has something to do now, in an order that session.js gives. So each rule is read by itself.

import { Actions } from "./actions.js";
import { Manifests } from "./manifests.js";
import { Ahead, RoundTrip } from "./measured.js";
import { Tries } from "./tries.js";

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./stream.js").Stream} Stream
 * @typedef {import("./splice.js").Splice} Splice
 */

/**
 * @typedef {object} SessionConfig
 * @property {number} [bandwidthBps]  the rung to play: the highest that is not above it, else the lowest. Default 0
 * @property {number | null} [joinBps]  the rung to join on, likewise; null, the default: the rung to play
 * @property {number | null} [floorMs]  what a switch leaves the renderer of the picture; null, the default: one frame
 *   and a half, or half of what it has at least as a rule, where that is less
 */

/**
 * How the stream that is to be handed over next comes in: at its first frame, as a new timeline; at the frame that a
 * switch chose; once all of the Presentation before it was handed over.
 * @typedef {"join" | "switch" | "follow"} Entry
 */

export class State {
  /** @param {SessionConfig} config */
  constructor(config) {
    this.actions = new Actions();
    this.manifests = new Manifests();
    this.roundTrip = new RoundTrip();
    this.ahead = new Ahead(config.floorMs ?? null);
    this.bandwidthBps = config.bandwidthBps ?? 0;
    /** @type {number | null} */
    this.joinBps = config.joinBps ?? null;

    /** The channel that is watched, as it was asked for; "": none. */
    this.url = "";
    /** @type {Stream | null} whose frames are handed over */
    this.picture = null;
    /** @type {Stream | null} what takes over from it */
    this.next = null;
    /** @type {Entry} */
    this.entry = "join";
    /** @type {Stream | null} */
    this.sound = null;
    /** @type {Stream | null} of the Presentation that follows, until its turn */
    this.soundNext = null;

    this.join = {
      pending: false,
      manifestFirst: false,
      /** @type {"join" | "zap" | "resync"} */
      why: "join",
      /** Until a continuation flows. */
      tries: new Tries(),
    };
    /** @type {Splice | null} the switch that is under way */
    this.splice = null;
    this.spliceTries = new Tries();
    /** Of the timeline that begun last: null where it has no sound. @type {Track | null} */
    this.begunSound = null;
    /** The channel whose sound never came: it is joined without. */
    this.soundlessUrl = "";
    this.listening = {
      /** To be asked for (again). */
      pending: false,
      /** @type {number | "now"} the packet to ask for */
      from: "now",
      tries: new Tries(),
      /** Its header was handed over. */
      opened: false,
      /** Older sound is of no use. */
      least: 0,
      /** The last one that was handed over, in the Presentation; -1: none. */
      handed: -1,
    };
    this.follow = {
      /** Its first packet was lost: as "now". */
      byNow: false,
      tries: new Tries(),
    };
    this.end = {
      /** Of the manifest since the last frame was received. */
      polls: 0,
      /** And told so. */
      over: false,
    };
    this.loss = {
      isLost: false,
      /** When a picture came last, or was asked for. */
      heardMs: Infinity,
      /** What went wrong last. */
      text: "",
    };
  }

  get nowMs() {
    return this.actions.nowMs;
  }

  /** @returns {Stream[]} */
  streams() {
    const all = [this.picture, this.next, this.sound, this.soundNext];
    return all.flatMap((stream) => (stream ? [stream] : []));
  }
}

/**
 * The highest rung that is not above a rate, or the lowest.
 * @param {Presentation} presentation
 * @param {number} bandwidthBps
 * @returns {Track}
 */
export function rungFor(presentation, bandwidthBps) {
  const fitting = presentation.video.filter((track) => track.bandwidthBps <= bandwidthBps);
  return fitting.length > 0 ? fitting[fitting.length - 1] : presentation.video[0];
}
