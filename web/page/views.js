// The two views, as tabs: watching, and what the server says. Watching goes on while the server is looked at: its
// picture moves into a corner, as a browser may stop a video that is not shown.

import { found } from "./markup.js";

/** @typedef {"watch" | "server"} View */

const names = /** @type {const} */ (["watch", "server"]);

export class Views {
  #onChange;
  /** @type {View} */
  #view = "watch";
  #tabs = names.map((name) => found(`tab-${name}`, HTMLButtonElement));
  #panels = names.map((name) => found(name, HTMLElement));

  /** @param {(view: View) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => this.#choose(names[i]));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        this.#choose(names[1 - i]);
        this.#tabs[1 - i].focus();
      });
    });
    found("picture", HTMLElement).addEventListener("click", () => this.#choose("watch"));
  }

  get view() {
    return this.#view;
  }

  /** @param {View} view */
  #choose(view) {
    if (view === this.#view) return;
    this.show(view);
    this.#onChange(view);
  }

  /** @param {View} view */
  show(view) {
    this.#view = view;
    names.forEach((name, i) => {
      const chosen = name === view;
      this.#tabs[i].setAttribute("aria-selected", String(chosen));
      this.#tabs[i].tabIndex = chosen ? 0 : -1;
    });
    this.#panels[0].classList.toggle("away", view !== "watch");
    this.#panels[1].hidden = view !== "server";
  }
}
