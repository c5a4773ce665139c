// What the page has to say: over the picture, one thing at a time, the gravest first; and aloud, for those who listen
// to the page. Figures that change all the time are never spoken.

import { found, write } from "./markup.js";

/** Gravest first. @typedef {"gone" | "signed" | "fatal" | "blocked" | "lost" | "ended" | "starting"} NoticeKind */
/** @typedef {{text: string, action?: string, onAction?: () => void}} Notice */

/** @type {readonly NoticeKind[]} */
const order = ["gone", "signed", "fatal", "blocked", "lost", "ended", "starting"];

export class Notices {
  #box = found("notice", HTMLElement);
  #text = found("notice-text", HTMLElement);
  #button = found("notice-action", HTMLButtonElement);
  #spoken = found("spoken", HTMLElement);
  /** @type {Map<NoticeKind, Notice>} */
  #notices = new Map();
  #lastSaid = "";

  constructor() {
    this.#button.addEventListener("click", () => this.#current()?.onAction?.());
  }

  #current() {
    const kind = order.find((k) => this.#notices.has(k));
    return kind ? this.#notices.get(kind) : undefined;
  }

  /**
   * @param {NoticeKind} kind
   * @param {Notice} notice
   */
  set(kind, notice) {
    this.#notices.set(kind, notice);
    this.#show();
    if (this.#current() === notice) this.say(notice.text);
  }

  /** @param {...NoticeKind} kinds */
  clear(...kinds) {
    for (const kind of kinds) this.#notices.delete(kind);
    this.#show();
  }

  #show() {
    const notice = this.#current();
    this.#box.hidden = !notice;
    write(this.#text, notice?.text ?? "");
    this.#button.hidden = !notice?.action;
    write(this.#button, notice?.action ?? "");
  }

  /**
   * Speaks; the same text again only after another one.
   * @param {string} text
   */
  say(text) {
    if (text === this.#lastSaid) return;
    this.#lastSaid = text;
    write(this.#spoken, text);
  }
}

const bannerMs = 1800;

/** The number and the name of a channel, over the picture for a moment. */
export class Banner {
  #box = found("banner", HTMLElement);
  #number = found("banner-number", HTMLElement);
  #name = found("banner-name", HTMLElement);
  #timer = 0;

  /**
   * @param {string} number
   * @param {string} name
   */
  show(number, name) {
    write(this.#number, number);
    write(this.#name, name);
    this.#box.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#box.hidden = true), bannerMs);
  }
}
