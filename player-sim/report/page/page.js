// A report of player-sim as a page.
"use strict";

const CHANNEL_COLOURS = 7; // the eighth is for all further channels

const stats = (name) => data.metrics[name];
const simulated = data.mode === "simulate"; // no clocks that differ, and nothing decoded
const has = (name) => stats(name)?.n > 0;

// ---- head ----

function tile(name, title) {
  if (!has(name)) return null;
  const s = stats(name);
  return make("div", { class: "tile" }, make("span", {}, title),
              make("b", {}, figure(s.tm90), make("i", {}, " ms tm90")),
              make("span", {}, `95 %: ${figure(s.ci95[0])} – ${figure(s.ci95[1])}`),
              make("span", {}, `p99 ${figure(s.p99)} · n ${whole(s.n)}`));
}

function errorsTile() {
  const sum = Object.values(data.errors).reduce((a, b) => a + b, 0);
  const stalls = stats("stall_ms").n;
  return make("div", { class: `tile ${sum ? "bad" : "good"}` }, make("span", {}, "Errors"),
              make("b", {}, sum ? whole(sum) : "none"),
              make("span", {}, stalls ? count(stalls, "stall") : "no stalls"),
              simulated ? null : make("span", {}, `${data.decoding} of ${count(data.sessions, "session")} decoded`));
}

function head() {
  return [
    make("h1", {}, `player-sim ${data.mode}: ${count(data.sessions, "session")}, ` +
         `${count(data.channels.length, "channel")}, ${data.duration_s.toFixed(1)} s`),
    make("div", { class: "soft" }, `player-sim ${data.version} · seed ${data.seed}`),
    commandLine(),
    make("div", { class: "tiles" }, tile("zap_ms", "Channel change"), tile("startup_ms", "Start-up"),
         tile("switch_ms", "Quality switch"), tile("gap_ms", "Gap of a switch"),
         tile("latency_ms", "Live latency"), errorsTile()),
    ...warnings(),
  ];
}

function warnings() {
  const { offset_ms: offset, error_ms: error, latencies_below_zero: below } = data.clock;
  const list = [];
  if (offset !== null && Math.abs(offset) > error + 5)
    list.push(`The origin's clock is ${figure(Math.abs(offset))} ms ${offset < 0 ? "behind" : "ahead of"} this ` +
              `machine's (±${figure(error)} ms): latency_ms is off by that.`);
  if (below)
    list.push(`${count(below, "picture")} seemed to come before being taken: the clocks differ. They are not in ` +
              "latency_ms.");
  return list.map((text) => make("p", { class: "warning" }, text));
}

// ---- anatomy of a zap ----

const MOMENTS = [["connection_ms", "connection", "--a1"], ["first_byte_ms", "first byte", "--a2"],
                 ["init_ms", "rest of the packet", "--a3"], ["zap_ms", "first picture", "--a4"],
                 ["continuation_ms", "next picture", "--a5"]];

function bar(key, moments, end) {
  const parts = make("div", { class: "bar" });
  let before = 0;
  for (const [name, , colour] of moments) {
    const at = Math.max(stats(name)[key], before);
    const part = make("div", { title: `${name}: ${figure(at)} ms` });
    part.style.width = `${100 * (at - before) / end}%`;
    part.style.background = `var(${colour})`;
    parts.append(part);
    before = at;
  }
  if (has("sound_ms")) {
    const mark = make("u", { title: `sound_ms: ${figure(stats("sound_ms")[key])} ms` });
    mark.style.left = `${100 * stats("sound_ms")[key] / end}%`;
    parts.append(mark);
  }
  return make("div", { class: "bar-row" }, make("b", {}, key), parts);
}

function barScale(end) {
  const scale = make("div", { class: "scale" });
  for (const at of charts.linearTicks(0, end, 6)) {
    const label = make("span", {}, charts.tick(at));
    label.style.left = `${100 * at / end}%`;
    if (at < end * 0.97) scale.append(label);
  }
  return scale;
}

