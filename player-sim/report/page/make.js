// What the pages' scripts share: elements, and how metrics are called. All texts of the data go in as
// text, never as markup.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const { figure } = charts;

// make("p", {class: "soft"}, "text", child...)
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const whole = (value) => value.toLocaleString("en");
const count = (n, one, many = one + "s") => `${whole(n)} ${n === 1 ? one : many}`;
const UNITS = { _ms: "ms", _bytes: "bytes", _percent: "%", _kbps: "kbit/s" };
const unitOf = (name) => Object.entries(UNITS).find(([ending]) => name.endsWith(ending))?.[1] ?? "";
const shown = (name) => (name.endsWith("_bytes") ? (v) => whole(Math.round(v)) : figure);

const MEANINGS = {
  startup_ms: "session starts, to its first picture",
  zap_ms: "channel change asked for, to the new channel's first picture",
  switch_ms: "quality change decided, to its first picture",
  gap_ms: "what the picture stood still for a quality change",
  latency_ms: "a picture taken, to it being decoded and due",
  arrival_ms: "a picture taken, to its last byte being here",
  stall_ms: "a picture late, to it being there",
  stall_count: "stalls of a session",
  stall_percent: "stalls, of a session's time with a picture",
  bitrate_kbps: "of the pictures on screen, a session's mean",
  rung_ms: "how long a rendition was on screen, of the sessions that showed it",
  quality_switches: "on screen, of a session",
  switched_kbps: "what the bitrate jumped by in a session, up and down together",
  speed_percent: "playback speed, a session's mean",
  wasted_percent: "received for pictures that were never shown, of a session's bytes",
  qoe_yin: "score of Yin et al., of a chunk; more is better",
  qoe_mmsys: "score of the MMSys 2020 challenge, of a second; more is better",
  connection_ms: "zap, to the request on an open connection",
  first_byte_ms: "zap, to the packet's first byte",
  init_ms: "zap, to the whole packet",
  continuation_ms: "zap, to the next picture",
  sound_ms: "zap, to the first sound",
  packet_bytes: "the packet that a zap fetched",
};

// Drawn once they are on the page, as only then their width is known.
const later = [];

function legendEntry(colour, text) {
  const sign = make("i");
  sign.style.background = `var(${colour})`;
  return make("span", {}, sign, text);
}

const commandLine = () => make("code", { class: "command" },
  ...data.command.split(" ").flatMap((word) => [make("span", {}, word), " "]));
