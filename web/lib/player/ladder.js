// The ladder of the Presentation that plays, and where on it the picture is. Levels are its indices, lowest first.
// Pure.

/**
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("./events.js").Level} Level
 */

/**
 * @param {Presentation} presentation
 * @returns {Level[]}
 */
function levelsOf(presentation) {
  return presentation.video.map(({ id, bandwidthBps, width, height, codecs, frameRate }, index) => (
    { index, id, bandwidthBps, width, height, codecs, frameRate: frameRate.value / frameRate.scale }));
}

export class Ladder {
  /** @type {Level[]} */
  levels = [];
  /** @type {Track | null} on screen */
  shown = null;
  /** @type {Track | null} the one that is switched to */
  next = null;
  /** @type {string | null} of the Presentation */
  #id = null;

  /**
   * A Presentation plays.
   * @param {Presentation} presentation
   * @returns {{isOther: boolean, hasOtherLevels: boolean}} than the one before
   */
  present(presentation) {
    const levels = levelsOf(presentation);
    const isOther = presentation.id !== this.#id;
    const hasOtherLevels = JSON.stringify(levels) !== JSON.stringify(this.levels);
    this.#id = presentation.id;
    if (hasOtherLevels) this.levels = levels;
    return { isOther, hasOtherLevels };
  }

  /**
   * @param {Track | null} track
   * @returns {number} -1: none
   */
  indexOf(track) {
    return track ? this.levels.findIndex(({ id }) => id === track.id) : -1;
  }
}
