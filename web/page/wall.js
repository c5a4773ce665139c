// All channels at a glance: a still of each, from the Initialization Packet of its smallest rung, the oldest still
// anew each time. Only what can be seen is fetched.

import { readPacket } from "../lib/cmaf/packet.js";
import { parseManifest } from "../lib/manifest/parse.js";
import { get } from "./errands.js";
import { make, write } from "./markup.js";
import { drawStill } from "./still.js";

const roundMs = 2000;
const gapMs = 400;
const timeoutMs = 5000;

/**
 * @typedef {object} Tile
 * @property {import("./channels.js").Channel} channel
 * @property {HTMLButtonElement} button
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} number
 * @property {HTMLElement} note
 * @property {boolean} inView
 * @property {number} askedMs        when its still was last asked for
 * @property {string | null} packetUrl
 */

export class Wall {
  #root;
  #onChoice;
  #canShow;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();
  #tookMs = 0;
  #observer = new IntersectionObserver((entries) => this.#seen(entries));

  /**
   * @param {HTMLElement} root
   * @param {(url: string) => void} onChoice
   * @param {() => boolean} canShow  false while stills would disturb
   */
  constructor(root, onChoice, canShow) {
    this.#root = root;
    this.#onChoice = onChoice;
    this.#canShow = canShow;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const tile of this.#tiles.values()) {
      const entry = entries.filter((e) => e.target === tile.button).pop();
      if (entry) tile.inView = entry.isIntersecting;
    }
  }

  /**
   * @param {import("./channels.js").Channel} channel
   * @returns {Tile}
   */
  #makeTile(channel) {
    const canvas = make("canvas", { width: "320", height: "180", "aria-hidden": "true" });
    const number = make("span", { class: "number", "aria-hidden": "true" });
    const note = make("span", { class: "note" });
    const label = make("span", { class: "label" }, number, make("span", { class: "name" }, channel.name), note);
    const button = make("button", { type: "button", class: "tile" }, canvas, label);
    button.addEventListener("click", () => this.#onChoice(channel.url));
    this.#observer.observe(button);
    return { channel, button, canvas, number, note, inView: false, askedMs: -Infinity, packetUrl: null };
  }

  /**
   * @param {readonly import("./channels.js").Channel[]} channels
   * @param {string} current
   */
  show(channels, current) {
    for (const [url, tile] of this.#tiles) {
      if (channels.some((channel) => channel.url === url)) continue;
      this.#observer.unobserve(tile.button);
      tile.button.remove();
      this.#tiles.delete(url);
    }
    channels.forEach((channel, i) => {
      const tile = this.#tiles.get(channel.url) ?? this.#makeTile(channel);
      this.#tiles.set(channel.url, tile);
      tile.channel = channel;
      write(tile.number, String(i + 1));
      if (this.#root.children[i] !== tile.button) {
        this.#root.insertBefore(tile.button, this.#root.children[i] ?? null);
      }
    });
    this.mark(current);
  }

  /** @param {string} current */
  mark(current) {
    for (const [url, tile] of this.#tiles) {
      if (url === current) tile.button.setAttribute("aria-current", "true");
      else tile.button.removeAttribute("aria-current");
    }
  }

  /** @returns {import("./errands.js").Errand} */
  errand() {
    return {
      name: "stills",
      everyMs: () => Math.max(roundMs / Math.max(1, this.#visible().length), gapMs, 8 * this.#tookMs),
      wanted: () => this.#canShow() && document.visibilityState === "visible" && this.#visible().length > 0,
      run: () => this.#renew(),
    };
  }

  #visible() {
    return [...this.#tiles.values()].filter((tile) => tile.inView);
  }

  async #renew() {
    const tile = this.#visible().sort((a, b) => a.askedMs - b.askedMs)[0];
    if (!tile) return;
    tile.askedMs = performance.now();
    try {
      if (!tile.packetUrl) tile.packetUrl = await this.#findPacket(tile.channel.url);
      else await this.#fetchStill(tile, tile.packetUrl);
      write(tile.note, "");
    } catch {
      // Its Presentation may be another one by now: the next round asks for the manifest.
      tile.packetUrl = null;
      write(tile.note, "no picture");
    }
    this.#tookMs = performance.now() - tile.askedMs;
  }

  /** @param {string} url */
  async #findPacket(url) {
    const response = await get(url, timeoutMs);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return parseManifest(await response.text(), response.url || url).active.video[0].packetUrl("now");
  }

  /**
   * @param {Tile} tile
   * @param {string} packetUrl
   */
  async #fetchStill(tile, packetUrl) {
    const response = await get(packetUrl, timeoutMs);
    if (!response.ok) throw new Error(`${packetUrl}: ${response.status}`);
    await drawStill(readPacket(new Uint8Array(await response.arrayBuffer())), tile.canvas);
    tile.button.dataset.drawn = "yes";
  }
}