function anatomy() {
  const moments = MOMENTS.filter(([name]) => has(name));
  if (!has("zap_ms")) return [];
  const names = [...moments.map(([name]) => name), ...(has("sound_ms") ? ["sound_ms"] : [])];
  const end = Math.max(...names.map((name) => Math.max(stats(name).tm90, stats(name).p50)), 0.001);
  const packet = has("packet_bytes") ? stats("packet_bytes") : null;
  let before = 0;
  const legend = moments.map(([name, text, colour]) => {
    const part = Math.max(stats(name).tm90 - before, 0);
    before += part;
    return legendEntry(colour, `${text} +${figure(part)}`);
  });
  if (has("sound_ms")) legend.push(legendEntry("--s4", `sound, beside them, at ${figure(stats("sound_ms").tm90)}`));
  return [make("h2", {}, "Anatomy of a zap"), make("div", { class: "card" },
    bar("tm90", moments, end), bar("p50", moments, end), barScale(end),
    make("div", { class: "legend" }, ...legend),
    make("p", { class: "soft" }, "ms since the change was asked for; the parts as told are of tm90. " + (packet
      ? `Packet: ${whole(Math.round(packet.tm90))} bytes (tm90), ${whole(packet.p50)} (p50), ${whole(packet.max)} ` +
        `(max). ${whole(data.transport.fresh_connections)} of ${count(packet.n, "packet")} needed a new connection.`
      : "")))];
}

// ---- tables ----

const cell = (text, first) => make("td", first ? { class: "first" } : {}, text);

function figures(s, show, trims) {
  return [cell(whole(s.n)), cell(show(s.tm90), true), cell(`${show(s.ci95[0])} – ${show(s.ci95[1])}`),
          ...[s.p50, s.p90, s.p99, s.max, ...trims.map((spec) => s.trim[spec])]
            .map((value) => cell(value === null ? "–" : show(value)))];
}

function headRow(first, trims) {
  return make("tr", {}, ...[first, "n", "tm90", "95 % of tm90", "p50", "p90", "p99", "max", ...trims]
    .map((text) => make("th", { scope: "col" }, text)));
}

function summary() {
  const names = Object.keys(data.metrics).filter(has);
  const trims = names.length ? Object.keys(stats(names[0]).trim) : [];
  return [make("h2", {}, "Figures"), make("div", { class: "card scroll" },
    make("table", {}, make("thead", {}, headRow("", trims)), make("tbody", {}, ...names.map((name) =>
      make("tr", {}, make("th", { scope: "row", title: MEANINGS[name] ?? "" }, name),
           ...figures(stats(name), shown(name), trims))))))];
}

const SPLITS = { channel: "by channel", rendition: "by rendition", rtt: "by round trip, ms" };

function splitRows(name, split) {
  const keys = Object.entries(stats(name).split[split] ?? {});
  if (keys.length < 2) return [];
  return [make("tr", { class: "kind" }, make("th", { colspan: 7 }, SPLITS[split])),
          ...keys.map(([key, s]) => make("tr", {}, make("th", { scope: "row" }, key), cell(whole(s.n)),
            ...[s.tm90, s.ci95, s.p50, s.p99, s.max].map((value, i) => cell(Array.isArray(value)
              ? value.map(shown(name)).join(" – ") : shown(name)(value), i === 0))))];
}

function splits(name) {
  const rows = Object.keys(SPLITS).flatMap((split) => splitRows(name, split));
  if (!rows.length) return null;
  return make("details", { open: "", class: "splits" }, make("summary", {}, "splits"),
    make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {},
      ...["", "n", "tm90", "95 %", "p50", "p99", "max"].map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows))));
}

// ---- charts ----

