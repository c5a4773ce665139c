// Where the time of a channel change went: a bar of its parts, with their figures.

import { bytesText, msText } from "./units.js";
import { make } from "./markup.js";

/**
 * Milliseconds since the change was asked for; NaN: not known.
 * @typedef {object} Anatomy
 * @property {number} requestMs     the packet's request was sent
 * @property {number} firstByteMs   the first byte of it came
 * @property {number} packetMs      all of it was there
 * @property {number} decodedMs     its picture was decoded
 * @property {number} shownMs       and on screen
 */

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {keyof Anatomy} end
 * @property {number} ms   how long; NaN: not known, and then it is in the next one that is
 */

/** @type {readonly (readonly [keyof Anatomy, string, string])[]} */
const ends = [
  ["requestMs", "Request", "from the key to the request"],
  ["firstByteMs", "First byte", "until the first byte came"],
  ["packetMs", "Packet", "until all of the packet was there"],
  ["decodedMs", "Decode", "until its picture was decoded"],
  ["shownMs", "On screen", "until it was on screen"],
];

/**
 * The parts of it, in their order. They add up to the last moment that is known.
 * @param {Anatomy} anatomy
 * @returns {Part[]}
 */
export function partsOf(anatomy) {
  let beforeMs = 0;
  return ends.map(([end, name]) => {
    const endMs = anatomy[end];
    if (!Number.isFinite(endMs)) return { name, end, ms: NaN };
    const ms = Math.max(0, endMs - beforeMs);
    beforeMs = Math.max(beforeMs, endMs);
    return { name, end, ms };
  });
}

/**
 * @typedef {object} LastZap
 * @property {string} channel
 * @property {number} zapMs
 * @property {boolean} first          it was the first channel: no change
 * @property {number} packetBytes
 * @property {number} latencyMs
 * @property {Anatomy} anatomy
 */

export class AnatomyView {
  #title;
  #bar = make("div", { class: "bar", role: "img", "aria-label": "No change yet" });
  /** @type {HTMLElement[]} */
  #strips = [];
  /** @type {HTMLElement[]} */
  #figures = [];
  #rest = make("p", { class: "soft" });
  #restText = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#title = make("h3", {}, "Last change");
    const legend = make("dl", { class: "parts" });
    for (const [end, name, title] of ends) {
      const strip = make("span", { "data-part": end });
      const figure = make("dd", {}, msText(NaN));
      this.#strips.push(strip);
      this.#figures.push(figure);
      this.#bar.append(strip);
      legend.append(make("div", { "data-part": end, title }, make("dt", {}, name), figure));
    }
    this.#rest.textContent = "Where the time of a change goes, from the key to the picture.";
    root.append(this.#title, this.#bar, legend, this.#rest);
  }

  /** @param {LastZap} zap */
  show(zap) {
    const parts = partsOf(zap.anatomy);
    const known = parts.filter((part) => part.ms > 0);
    const totalMs = known.reduce((sum, part) => sum + part.ms, 0);
    this.#title.textContent = `${zap.first ? "First picture" : "Last change"}: ${zap.channel}, ${msText(zap.zapMs)}`;
    parts.forEach((part, i) => {
      this.#strips[i].style.flexGrow = String(part.ms > 0 ? part.ms / totalMs : 0);
      const [figure, unit = ""] = msText(part.ms).split(" ");
      this.#figures[i].replaceChildren(`${figure} `, make("small", {}, unit));
    });
    this.#bar.setAttribute("aria-label", known.map((part) => `${part.name} ${msText(part.ms)}`).join(", "));
    this.#restText = `Packet of ${bytesText(zap.packetBytes)}, its picture ${msText(zap.latencyMs)} old on screen.`;
    this.#rest.textContent = this.#restText;
  }

  /** @param {number} sinceMs  after the change was asked for, pictures follow one another */
  running(sinceMs) {
    if (this.#restText) this.#rest.textContent = `${this.#restText} Motion after ${msText(sinceMs)}.`;
  }
}
