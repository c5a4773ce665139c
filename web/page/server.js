// The second view: what the packager says of itself, from /healthz and /metrics. It asks only while it is looked at.

import { chartsMissing, loadCharts } from "./charts.js";
import { get } from "./errands.js";
import { FigureTable } from "./figure_table.js";
import { make, write } from "./markup.js";
import { Metrics } from "./metrics_text.js";
import { feedsOf, History, rungsOf } from "./server_figures.js";
import { Trend } from "./trend.js";
import { bpsText, bytesText, countText, durationText, msText, percentText } from "./units.js";

const everyMs = 1500;
const timeoutMs = 5000;

/** @typedef {import("./server_figures.js").RungFigures} Rung */
/** @typedef {import("./server_figures.js").FeedFigures & {health: any}} Feed */

/** @param {unknown} value */
const word = (value) => (typeof value === "string" && value ? value : "–");

/** @param {number} value */
const fault = (value) => (value > 0 ? "bad" : "idle");

/** @param {string} text */
function stateOf(text) {
  if (text === "up" || text === "ok") return "good";
  if (text === "none" || text === "–") return "idle";
  return text === "degraded" || text === "starting" ? "warn" : "bad";
}

/** @type {import("./figure_table.js").Column<Feed>[]} */
const feedColumns = [
  { title: "Channel", isName: true, text: (f) => f.channel },
  { title: "Status", text: (f) => word(f.health.status), state: (f) => stateOf(word(f.health.status)) },
  { title: "Feed", text: (f) => word(f.health.feed), state: (f) => stateOf(word(f.health.feed)) },
  { title: "Picture", text: (f) => word(f.health.picture), state: (f) => stateOf(word(f.health.picture)) },
  { title: "Sound", text: (f) => word(f.health.sound), state: (f) => stateOf(word(f.health.sound)) },
  { title: "For", hint: "Since the feed is as it is", text: (f) => durationText(f.health.since_s) },
  { title: "Newest frame", text: (f) => countText(f.health.newest_sequence) },
  { title: "Load", hint: "CPU of the channel, of one core", text: (f) => percentText(f.load), share: (f) => f.load },
  { title: "Repeated", hint: "Frames the feed had no new picture for", text: (f) => countText(f.repeated), state: (f) => fault(f.repeated) },
  { title: "Dropped", hint: "Pictures that no frame had room for", text: (f) => countText(f.dropped), state: (f) => fault(f.dropped) },
  { title: "Lost", hint: "Times the feed was up and was lost", text: (f) => countText(f.lost), state: (f) => fault(f.lost) },
  { title: "Jumps", hint: "Jumps of the feed's time stamps", text: (f) => countText(f.discontinuities), state: (f) => fault(f.discontinuities) },
  { title: "Errors", hint: "Pieces that could not be decoded", text: (f) => countText(f.decodeErrors), state: (f) => fault(f.decodeErrors) },
  { title: "Window", hint: "How far back viewers may go", text: (f) => durationText(f.availableS) },
  { title: "Held", hint: "Bytes held for viewers", text: (f) => bytesText(f.storeBytes) },
];

/** @type {import("./figure_table.js").Column<Rung>[]} */
const rungColumns = [
  { title: "Channel", isName: true, text: (r) => r.channel },
  { title: "Rung", isName: true, text: (r) => r.track, state: (r) => (r.up ? "" : "bad") },
  { title: "Promised", hint: "The peak rate that the manifest promises", text: (r) => bpsText(r.promisedBps) },
  { title: "Peak", hint: "The highest rate of a finished segment", text: (r) => (r.peakBps > 0 ? bpsText(r.peakBps) : "–"),
    state: (r) => (r.peakBps > r.promisedBps ? "bad" : "") },
  { title: "Load", hint: "CPU of all its stages, of one core", text: (r) => percentText(r.load), share: (r) => r.load },
  { title: "Encode", hint: "CPU of scaling, encoding and packaging", text: (r) => percentText(r.encodeLoad) },
  { title: "Packets", hint: "CPU of making Initialization Packets", text: (r) => (r.isSound ? "–" : percentText(r.packetLoad)) },
  { title: "Frames/s", text: (r) => countText(r.framesPerS, 1) },
  { title: "Packets/s", text: (r) => (r.isSound ? "–" : countText(r.packetsPerS, 1)) },
  { title: "Available", hint: "From capture to available, mean", text: (r) => msText(r.availableMs) },
  { title: "Repeated", hint: "Pictures repeated as the encoder was late", text: (r) => countText(r.repeated), state: (r) => fault(r.repeated) },
  { title: "Shed", hint: "Pictures repeated to leave the machine to smaller rungs", text: (r) => countText(r.shed), state: (r) => fault(r.shed) },
  { title: "Restarts", text: (r) => countText(r.restarts), state: (r) => fault(r.restarts) },
];

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
      cpu: new Trend(trends, "CPU, percent of one core", (v) => percentText(v / 100)),
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
    const input = make("input", { type: "password", required: "", "aria-label": "Token of /metrics", autocomplete: "off",
      placeholder: "Token of --metrics-token" });
    const form = make("form", { class: "card token" },
      make("p", {}, "The figures are behind a token: the packager was started with --metrics-token. It is kept by this page "
        + "only, and forgotten when the page is left."), input, make("button", { type: "submit" }, "Show the figures"));
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
      const why = error instanceof TypeError ? "the packager does not answer"
        : error instanceof DOMException ? "the packager takes too long" : String(/** @type {any} */ (error).message ?? error);
      this.#tell(`No new figures: ${why}. Trying again; these are the last ones.`);
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
    this.#feeds.show(feedsOf(before, latest).map((feed) => ({ ...feed, health: this.#health?.channels?.[feed.channel] ?? {} })));
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
