// The events of a HespPlayer, and what is told with each.

/**
 * @typedef {import("../types.js").Manifest} Manifest
 */

/**
 * @typedef {object} Level  a rung of the channel's ladder
 * @property {number} index
 * @property {string} id
 * @property {number} bandwidthBps
 * @property {number} width
 * @property {number} height
 * @property {string} codecs
 * @property {number} frameRate
 */

/**
 * The parts of a zap, milliseconds since it was asked for; NaN: not known.
 * @typedef {object} Anatomy
 * @property {number} requestMs    the packet was asked for
 * @property {number} firstByteMs  its response began
 * @property {number} packetMs     it was there
 * @property {number} decodedMs    its picture was ready to be shown
 * @property {number} shownMs      and on screen
 */

/**
 * @typedef {object} Zapped
 * @property {string} url
 * @property {number} zapMs
 * @property {boolean} first       the first channel of all
 * @property {number} level
 * @property {number} sequence
 * @property {number} captureUtcMs
 * @property {number} latencyMs
 * @property {number} packetBytes
 * @property {Anatomy} anatomy
 */

/**
 * @typedef {object} EventMap
 * @property {{manifest: Manifest}} manifest                    a manifest was read
 * @property {{levels: Level[]}} levels                         the ladder is known, or another one
 * @property {{url: string, atMs: number}} zapping              load() or zap()
 * @property {Zapped} zapped                                    its first picture is on screen
 * @property {{sinceMs: number}} running                        its clock runs, so long after it was asked for
 * @property {{level: number, from: number}} switching          a change of quality was decided
 * @property {{level: number, from: number, switchMs: number, gapMs: number}} switched  its first picture is on screen
 * @property {{sequence: number, level: number, captureUtcMs: number, shownMs: number, latencyMs: number}} picture
 * @property {{atMs: number}} stalled
 * @property {{stalledMs: number}} resumed
 * @property {{id: string}} presentation                        another Presentation is shown
 * @property {{text: string}} lost                              nothing comes from the network
 * @property {{text: string}} found                             it comes again
 * @property {{text: string}} muted                             sound was refused until there is a gesture
 * @property {{text: string}} blocked                           playing was: call play() from a gesture
 * @property {{name: string, text: string}} renderer            which one, and why
 * @property {{fatal: boolean, kind: "network" | "media" | "manifest" | "unsupported", text: string}} error
 * @property {{}} ended                                         the channel is over
 */

/** @type {Readonly<{[K in keyof EventMap as Uppercase<K>]: K}>} */
export const EVENTS = Object.freeze({
  MANIFEST: "manifest",
  LEVELS: "levels",
  ZAPPING: "zapping",
  ZAPPED: "zapped",
  RUNNING: "running",
  SWITCHING: "switching",
  SWITCHED: "switched",
  PICTURE: "picture",
  STALLED: "stalled",
  RESUMED: "resumed",
  PRESENTATION: "presentation",
  LOST: "lost",
  FOUND: "found",
  MUTED: "muted",
  BLOCKED: "blocked",
  RENDERER: "renderer",
  ERROR: "error",
  ENDED: "ended",
});
