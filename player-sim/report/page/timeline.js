// What chosen sessions went through: bandwidth and quality, buffer and latency over time, with zaps,
// switches and stalls behind them.
"use strict";

const MARKS = { startup: ["--s6", "start-up"], zap: ["--s4", "zap"], switch: ["--s7", "quality switch"],
                stall: ["--bad", "stall"] };

const seconds = (list) => list.map((us) => us / 1e6);

// {at, values} in s and in the unit, what a line says at a time, or null.
function timelineLine(timeline, name, divisor, colour, fill) {
  const { at_us: at, values } = timeline.lines[name];
  return { at: seconds(at), values: values.map((value) => value / divisor), colour, fill };
}

function valueAt(line, time) {
  let value = null;
  for (let i = 0; i < line.at.length && line.at[i] <= time; i++) value = line.values[i];
  return value;
}

function markAt(timeline, time) {
  return timeline.marks.filter(([, from, to]) => from / 1e6 <= time && time <= to / 1e6 + 0.02)
    .map(([kind, from, to]) => `${MARKS[kind][1]} ${figure((to - from) / 1e3)} ms`);
}

// [title, unit, [[text, line]...]]
function timelineCharts(timeline) {
  return [
    ["Link and quality", "Mbit/s", [
      ["bandwidth of the link", timelineLine(timeline, "bandwidth_bps", 1e6, "--s8", "--fill")],
      ["rendition on screen", timelineLine(timeline, "quality_bps", 1e6, "--s2")]]],
    ["Buffer and latency", "s", [
      ["buffer", timelineLine(timeline, "buffer_us", 1e6, "--s3")],
      ["latency", timelineLine(timeline, "latency_us", 1e6, "--s1")]]],
  ].map(([title, unit, lines]) => [title, unit, lines.filter(([, line]) => line.at.length)])
    .filter(([, , lines]) => lines.length);
}

function timelineEnd(timeline) {
  const ends = Object.values(timeline.lines).flatMap((line) => line.at_us.slice(-1));
  return Math.max(data.duration_s, ...ends.map((us) => us / 1e6),
                  ...timeline.marks.map(([, , to]) => to / 1e6), 0.001);
}

function timelineChart(timeline, [title, unit, lines], bands, end) {
  const place = make("div", { class: "chart" }), readout = make("div", { class: "readout" });
  const high = Math.max(...lines.flatMap(([, line]) => line.values), 1e-6);
  const say = (time) => {
    readout.textContent = time === null ? "" : `${time.toFixed(2)} s: ` +
      [...lines.map(([text, line]) => `${text} ${figure(valueAt(line, time))} ${unit}`),
       ...markAt(timeline, time)].join(", ");
  };
  const draw = () => charts.steps(place, 150, lines.map(([, line]) => line), bands, end, high, say);
  return { draw, parts: [make("h3", {}, `${title} `, make("small", {}, unit)), place,
    make("div", { class: "legend" }, ...lines.map(([text, line]) => legendEntry(line.colour, text))), readout] };
}

function timelineCard(timeline) {
  const end = timelineEnd(timeline);
  const bands = timeline.marks.map(([kind, from, to]) => ({ from: from / 1e6, to: to / 1e6, colour: MARKS[kind][0] }));
  const drawn = timelineCharts(timeline).map((chart) => timelineChart(timeline, chart, bands, end));
  const counts = Object.entries(MARKS).map(([kind, [colour, text]]) =>
    [colour, text, timeline.marks.filter(([of]) => of === kind).length]).filter(([, , n]) => n);
  const card = make("div", { class: "card" }, ...drawn.flatMap((chart) => chart.parts),
    make("div", { class: "legend" }, ...counts.map(([colour, text, n]) => legendEntry(colour, `${text} (${whole(n)})`))),
    timeline.marks_left_out ? make("p", { class: "soft" }, `${whole(timeline.marks_left_out)} more are not drawn`) : null);
  return { card, draw: () => drawn.forEach((chart) => chart.draw()) };
}

// One at a time: each is drawn when it is first looked at.
function timelines() {
  if (!data.timelines.length) return [];
  const place = make("div"), made = new Map();
  const choice = make("select", { "aria-label": "session" }, ...data.timelines.map((timeline, i) =>
    make("option", { value: i }, `session ${timeline.session}`)));
  const show = () => {
    const fresh = !made.has(choice.value);
    if (fresh) made.set(choice.value, timelineCard(data.timelines[choice.value]));
    place.replaceChildren(made.get(choice.value).card);
    if (fresh) made.get(choice.value).draw();
  };
  choice.addEventListener("change", show);
  later.push(show);
  return [make("h2", {}, "A session over time ", choice), place];
}
