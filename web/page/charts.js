// uPlot, which draws the charts: it comes when the first chart is wanted, so that the picture need not wait for it. A
// packager that was built without it says so in index.html.

/**
 * As much of uPlot as is used here.
 * @typedef {object} Plot
 * @property {(data: (number | null)[][], resetScales?: boolean) => void} setData
 * @property {(size: {width: number, height: number}) => void} setSize
 * @property {(rebuildPaths?: boolean) => void} redraw
 * @property {(value: number, scale: string, canvasPixels?: boolean) => number} valToPos
 * @property {CanvasRenderingContext2D} ctx
 * @property {{left: number, top: number, width: number, height: number}} bbox
 * @property {() => void} destroy
 */

/** @typedef {{new (options: object, data: (number | null)[][], root: HTMLElement): Plot, paths: any}} Plots */

/** @typedef {(plot: Plot, ticks: number[]) => string[]} TickTexts */
/** @typedef {(plot: Plot, low: number, high: number) => [number, number]} Range */

/** @type {Promise<Plots | null> | null} */
let plots = null;

/**
 * @param {HTMLElement} element
 * @returns {Promise<boolean>}
 */
function loaded(element) {
  return new Promise((resolve) => {
    element.addEventListener("load", () => resolve(true));
    element.addEventListener("error", () => resolve(false));
    document.head.append(element);
  });
}

async function load() {
  const folder = document.querySelector("meta[name=openhesp-charts]")?.getAttribute("content");
  if (!folder) return null;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = `${folder}uPlot.css`;
  const script = document.createElement("script");
  script.src = `${folder}uPlot.js`;
  const [styled, ran] = await Promise.all([loaded(style), loaded(script)]);
  return styled && ran ? /** @type {Plots} */ (/** @type {any} */ (globalThis).uPlot) : null;
}

/** uPlot; null where this packager has none. */
export function loadCharts() {
  plots ??= load();
  return plots;
}

export const chartsMissing = "This packager was built without charts: npm could not fetch uPlot.";

/**
 * A colour of page.css.
 * @param {string} name  "--accent"
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Keeps a plot as wide as its element, and its colours those of the scheme.
 * @param {Plot} plot
 * @param {HTMLElement} root
 * @param {number} height
 */
export function keepFitting(plot, root, height) {
  const observer = new ResizeObserver(() => {
    if (root.clientWidth > 0) plot.setSize({ width: root.clientWidth, height });
  });
  observer.observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false));
}

/** What all axes have in common. */
export const plainAxis = {
  stroke: () => colour("--soft"),
  font: "11px system-ui, sans-serif",
  ticks: { show: false },
  grid: { stroke: () => colour("--grid"), width: 1 },
};

/** Distances of an axis's ticks, where what lies between whole numbers means nothing. */
export const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
