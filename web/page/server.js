// The second view: what the packager says of itself, from /healthz and /metrics. It asks only while it is looked at.

import { chartsMissing, loadCharts } from "./charts.js";
import { get } from "./errands.js";
import { FigureTable } from "./figure_table.js";
import { make, write } from "./markup.js";
import { Metrics } from "./metrics_text.js";
import { feedsOf, History, rungsOf } from "./server_figures.js";
import { feedColumns, rungColumns } from "./server_tables.js";
import { Trend } from "./trend.js";
import { bpsText, bytesText, countText, durationText, percentText } from "./units.js";

const everyMs = 1500;
const timeoutMs = 5000;

/** @param {unknown} error  of a request */
function faultText(error) {
  if (error instanceof TypeError) return "the packager does not answer";
  if (error instanceof DOMException) return "the packager takes too long";
  return error instanceof Error ? error.message : String(error);
}

export class Server {
  #base;
  #isOpen;
  #history = new History();
  /** @type {any} */
  #health = null;
  #token = "";
  #fault = make("p", { class: "fault", role: "status" });
  #facts = make("p", { class: "facts soft" });
  #tokenForm;
  #content = make("div", { class: "server-content" });
  #trends;
  #feeds;
  #rungs;

  /**
   * @param {HTMLElement} root
   * @param {string} base               the address that the packager's paths begin at
   * @param {() => boolean} isOpen      whether it is looked at
   */
  constructor(root, base, isOpen) {
    this.#base = base;
    this.#isOpen = isOpen;
    this.#tokenForm = this.#makeTokenForm();
    const trends = make("div", { class: "trends" });
    this.#trends = {
      viewers: new Trend(trends, "Streams going out", countText, true),
      sent: new Trend(trends, "Sent", bpsText),
      requests: new Trend(trends, "Requests a second", (v) => countText(v, v && v < 10 ? 1 : 0)),
      cpu: new Trend(trends, "CPU, of one core", (v) => percentText(v / 100)),
    };
    this.#content.append(trends);
    this.#feeds = new FigureTable(this.#content, "Feeds", feedColumns, (f) => f.channel);
    this.#rungs = new FigureTable(this.#content, "Rungs and sound", rungColumns, (r) => `${r.channel} ${r.track}`);
    this.#content.hidden = true;
    root.append(this.#facts, this.#fault, this.#tokenForm, this.#content);
    this.#fault.hidden = true;
    loadChartsNote(root);
  }

  #makeTokenForm() {
    const input = make("input", {
      type: "password", required: "", autocomplete: "off", "aria-label": "Token of /metrics",
      placeholder: "Token of --metrics-token",
    });
    const form = make("form", { class: "card token" },
      make("p", {}, "The figures are behind a token, as the packager was started with --metrics-token. This page keeps "
        + "it until you leave."), input, make("button", { type: "submit" }, "Show the figures"));
    form.hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#token = input.value.trim();
      form.hidden = true;
    });
    return form;
  }

  /** @param {any} health  an answer of /healthz */
  setHealth(health) {
    this.#health = health;
  }

  /** @returns {import("./errands.js").Errand} */
  errand() {
    return {
      name: "metrics",
      everyMs: () => everyMs,
      wanted: () => this.#isOpen() && this.#tokenForm.hidden && document.visibilityState === "visible",
      run: () => this.#ask(),
    };
  }

  async #ask() {
    try {
      const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : undefined;
      const response = await get(new URL("metrics", this.#base).href, timeoutMs, { headers });
      if (response.status === 401) {
        this.#tell(this.#token ? "That is not the token." : "");
        this.#token = "";
        this.#tokenForm.hidden = false;
        this.#content.hidden = true;
        return;
      }
      if (!response.ok) throw new Error(`the packager answered ${response.status}`);
      this.#history.add(new Metrics(await response.text()));
      this.#tell("");
      this.#show();
    } catch (error) {
      this.#tell(`No new figures: ${faultText(error)}. Trying again; these are the last ones.`);
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.#fault.hidden = !text;
    write(this.#fault, text);
  }

  #show() {
    const { before, latest, points } = this.#history;
    if (!latest) return;
    this.#content.hidden = false;
    this.#showFacts(latest);
    const agoS = points.map((point) => point.upS - latest.upS);
    const now = points.at(-1);
    const course = (/** @type {(p: import("./server_figures.js").Point) => number} */ of) => points.map(of);
    this.#trends.viewers.show(agoS, course((p) => p.viewers), `${countText(now?.connections ?? NaN)} connections`);
    this.#trends.sent.show(agoS, course((p) => p.sentBps),
      `${bytesText(latest.metrics.sum("openhesp_origin_sent_bytes_total"))} in all`);
    this.#trends.requests.show(agoS, course((p) => p.requestsPerS),
      `${countText(latest.metrics.sum("openhesp_origin_requests_total"))} in all`);
    this.#trends.cpu.show(agoS, course((p) => 100 * p.cpuShare), `origin ${percentText(now?.originCpuShare ?? NaN)}`);
    const healthOf = (/** @type {string} */ channel) => this.#health?.channels?.[channel] ?? {};
    this.#feeds.show(feedsOf(before, latest).map((feed) => ({ ...feed, health: healthOf(feed.channel) })));
    this.#rungs.show(rungsOf(before, latest));
  }

  /** @param {import("./server_figures.js").Reading} latest */
  #showFacts({ metrics, upS }) {
    const version = metrics.samples("openhesp_build_info")[0]?.labels.version ?? "";
    const cut = metrics.sum("openhesp_origin_cut_connections_total");
    const refused = metrics.sum("openhesp_origin_refused_connections_total")
      + metrics.sum("openhesp_origin_refused_requests_total");
    const errors = metrics.sum("openhesp_origin_responses_total", { class: "5xx" });
    write(this.#facts, [`openhesp ${version}`, `up for ${durationText(upS)}`, `${countText(cut)} connections cut`,
      `${countText(refused)} refused`, `${countText(errors)} answers 5xx`,
      `${countText(metrics.sum("openhesp_reloads_total"))} reloads`].join(" · "));
  }
}

/** @param {HTMLElement} root */
async function loadChartsNote(root) {
  if (!document.querySelector("meta[name=openhesp-charts]") && !(await loadCharts())) {
    root.append(make("p", { class: "soft" }, chartsMissing));
  }
}
