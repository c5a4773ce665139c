// The channel changes so far as a histogram, with their trimmed mean.

import { chartsMissing, colour, keepFitting, loadCharts, plainAxis, wholeSteps } from "./charts.js";
import { percentile, tm90 } from "./zaps.js";
import { make, write } from "./markup.js";
import { countText, msText } from "./units.js";

const binsMax = 24;
const binsLeast = 12;
const height = 132;

/**
 * @typedef {object} Bins
 * @property {number} lowMs      where the first one begins
 * @property {number} widthMs
 * @property {number[]} counts
 * @property {number} above      how many lie above the last one; they are in no bin
 */

/**
 * Bins of 1, 2, 5, 10 ... ms, two dozen at most. What is more than three times the 90th percentile lies above them, so
 * that one bad change does not hide how the others differ.
 * @param {readonly number[]} sorted  upwards; one or more
 * @returns {Bins}
 */
export function binsOf(sorted) {
  const boundMs = 3 * percentile(sorted, 0.9);
  const highMs = sorted.filter((ms) => ms <= boundMs).pop() ?? sorted[0];
  let widthMs = 1;
  const first = () => Math.floor(sorted[0] / widthMs);
  const count = () => Math.floor(highMs / widthMs) - first() + 1;
  for (let i = 0; count() > binsMax; i++) widthMs *= i % 3 === 1 ? 2.5 : 2;
  const counts = new Array(Math.max(1, count())).fill(0);
  let above = 0;
  for (const ms of sorted) {
    const bin = Math.floor(ms / widthMs) - first();
    if (bin < counts.length) counts[bin]++;
    else above++;
  }
  return { lowMs: first() * widthMs, widthMs, counts, above };
}

/**
 * For uPlot: the edge of each bin and its count, with empty ones at both sides, so that a few changes don't fill all.
 * @param {Bins} bins
 */
function seriesOf({ lowMs, widthMs, counts }) {
  const before = Math.min(lowMs / widthMs, Math.max(1, Math.floor((binsLeast - counts.length) / 2)));
  const all = [...new Array(before).fill(0), ...counts, 0];
  while (all.length < binsLeast) all.push(0);
  return [all.map((_, i) => lowMs + (i - before) * widthMs), all];
}

/** @type {import("./charts.js").Range} */
const rangeX = (_, low, high) => [low, high];

/** @type {import("./charts.js").Range} */
const rangeY = (_, low, high) => [0, Math.max(1, high) * 1.08];

export class Histogram {
  #root;
  #tm90 = make("b", {}, "–");
  #text = make("p", { class: "soft counts" });
  #chart = make("div", { class: "chart", role: "img" });
  #hint = make("p", { class: "soft hint" }, "Change the channel, and this shows how long that takes.");
  /** @type {import("./charts.js").Plot | null} */
  #plot = null;
  #loading = false;
  #lineMs = NaN;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#chart.style.height = `${height}px`;
    root.append(make("p", { class: "headline" }, this.#tm90, make("span", { class: "of" }, "tm90")), this.#text,
      this.#chart);
    this.#chart.append(this.#hint);
    this.show([]);
  }

  /** @param {readonly number[]} sorted  upwards */
  show(sorted) {
    this.#lineMs = tm90(sorted);
    write(this.#tm90, msText(this.#lineMs));
    if (!sorted.length) {
      write(this.#text, "No change of channel yet");
      this.#chart.setAttribute("aria-label", "No change of channel yet");
      this.#plot?.setData(seriesOf({ lowMs: 0, widthMs: 10, counts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], above: 0 }));
      return;
    }
    this.#hint.remove();
    const bins = binsOf(sorted);
    const worst = msText(sorted[sorted.length - 1]);
    write(this.#text, `${countText(sorted.length)} ${sorted.length === 1 ? "change" : "changes"} · median `
      + `${msText(percentile(sorted, 0.5))} · worst ${worst}`);
    this.#chart.setAttribute("aria-label", `Histogram of ${sorted.length} changes from ${msText(sorted[0])} to ${worst}`
      + (bins.above ? `, ${bins.above} of them beyond the chart` : ""));
    this.#draw(bins);
  }

  /** @param {Bins} bins */
  async #draw(bins) {
    if (this.#plot) {
      this.#plot.setData(seriesOf(bins));
      return;
    }
    if (this.#loading) return;
    this.#loading = true;
    const plots = await loadCharts();
    if (!plots) {
      this.#chart.append(make("p", { class: "soft" }, chartsMissing));
      return;
    }
    this.#plot = new plots(this.#options(plots), seriesOf(bins), this.#chart);
    keepFitting(this.#plot, this.#chart, height);
  }

  /** @param {import("./charts.js").Plots} plots */
  #options(plots) {
    return {
      width: this.#chart.clientWidth || 320,
      height,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: rangeX }, y: { range: rangeY } },
      axes: [
        { ...plainAxis, size: 24, gap: 4, space: 44, grid: { show: false }, incrs: wholeSteps },
        { ...plainAxis, size: 30, gap: 4, space: 26, incrs: wholeSteps },
      ],
      series: [{}, {
        fill: () => colour("--accent"), stroke: () => colour("--accent"), width: 0, points: { show: false },
        paths: plots.paths.bars({ size: [0.86, Infinity], align: 1 }),
      }],
      hooks: { draw: [(/** @type {import("./charts.js").Plot} */ plot) => this.#drawLine(plot)] },
    };
  }

  /** @param {import("./charts.js").Plot} plot */
  #drawLine(plot) {
    if (!Number.isFinite(this.#lineMs)) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(this.#lineMs, "x", true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = colour("--ink");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}
