// What a HespPlayer may be told when it is made.

/**
 * @typedef {object} Settings
 * @property {"mse" | "webcodecs"} renderer
 * @property {number | null} targetLatencyMs  null: as low as the renderer holds without a stall
 * @property {number} level                   -1: automatic, else an index of the levels
 * @property {"auto" | "smallest" | "same"} joinLevel  what a join or a zap starts on: as the link allows; the lowest
 *   one; the one that plays
 * @property {{sessionId?: string, contentId?: string, mode?: "query" | "header"} | null} cmcd
 * @property {number} startupBps              what to believe of the link at first; 0: nothing
 */

/** @type {Settings} */
const DEFAULTS = {
  renderer: "mse",
  targetLatencyMs: null,
  level: -1,
  joinLevel: "auto",
  cmcd: null,
  startupBps: 0,
};

/**
 * @param {boolean} fits
 * @param {string} text
 */
function check(fits, text) {
  if (!fits) throw new TypeError(text);
}

/**
 * Throws TypeError where something can't be meant.
 * @param {Partial<Settings>} given
 * @returns {Settings}
 */
export function readSettings(given) {
  const settings = { ...DEFAULTS, ...given };
  const { renderer, targetLatencyMs, level, joinLevel, startupBps } = settings;
  check(["mse", "webcodecs"].includes(renderer), `renderer: ${renderer}: is neither "mse" nor "webcodecs"`);
  check(targetLatencyMs === null || targetLatencyMs >= 0, `targetLatencyMs: ${targetLatencyMs}: is no time`);
  check(Number.isInteger(level) && level >= -1, `level: ${level}: is neither -1 nor an index`);
  check(["auto", "smallest", "same"].includes(joinLevel), `joinLevel: ${joinLevel}: is none of auto, smallest, same`);
  check(startupBps >= 0, `startupBps: ${startupBps}: is no rate`);
  return settings;
}
