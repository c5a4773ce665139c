// The channels: what /healthz says of them, and the list to choose from.

import { make, write } from "./markup.js";

/**
 * @typedef {object} Channel
 * @property {string} name
 * @property {string} url       of its manifest, absolute
 * @property {string} status    "ok", "degraded" or "down"; "" where nobody says
 * @property {string} feed      "up", "lost" or "starting"; ""
 * @property {string} reason    in a line, why it is not "ok"; ""
 */

/**
 * @param {unknown} value
 * @param {string} name
 */
function textOf(value, name) {
  const text = typeof value === "object" && value !== null ? /** @type {any} */ (value)[name] : undefined;
  return typeof text === "string" ? text : "";
}

/**
 * The channels of an answer of /healthz, in its order; [] where it is none.
 * @param {unknown} health
 * @param {string} base  the address that the packager's paths begin at
 * @returns {Channel[]}
 */
export function readChannels(health, base) {
  const channels = typeof health === "object" && health !== null ? /** @type {any} */ (health).channels : null;
  if (typeof channels !== "object" || channels === null || Array.isArray(channels)) return [];
  return Object.entries(channels).map(([name, state]) => ({
    name,
    url: new URL(`${encodeURIComponent(name)}/manifest.json`, base).href,
    status: textOf(state, "status"),
    feed: textOf(state, "feed"),
    reason: textOf(state, "reason"),
  }));
}

/**
 * How a channel is, in a word or a line; "" where all is well.
 * @param {Channel} channel
 */
export function conditionText(channel) {
  if (channel.reason) return channel.reason;
  return channel.status === "ok" || !channel.status ? "" : `feed ${channel.feed || channel.status}`;
}

/**
 * The one so many places further; the list goes round.
 * @param {readonly Channel[]} channels
 * @param {string} url   of the one that is on now
 * @param {number} by
 */
export function stepFrom(channels, url, by) {
  const at = channels.findIndex((channel) => channel.url === url);
  if (at < 0) return by > 0 ? 0 : channels.length - 1;
  return (at + by + channels.length) % channels.length;
}

/** A list of buttons. Who had the focus in it keeps it when the list changes. */
export class ChannelList {
  #root;
  #onChoice;
  /** @type {Map<string, {item: HTMLElement, button: HTMLButtonElement, number: HTMLElement, note: HTMLElement}>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} root  an ol
   * @param {(url: string) => void} onChoice
   */
  constructor(root, onChoice) {
    this.#root = root;
    this.#onChoice = onChoice;
  }

  /** @param {Channel} channel */
  #makeRow(channel) {
    const number = make("span", { class: "number", "aria-hidden": "true" });
    const note = make("span", { class: "note" });
    const dot = make("span", { class: "dot", "aria-hidden": "true" });
    const button = make("button", { type: "button" }, number, make("span", { class: "name" }, channel.name), note, dot);
    button.addEventListener("click", () => this.#onChoice(channel.url));
    return { item: make("li", {}, button), button, number, note };
  }

  /**
   * @param {readonly Channel[]} channels
   * @param {string} current  url of the one that is on
   */
  show(channels, current) {
    for (const [url, row] of this.#rows) {
      if (channels.some((channel) => channel.url === url)) continue;
      row.item.remove();
      this.#rows.delete(url);
    }
    if (channels.length) this.#root.querySelectorAll(".placeholder").forEach((item) => item.remove());
    channels.forEach((channel, i) => {
      const row = this.#rows.get(channel.url) ?? this.#makeRow(channel);
      this.#rows.set(channel.url, row);
      if (this.#root.children[i] !== row.item) this.#root.insertBefore(row.item, this.#root.children[i] ?? null);
      write(row.number, String(i + 1));
      write(row.note, conditionText(channel));
      row.note.title = conditionText(channel);
      row.button.dataset.status = channel.status;
      this.#mark(row.button, channel.url === current);
    });
  }

  /** @param {string} current */
  mark(current) {
    const hadFocus = this.#root.contains(document.activeElement);
    for (const [url, row] of this.#rows) {
      this.#mark(row.button, url === current);
      if (url !== current) continue;
      if (hadFocus) row.button.focus({ preventScroll: true });
      // Only the list scrolls, not the page under the one who looks at it.
      const list = this.#root.getBoundingClientRect();
      const at = row.item.getBoundingClientRect();
      if (at.top < list.top) this.#root.scrollTop -= list.top - at.top;
      else if (at.bottom > list.bottom) this.#root.scrollTop += at.bottom - list.bottom;
    }
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {boolean} current
   */
  #mark(button, current) {
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
