// What several objects of a manifest have alike: bases of addresses, bounds of time, and ids.

import { resolveUrl } from "./address.js";

/** @typedef {import("../types.js").Rational} Rational */
/** @typedef {import("./json.js").JsonObject} JsonObject */

/**
 * What a base is resolved to.
 * @param {JsonObject} object
 * @param {string} key
 * @param {string} url
 */
export function readBase(object, key, url) {
  const reference = object.optionalText(key);
  if (reference === null) {
    return url;
  }
  const base = resolveUrl(url, reference);
  if (!base) {
    throw object.wrong(key, "does not lead to an http or https URL");
  }
  return base;
}

/**
 * @param {JsonObject} object
 * @returns {{start: Rational | null, end: Rational | null}}
 */
export function readBounds(object) {
  const bounds = object.object("timeBounds");
  const scale = bounds.optionalInteger("scale", 1, 1);
  const start = bounds.has("startTime") ? { value: bounds.integer("startTime", 0), scale } : null;
  const end = bounds.has("endTime") ? { value: bounds.integer("endTime", 0), scale } : null;
  if (!start && !end) {
    throw bounds.wrong("", "has neither startTime nor endTime");
  }
  if (start && end && start.value > end.value) {
    throw bounds.wrong("", `startTime ${start.value} comes after endTime ${end.value}`);
  }
  return { start, end };
}

/**
 * Each has an id, and no two the same.
 * @param {JsonObject[]} list
 * @param {string} what
 */
export function checkIds(list, what) {
  const ids = new Set();
  for (const element of list) {
    const id = element.text("id");
    if (ids.has(id)) {
      throw element.wrong("id", `two ${what} have the id "${id}"`);
    }
    ids.add(id);
  }
}
