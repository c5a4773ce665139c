// What a page may ask of a player at any time. Pure.

/**
 * @typedef {object} Stats
 * @property {number} latencyMs      capture to screen; NaN: nothing is shown yet
 * @property {number} aheadMs        media that is still to be shown
 * @property {number} rate           playback rate
 * @property {number} shown          pictures so far
 * @property {number} dropped        pictures that were not, or not in time
 * @property {number} stalls
 * @property {number} stalledMs
 * @property {number} zaps
 * @property {number} switches
 * @property {number} bytes          received
 * @property {number} throughputBps  of the link, as far as it is known; 0: it isn't
 * @property {number} bitrateBps     received over the last second
 * @property {number} requests       under way
 * @property {string} renderer       its name, "": none yet
 * @property {number} level          on screen, -1: none
 * @property {number} utcOffsetMs    what is to be added to this machine's clock
 */

/**
 * @param {import("../types.js").RendererState | undefined} state
 * @param {import("./tally.js").Tally} tally
 * @param {number} nowMs
 * @param {Pick<Stats, "latencyMs" | "throughputBps" | "requests" | "renderer" | "level" | "utcOffsetMs">} rest
 * @returns {Stats}
 */
export function statsOf(state, tally, nowMs, rest) {
  const { zaps, switches, stalls, stalledMs, bytes } = tally;
  return {
    ...rest,
    aheadMs: state?.aheadMs ?? 0,
    rate: state?.rate ?? 1,
    shown: state?.decoded ?? 0,
    dropped: state?.dropped ?? 0,
    stalls,
    stalledMs,
    zaps,
    switches,
    bytes,
    bitrateBps: tally.bitrateBps(nowMs),
  };
}