function zapsOverTime() {
  if (!data.zaps.length) return [];
  const many = data.channels.length > CHANNEL_COLOURS + 1;
  const names = many ? [...data.channels.slice(0, CHANNEL_COLOURS), "other channels"] : data.channels;
  const points = data.zaps.map(([at, ms, channel]) => [at, ms, Math.min(channel, names.length - 1)]);
  const colours = names.map((_, i) => `--s${i + 1}`);
  const place = make("div", { class: "chart" }), readout = make("div", { class: "readout" });
  later.push(() => charts.scatter(place, points, names, colours, stats("zap_ms").tm90,
                                  (text) => { readout.textContent = text; }));
  return [make("h2", {}, "Channel changes over time"), make("div", { class: "card" },
    make("h3", {}, "zap_ms ", make("small", {}, data.zaps.length < stats("zap_ms").n
      ? `${whole(data.zaps.length)} of ${whole(stats("zap_ms").n)}` : "")),
    place, make("div", { class: "legend" }, ...names.map((name, i) => legendEntry(colours[i], name))), readout)];
}

function distribution(name) {
  const bins = data.distributions[name], s = stats(name), unit = unitOf(name);
  const place = make("div", { class: "chart" }), readout = make("div", { class: "readout" });
  const notes = [];
  if (bins.log) notes.push("logarithmic axis");
  if (bins.below) notes.push(`${whole(bins.below)} of ${whole(s.n)} are below ${figure(bins.low)} ${unit}, not drawn`);
  if (bins.counts.length) {
    readout.textContent = notes.join("; ");
    later.push(() => charts.histogram(place, bins, s, unit,
                                      (text) => { readout.textContent = text || notes.join("; "); }));
  } else {
    readout.textContent = s.n === 1 ? `one sample: ${shown(name)(s.max)} ${unit}`
                                    : `all ${whole(s.n)} samples are ${shown(name)(s.max)} ${unit}`;
  }
  return make("div", { class: "card" }, make("h3", {}, name + " ", make("small", {}, MEANINGS[name] ?? "")),
              bins.counts.length ? place : null, readout, splits(name));
}

function distributions() {
  const names = Object.keys(data.metrics).filter((name) => has(name) && name !== "stall_count");
  if (!names.length) return [];
  return [make("h2", {}, "Distributions"), make("div", { class: "cards" }, ...names.map(distribution))];
}

// ---- conditions ----

function clockText() {
  const { offset_ms: offset, error_ms: error } = data.clock;
  if (offset === null) return "the origin's clock is not known";
  return `the origin's is ${figure(Math.abs(offset))} ms ${offset < 0 ? "behind" : "ahead of"} this machine's, ` +
         `±${figure(error)} ms`;
}

function conditions() {
  const { transport: t, unfinished: u } = data;
  const rows = [
    ["transport", `HTTP/${t.http ?? "?"}` +
      (simulated && !t.congestion_control ? "" : `, congestion control of this side: ${t.congestion_control ?? "not known"}`)],
    ["connections", `${whole(t.connections)}, ${count(t.requests, "request")}, ${(t.bytes / 1e6).toFixed(1)} MB`],
    ...(simulated ? [] : [["clock", clockText()], ["repeated pictures", whole(data.repeated_pictures)]]),
    ["stalls", stats("stall_ms").n ? `${whole(stats("stall_ms").n)}` : "none"],
    ["unfinished", `${count(u.startup, "start")}, ${count(u.zap, "zap")}, ${count(u.switch, "switch", "switches")}`],
    ["CPU of player-sim", `${data.cpu_s.toFixed(1)} s`],
    ["errors", Object.entries(data.errors).map(([kind, n]) => `${kind} ${whole(n)}`).join(", ")],
  ];
  const texts = Object.entries(data.error_texts).flatMap(([kind, list]) => list.map((text) => `${kind}: ${text}`));
  return [make("h2", {}, "Conditions"), make("div", { class: "card" },
    make("dl", {}, ...rows.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)])),
    texts.length ? make("ul", {}, ...texts.map((text) => make("li", {}, text))) : null)];
}

const footer = make("footer", {}, "tm90 is the mean without the highest tenth of the samples; the interval holds " +
  "it with 95 % confidence (bootstrap over whole sessions). Times are in milliseconds.");

document.getElementById("report").replaceChildren(...head(), ...anatomy(), ...summary(), ...zapsOverTime(),
                                                  ...timelines(), ...distributions(), ...conditions(), footer);
for (const draw of later) draw();
