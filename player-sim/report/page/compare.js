// Runs side by side: each against the first.
"use strict";

const letter = (i) => String.fromCharCode(65 + i);
const colourOf = (i) => `--s${(i % 8) + 1}`;
const metrics = Object.entries(data.metrics);

function runs() {
  return make("div", { class: "card" }, make("dl", {}, ...data.runs.flatMap((run, i) => {
    const sign = make("i", { class: "sign" });
    sign.style.background = `var(${colourOf(i)})`;
    return [make("dt", {}, sign, `${letter(i)} ${run.file}`), make("dd", {},
      `${run.mode ?? "?"}, ${count(run.sessions ?? 0, "session")}, ${figure(run.duration_s)} s, seed ${run.seed ?? "?"}`)];
  })));
}

const cell = (text, first) => make("td", first ? { class: "first" } : {}, text);
const signed = (name, value) => (value < 0 ? "−" : "+") + shown(name)(Math.abs(value));

function verdict(run, against) {
  if (against.excludes_0 === null) return cell("no interval");
  if (!against.excludes_0) return cell("–");
  return cell(`${letter(run)} is ${against.difference > 0 ? "more" : "less"}`, true);
}

function differenceRow(run, [name, metric]) {
  const a = metric.runs[0], b = metric.runs[run], against = metric.against_first[run];
  if (!b) return null;
  const interval = against.ci95;
  return make("tr", {}, make("th", { scope: "row", title: MEANINGS[name] ?? "" }, name),
    cell(shown(name)(a.tm90)), cell(shown(name)(b.tm90)), cell(signed(name, against.difference), true),
    cell(interval ? interval.map((value) => signed(name, value)).join(" … ") : "–"),
    cell(against.ratio === null ? "–" : against.ratio.toFixed(3)), verdict(run, against));
}

function differences(run) {
  const heads = ["", "A tm90", `${letter(run)} tm90`, `${letter(run)} − A`, "95 %", `${letter(run)} / A`, ""];
  return make("div", { class: "card scroll" }, make("table", {},
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...metrics.map((entry) => differenceRow(run, entry)).filter((row) => row))));
}

// Each run's tm90 within its interval, all on one axis.
function intervals(name, metric) {
  const known = metric.runs.map((run, i) => ({ run, i })).filter(({ run }) => run);
  const low = Math.min(...known.map(({ run }) => run.ci95[0])), high = Math.max(...known.map(({ run }) => run.ci95[1]));
  const margin = (high - low || high || 1) * 0.08, from = Math.max(low - margin, 0), wide = high + margin - from;
  const place = (value) => `${100 * (value - from) / wide}%`;
  return make("div", { class: "forest" }, ...known.map(({ run, i }) => {
    const line = make("u"), dot = make("i"), track = make("div", { class: "track" }, line, dot);
    line.style.left = place(run.ci95[0]);
    line.style.width = `${100 * (run.ci95[1] - run.ci95[0]) / wide}%`;
    dot.style.left = place(run.tm90);
    line.style.background = dot.style.background = `var(${colourOf(i)})`;
    return make("div", { class: "forest-row" }, make("b", {}, letter(i)), track,
      make("span", {}, `${shown(name)(run.tm90)} [${run.ci95.map(shown(name)).join(", ")}]`));
  }));
}

function metricCard([name, metric]) {
  const place = make("div", { class: "chart" }), readout = make("div", { class: "readout" });
  const drawn = metric.runs.map((run, i) => ({ name: letter(i), quantiles: data.quantiles[name][i], tm90: run?.tm90,
                                               colour: colourOf(i) })).filter((run) => run.quantiles?.length);
  const spread = drawn.length && Math.max(...drawn.flatMap((run) => run.quantiles)) >
    Math.min(...drawn.flatMap((run) => run.quantiles));
  if (spread) later.push(() => charts.cumulative(place, drawn, unitOf(name), (text) => { readout.textContent = text; }));
  return make("div", { class: "card" }, make("h3", {}, name + " ", make("small", {}, MEANINGS[name] ?? "")),
    intervals(name, metric), spread ? place : null,
    spread ? make("div", { class: "legend" }, ...drawn.map((run) => legendEntry(run.colour, run.name))) : null,
    spread ? readout : null);
}

const footer = make("footer", {}, "tm90 is the mean without the highest tenth of the samples. An interval holds it, or " +
  "the difference, with 95 % confidence (bootstrap over whole sessions). Where the same sessions are in both runs, " +
  "they are compared pair by pair. Curves: the share of samples, in percent, up to a value. Times are in milliseconds.");

document.getElementById("report").replaceChildren(
  make("h1", {}, `player-sim compare: ${count(data.runs.length, "run")}`), commandLine(),
  make("h2", {}, "Runs"), runs(),
  ...data.runs.slice(1).flatMap((run, i) => [make("h2", {}, `${letter(i + 1)} against A`), differences(i + 1)]),
  make("h2", {}, "Metrics"), make("div", { class: "cards" }, ...metrics.map(metricCard)), footer);
for (const draw of later) draw();
