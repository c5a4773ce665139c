// A figure with its course over the last minutes.

import { colour, keepFitting, loadCharts, plainAxis, wholeSteps } from "./charts.js";
import { make, write } from "./markup.js";
import { countText } from "./units.js";

const height = 92;

/** @param {number} seconds */
function agoText(seconds) {
  return seconds < 60 ? `−${seconds} s` : `−${countText(seconds / 60, seconds % 60 ? 1 : 0)} min`;
}

/**
 * Short, as the value beside the chart has the unit.
 * @param {number} value
 */
function tickText(value) {
  if (value === 0) return ""; // where the other axis has a label
  for (const [unit, size] of /** @type {const} */ ([["G", 1e9], ["M", 1e6], ["k", 1e3]])) {
    if (value >= size) return `${countText(value / size, value % size ? 1 : 0)} ${unit}`;
  }
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** @type {import("./charts.js").Range} */
const rangeY = (_, low, high) => [0, high > 0 ? high * 1.15 : 1];

/** @type {import("./charts.js").TickTexts} */
const agoTicks = (_, ticks) => ticks.map((tick) => (tick ? agoText(-tick) : ""));

/** @type {import("./charts.js").TickTexts} */
const shortTicks = (_, ticks) => ticks.map(tickText);

/** A card: what it is, its value now, a note, and the chart. */
export class Trend {
  #value = make("b", {}, "–");
  #note = make("span", { class: "soft" });
  #chart = make("div", { class: "chart", "aria-hidden": "true" });
  #text;
  #whole;
  /** @type {import("./charts.js").Plot | null} */
  #plot = null;
  #loading = false;
  /** @type {number[][]} */
  #data = [[], []];

  /**
   * @param {HTMLElement} root
   * @param {string} title
   * @param {(value: number) => string} text   of a value
   * @param {boolean} [whole]                  it counts something
   */
  constructor(root, title, text, whole = false) {
    this.#text = text;
    this.#whole = whole;
    this.#chart.style.height = `${height}px`;
    root.append(make("div", { class: "card trend" }, make("h2", {}, title),
      make("p", { class: "headline" }, this.#value, this.#note), this.#chart));
  }

  /**
   * @param {number[]} agoS    of each value, rising, the last is 0
   * @param {number[]} values
   * @param {string} note
   */
  show(agoS, values, note) {
    this.#data = [agoS, values.map((value) => (Number.isFinite(value) ? value : 0))];
    write(this.#value, this.#text(values.length ? values[values.length - 1] : NaN));
    write(this.#note, note);
    this.#draw();
  }

  async #draw() {
    if (this.#plot) {
      this.#plot.setData(this.#data);
      return;
    }
    if (this.#loading) return;
    this.#loading = true;
    const plots = await loadCharts();
    if (!plots) return;
    this.#plot = new plots(this.#options(), this.#data, this.#chart);
    keepFitting(this.#plot, this.#chart, height);
  }

  /** How far back the chart goes: no further than there is something, and by whole steps. */
  #spanS() {
    return [30, 60, 120].find((spanS) => spanS >= -(this.#data[0][0] ?? 0)) ?? 180;
  }

  #options() {
    return {
      width: this.#chart.clientWidth || 280,
      height,
      padding: [6, 2, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [-this.#spanS(), 0] }, y: { range: rangeY } },
      axes: [
        { ...plainAxis, size: 20, gap: 3, grid: { show: false }, values: agoTicks,
          splits: () => [-this.#spanS(), -this.#spanS() / 2, 0] },
        { ...plainAxis, size: 42, gap: 4, space: 26, values: shortTicks, incrs: this.#whole ? wholeSteps : undefined },
      ],
      series: [{}, {
        stroke: () => colour("--accent"), fill: () => colour("--fill"), width: 1.5, points: { show: false },
      }],
    };
  }
}
