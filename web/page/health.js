// Whether the packager is there, and how it says it is.

import { get } from "./errands.js";
import { found, write } from "./markup.js";

const timeoutMs = 4000;
/** A busy machine may miss one answer while the picture goes on. */
const missesMax = 2;

export class Health {
  #url;
  #listener;
  #box = found("condition", HTMLElement);
  #text = found("condition-text", HTMLElement);
  #misses = 0;
  #hasAnswered = false;

  /**
   * @param {string} base   the address that the packager's paths begin at
   * @param {{onHealth: (health: any, isBack: boolean) => void, onGone: () => void}} listener  isBack: it was gone
   */
  constructor(base, listener) {
    this.#url = new URL("healthz", base).href;
    this.#listener = listener;
  }

  /** It has missed an answer, and is to be asked again soon. */
  get isDoubtful() {
    return this.#misses > 0;
  }

  get #isGone() {
    return this.#misses >= (this.#hasAnswered ? missesMax : 1);
  }

  /** Asks once. */
  async ask() {
    /** @type {any} */
    let health;
    try {
      // Also a packager that is not well (503) says how it is.
      health = await (await get(this.#url, timeoutMs)).json();
    } catch {
      this.#misses++;
      if (!this.#isGone) return;
      this.#show("gone", "no answer");
      this.#listener.onGone();
      return;
    }
    const isBack = this.#isGone;
    const status = String(health?.status ?? "unknown");
    this.#misses = 0;
    this.#hasAnswered = true;
    this.#show(status, status === "ok" ? "all is well" : status);
    this.#listener.onHealth(health, isBack);
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #show(state, text) {
    this.#box.dataset.state = state;
    write(this.#text, text);
  }
}
