// Where nothing comes: a response that has fallen silent is given up, and the player is told when the network seems
// lost and when it is found again.

/** @typedef {import("./state.js").State} State */

/** A live continuation brings a frame every few hundredths of a second. */
const STREAM_MS = 4000;
/** A packet or a manifest has come by then. */
const REQUEST_MS = 8000;
const LOST_MS = 1000;
const LOST_FRAMES = 8;

/** @param {State} s */
function lostMs(s) {
  const { picture, loss } = s;
  if (s.url === "" || loss.isLost || picture?.ended) return Infinity;
  return loss.heardMs + Math.max(LOST_MS, picture ? LOST_FRAMES * picture.frameMs : 0);
}

/**
 * Requests that were asked for too long ago.
 * @param {State} s
 * @returns {{request: number, text: string}[]} they are over
 */
export function takeSilent(s) {
  const silent = [];
  for (const [id, { request, askedMs }] of s.actions.open)
    if (request.kind !== "segment" && s.nowMs >= askedMs + REQUEST_MS)
      silent.push({ request: id, text: `${request.url}: no answer for ${REQUEST_MS / 1000} s` });
  for (const { request } of silent) s.actions.cancel(request);
  return silent;
}

/** @param {State} s */
export function silenceGoOn(s) {
  for (const stream of s.streams())
    if (stream.isLive && s.nowMs >= stream.heardMs + STREAM_MS) stream.fellSilent(STREAM_MS);
  if (s.nowMs < lostMs(s)) return;
  s.loss.isLost = true;
  s.actions.tell({ what: "lost", text: s.loss.text || "no picture comes from the network" });
}

/**
 * A picture has come.
 * @param {State} s
 */
export function heard(s) {
  s.loss.heardMs = s.nowMs;
  s.loss.text = "";
  if (s.loss.isLost) s.actions.tell({ what: "found" });
  s.loss.isLost = false;
}

/** @param {State} s */
export function silenceNextMs(s) {
  let next = lostMs(s);
  for (const { request, askedMs } of s.actions.open.values())
    if (request.kind !== "segment") next = Math.min(next, askedMs + REQUEST_MS);
  for (const stream of s.streams()) if (stream.isLive) next = Math.min(next, stream.heardMs + STREAM_MS);
  return next;
}
