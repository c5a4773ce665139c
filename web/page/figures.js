// The figures of what plays now, four times a second.

import { make, write } from "./markup.js";
import { bpsText, countText, msText } from "./units.js";

/** @typedef {{latencyMs: number, aheadMs: number, rate: number, stalls: number, bitrateBps: number}} Stats */
/** @typedef {{width: number, height: number, bandwidthBps: number}} Level */

const names = /** @type {const} */ ([
  ["latency", "Latency", "From capture to screen"],
  ["buffer", "Buffer", "What is there and still to be shown"],
  ["bitrate", "Bitrate", "Received over the last second"],
  ["rung", "Rung", "The quality on screen"],
  ["rate", "Speed", "Playback speed: it catches up, or falls back"],
  ["stalls", "Stalls", "Times that the picture stood still"],
]);

/**
 * @param {Level | undefined} level
 */
export function rungText(level) {
  return level ? `${level.width}×${level.height}` : "–";
}

/** The figures, as a list of terms. */
export class Figures {
  /** @type {Map<string, HTMLElement>} */
  #values = new Map();

  /** @param {HTMLElement} root  a dl */
  constructor(root) {
    for (const [key, name, title] of names) {
      const value = make("dd", {}, "–");
      this.#values.set(key, value);
      root.append(make("div", { title }, make("dt", {}, name), value));
    }
  }

  /**
   * @param {Stats | null} stats
   * @param {Level | undefined} level  the one on screen
   */
  show(stats, level) {
    const texts = {
      latency: msText(stats?.latencyMs ?? NaN),
      buffer: msText(stats?.aheadMs ?? NaN),
      bitrate: bpsText(stats?.bitrateBps ?? NaN),
      rung: rungText(level),
      rate: stats && Number.isFinite(stats.rate) ? `${countText(stats.rate, 2)}×` : "–",
      stalls: countText(stats?.stalls ?? NaN),
    };
    for (const [key, text] of Object.entries(texts)) {
      const value = this.#values.get(key);
      if (value) write(value, text);
    }
  }
}
