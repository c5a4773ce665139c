// A table of figures that change: what stays the same is left as it is, so that it can be selected, and nothing jumps.

import { make, write } from "./markup.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [hint]
 * @property {(row: Row) => string} text
 * @property {(row: Row) => number} [share]   a bar behind the text, 0 to 1
 * @property {(row: Row) => string} [state]   "good", "bad", "idle" or ""
 * @property {boolean} [isName]               a heading of the row, to the left
 */

/** @template Row */
export class FigureTable {
  #columns;
  #key;
  #body = make("tbody");
  /** @type {Map<string, HTMLElement[]>} */
  #cells = new Map();

  /**
   * @param {HTMLElement} root
   * @param {string} title
   * @param {readonly Column<Row>[]} columns
   * @param {(row: Row) => string} key
   */
  constructor(root, title, columns, key) {
    this.#columns = columns;
    this.#key = key;
    const head = make("tr", {}, ...columns.map(({ title, hint = "", isName = false }) =>
      make("th", { scope: "col", title: hint, "data-name": String(isName) }, title)));
    const table = make("table", {}, make("caption", { class: "unseen" }, title), make("thead", {}, head), this.#body);
    root.append(make("section", { class: "card" }, make("h2", {}, title),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title, "data-keys": "own" }, table)));
  }

  /** @param {string} key */
  #addRow(key) {
    const cells = this.#columns.map((column) => (column.isName ? make("th", { scope: "row" }) : make("td")));
    this.#cells.set(key, cells);
    return cells;
  }

  /** @param {readonly Row[]} rows */
  show(rows) {
    const keys = new Set(rows.map(this.#key));
    for (const [key, cells] of this.#cells) {
      if (keys.has(key)) continue;
      cells[0].parentElement?.remove();
      this.#cells.delete(key);
    }
    for (const row of rows) {
      const key = this.#key(row);
      let cells = this.#cells.get(key);
      if (!cells) {
        cells = this.#addRow(key);
        this.#body.append(make("tr", {}, ...cells));
      }
      this.#columns.forEach((column, i) => this.#fill(/** @type {HTMLElement[]} */ (cells)[i], column, row));
    }
  }

  /**
   * @param {HTMLElement} cell
   * @param {Column<Row>} column
   * @param {Row} row
   */
  #fill(cell, column, row) {
    write(cell, column.text(row));
    const state = column.state?.(row) ?? "";
    if (cell.dataset.state !== state) cell.dataset.state = state;
    if (!column.share) return;
    const share = column.share(row);
    cell.classList.add("share");
    cell.style.setProperty("--share", `${Math.round(100 * Math.min(1, share > 0 ? share : 0))}%`);
  }
}
