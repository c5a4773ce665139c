// The columns of the second view's tables.

import { bpsText, bytesText, countText, durationText, msText, percentText } from "./units.js";

/** @typedef {import("./server_figures.js").RungFigures} Rung */
/** @typedef {import("./server_figures.js").FeedFigures & {health: any}} Feed */

/** @param {unknown} value  of /healthz */
function word(value) {
  return typeof value === "string" && value ? value : "–";
}

/** @param {string} text */
function stateOf(text) {
  if (text === "up" || text === "ok") return "good";
  if (text === "none" || text === "–") return "idle";
  return text === "degraded" || text === "starting" ? "warn" : "bad";
}

/**
 * How something is, by a word of /healthz.
 * @param {string} title
 * @param {string} name
 * @returns {import("./figure_table.js").Column<Feed>}
 */
function health(title, name) {
  return { title, text: (f) => word(f.health[name]), state: (f) => stateOf(word(f.health[name])) };
}

/**
 * How often something happened that should not; quiet where it never did.
 * @template Row
 * @param {string} title
 * @param {string} hint
 * @param {(row: Row) => number} count
 * @returns {import("./figure_table.js").Column<Row>}
 */
function faults(title, hint, count) {
  return { title, hint, text: (row) => countText(count(row)), state: (row) => (count(row) > 0 ? "bad" : "idle") };
}

/** @type {import("./figure_table.js").Column<Feed>[]} */
export const feedColumns = [
  { title: "Channel", isName: true, text: (f) => f.channel },
  health("Status", "status"),
  health("Feed", "feed"),
  health("Picture", "picture"),
  health("Sound", "sound"),
  { title: "For", hint: "Since the feed is as it is", text: (f) => durationText(f.health.since_s) },
  { title: "Newest frame", text: (f) => countText(f.health.newest_sequence) },
  { title: "Load", hint: "CPU of the channel, of one core", text: (f) => percentText(f.load), share: (f) => f.load },
  faults("Repeated", "Frames the feed had no new picture for", (f) => f.repeated),
  faults("Dropped", "Pictures that no frame had room for", (f) => f.dropped),
  faults("Lost", "Times the feed was up and was lost", (f) => f.lost),
  faults("Jumps", "Jumps of the feed's time stamps", (f) => f.discontinuities),
  faults("Errors", "Pieces that could not be decoded", (f) => f.decodeErrors),
  { title: "Window", hint: "How far back viewers may go", text: (f) => durationText(f.availableS) },
  { title: "Held", hint: "Bytes held for viewers", text: (f) => bytesText(f.storeBytes) },
];

/** @type {import("./figure_table.js").Column<Rung>[]} */
export const rungColumns = [
  { title: "Channel", isName: true, text: (r) => r.channel },
  { title: "Rung", isName: true, text: (r) => r.track, state: (r) => (r.up ? "" : "bad") },
  { title: "Promised", hint: "The peak rate that the manifest promises", text: (r) => bpsText(r.promisedBps) },
  {
    title: "Peak", hint: "The highest rate of a finished segment",
    text: (r) => (r.peakBps > 0 ? bpsText(r.peakBps) : "–"), state: (r) => (r.peakBps > r.promisedBps ? "bad" : ""),
  },
  { title: "Load", hint: "CPU of all its stages, of one core", text: (r) => percentText(r.load), share: (r) => r.load },
  { title: "Encode", hint: "CPU of scaling, encoding and packaging", text: (r) => percentText(r.encodeLoad) },
  {
    title: "Packets", hint: "CPU of making Initialization Packets",
    text: (r) => (r.isSound ? "–" : percentText(r.packetLoad)),
  },
  { title: "Frames/s", text: (r) => countText(r.framesPerS, 1) },
  { title: "Packets/s", text: (r) => (r.isSound ? "–" : countText(r.packetsPerS, 1)) },
  { title: "Available", hint: "From capture to available, mean", text: (r) => msText(r.availableMs) },
  faults("Repeated", "Pictures repeated as the encoder was late", (r) => r.repeated),
  faults("Shed", "Pictures repeated to leave the machine to smaller rungs", (r) => r.shed),
  faults("Restarts", "Times the encoder failed and was started again", (r) => r.restarts),
];
