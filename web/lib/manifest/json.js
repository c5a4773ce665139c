// JSON from outside with a path to each value, so that what is wrong is named: `presentations[0].id: must be a string`.

import { HespFormatError } from "../isobmff/format-error.js";

/** @typedef {import("../types.js").Rational} Rational */

const LIST_MAX = 65536;

/** @param {unknown} value */
function typeName(value) {
  if (value === null) {
    return "null";
  }
  if (Array.isArray(value)) {
    return "an array";
  }
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** An object of a manifest. What it has beyond what is asked for is ignored (HESP 3.2). */
export class JsonObject {
  #members;
  #path;

  /**
   * @param {unknown} value
   * @param {string} path  "" for the root
   */
  constructor(value, path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new HespFormatError(`${path || "manifest"}: must be an object, not ${typeName(value)}`);
    }
    this.#members = /** @type {Record<string, unknown>} */ (value);
    this.#path = path;
  }

  /**
   * The error that something is wrong with a member, or, with key "", with the object.
   * @param {string} key
   * @param {string} text
   */
  wrong(key, text) {
    return new HespFormatError(`${this.#pathOf(key) || "manifest"}: ${text}`);
  }

  /** @param {string} key */
  #pathOf(key) {
    return key && this.#path ? `${this.#path}.${key}` : this.#path || key;
  }

  /** @param {string} key */
  has(key) {
    return Object.hasOwn(this.#members, key);
  }

  /**
   * @param {string} key
   * @returns {unknown}
   */
  #required(key) {
    if (!this.has(key)) {
      throw this.wrong(key, "is required, but missing");
    }
    return this.#members[key];
  }

  /**
   * @param {string} key
   * @returns {string}
   */
  text(key) {
    const value = this.#required(key);
    if (typeof value !== "string") {
      throw this.wrong(key, `must be a string, not ${typeName(value)}`);
    }
    return value;
  }

  /**
   * @param {string} key
   * @returns {string | null}
   */
  optionalText(key) {
    return this.has(key) ? this.text(key) : null;
  }

  /**
   * @param {string} key
   * @param {number} least
   * @returns {number}
   */
  integer(key, least) {
    const value = this.#required(key);
    if (typeof value !== "number") {
      throw this.wrong(key, `must be an integer, not ${typeName(value)}`);
    }
    if (!Number.isSafeInteger(value)) {
      throw this.wrong(key, `${value} is no integer within +-(2^53 - 1)`);
    }
    if (value < least) {
      throw this.wrong(key, `must be ${least} or more, but is ${value}`);
    }
    return value;
  }

  /**
   * @param {string} key
   * @param {number} least
   * @param {number} otherwise
   * @returns {number}
   */
  optionalInteger(key, least, otherwise) {
    return this.has(key) ? this.integer(key, least) : otherwise;
  }

  /**
   * @param {string} key
   * @returns {JsonObject}
   */
  object(key) {
    return new JsonObject(this.#required(key), this.#pathOf(key));
  }

  /**
   * @param {string} key
   * @returns {JsonObject | null}
   */
  optionalObject(key) {
    return this.has(key) ? this.object(key) : null;
  }

  /**
   * A ScaledValue (HESP 3.2.4), as it is told.
   * @param {string} key
   * @param {number} least  of its value
   * @returns {Rational}
   */
  scaled(key, least) {
    const told = this.object(key);
    return { value: told.integer("value", least), scale: told.optionalInteger("scale", 1, 1) };
  }

  /**
   * @param {string} key
   * @returns {JsonObject[]}
   */
  list(key) {
    const value = this.#required(key);
    if (!Array.isArray(value)) {
      throw this.wrong(key, `must be an array, not ${typeName(value)}`);
    }
    if (value.length > LIST_MAX) {
      throw this.wrong(key, `has ${value.length} elements, more than ${LIST_MAX}`);
    }
    return value.map((element, i) => new JsonObject(element, `${this.#pathOf(key)}[${i}]`));
  }

  /**
   * @param {string} key
   * @returns {JsonObject[]}
   */
  optionalList(key) {
    return this.has(key) ? this.list(key) : [];
  }
}
