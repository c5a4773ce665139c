// What a player tells servers and caches of a request: Common Media Client Data, version 1 (CTA-5004), as a query
// argument or as headers.

/**
 * @typedef {object} CmcdFields   what is known; what isn't is left out
 * @property {number} [br]        bit/s of the track: kbit/s
 * @property {number} [bl]        milliseconds of media ahead, to 100
 * @property {boolean} [bs]       it has stalled since the request before
 * @property {string} [cid]       content
 * @property {number} [d]         milliseconds of what is asked for
 * @property {number} [mtp]       bit/s that the link carries: kbit/s, to 100
 * @property {string} [nor]       the next object, relative to this one
 * @property {string} [nrr]       and the range of it
 * @property {"m" | "v" | "a" | "av" | "i"} [ot]
 * @property {number} [pr]        playback rate
 * @property {string} [sf]        streaming format
 * @property {string} [sid]       session
 * @property {"l" | "v"} [st]     live, or on demand
 * @property {boolean} [su]       needed at once
 * @property {number} [tb]        bit/s of the highest track: kbit/s
 */

/** @typedef {"number" | "string" | "token" | "boolean"} Form */

/** @type {Record<string, {header: string, form: Form, unit?: number, step?: number}>} in alphabetical order */
const KEYS = {
  bl: { header: "CMCD-Request", form: "number", step: 100 },
  br: { header: "CMCD-Object", form: "number", unit: 1000 },
  bs: { header: "CMCD-Status", form: "boolean" },
  cid: { header: "CMCD-Session", form: "string" },
  d: { header: "CMCD-Object", form: "number" },
  mtp: { header: "CMCD-Request", form: "number", unit: 1000, step: 100 },
  nor: { header: "CMCD-Request", form: "string" },
  nrr: { header: "CMCD-Request", form: "string" },
  ot: { header: "CMCD-Object", form: "token" },
  pr: { header: "CMCD-Session", form: "number" },
  sf: { header: "CMCD-Session", form: "token" },
  sid: { header: "CMCD-Session", form: "string" },
  st: { header: "CMCD-Session", form: "token" },
  su: { header: "CMCD-Request", form: "boolean" },
  tb: { header: "CMCD-Object", form: "number", unit: 1000 },
};
const TEXT_MAX = 64;

/**
 * @param {number} value
 * @param {{unit?: number, step?: number}} how
 */
function rounded(value, { unit = 1, step = 0 }) {
  const inUnit = value / unit;
  return step ? Math.round(inUnit / step) * step : unit === 1 ? inUnit : Math.round(inUnit);
}

/**
 * @param {string} key
 * @param {unknown} value
 * @returns {string} "": it says nothing
 */
function member(key, value) {
  const how = KEYS[key];
  if (value === undefined || value === "") return "";
  if (how.form === "boolean") return value ? key : "";
  if (how.form === "number") {
    // A rate of 1 is what nobody needs to be told.
    if (!Number.isFinite(value) || (key === "pr" && value === 1)) return "";
    const number = rounded(Number(value), how);
    return `${key}=${key === "pr" ? Number(number.toFixed(2)) : Math.max(0, Math.round(number))}`;
  }
  if (how.form === "token") return `${key}=${value}`;
  const text = key === "nor" ? encodeURIComponent(String(value)) : String(value).slice(0, TEXT_MAX);
  return `${key}="${text.replace(/[\\"]/g, "\\$&")}"`;
}

/**
 * @param {CmcdFields} fields
 * @returns {{key: string, text: string}[]} in the order of their names
 */
function members(fields) {
  const all = /** @type {Record<string, unknown>} */ (fields);
  return Object.keys(KEYS).map((key) => ({ key, text: member(key, all[key]) })).filter(({ text }) => text !== "");
}

/**
 * @param {CmcdFields} fields
 * @returns {Record<string, string>} request headers
 */
export function cmcdHeaders(fields) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const { key, text } of members(fields)) {
    const { header } = KEYS[key];
    headers[header] = headers[header] ? `${headers[header]},${text}` : text;
  }
  return headers;
}

/**
 * @param {string} url
 * @param {CmcdFields} fields
 * @returns {string} with a query argument CMCD
 */
export function cmcdUrl(url, fields) {
  const text = members(fields).map((one) => one.text).join(",");
  if (!text) return url;
  const [path, hash] = url.split("#", 2);
  const mark = path.includes("?") ? "&" : "?";
  return `${path}${mark}CMCD=${encodeURIComponent(text)}${hash === undefined ? "" : `#${hash}`}`;
}

/**
 * The next object as CMCD wants it: relative to this one. Both are absolute.
 * @param {string} next
 * @param {string} url
 * @returns {string} "": it is on another host
 */
export function relativeTo(next, url) {
  const to = new URL(next);
  const from = new URL(url);
  if (to.origin !== from.origin) return "";
  const toParts = to.pathname.split("/");
  const fromParts = from.pathname.split("/").slice(0, -1);
  let same = 0;
  while (same < fromParts.length && same < toParts.length - 1 && fromParts[same] === toParts[same]) same++;
  return "../".repeat(fromParts.length - same) + toParts.slice(same).join("/") + to.search;
}
