// Reads what /metrics says: the text format of Prometheus, version 0.0.4. A line that can't be read is left out and
// counted; nothing throws.

/**
 * @typedef {object} Sample
 * @property {Readonly<Record<string, string>>} labels
 * @property {number} value
 */

const linesMax = 50000;
const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})?[ \t]+(\S+)([ \t]+-?\d+)?[ \t]*$/;
const labelPattern = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;

/**
 * @param {string} text  what is between the braces
 * @returns {Record<string, string> | null}
 */
function readLabels(text) {
  /** @type {Record<string, string>} */
  const labels = Object.create(null);
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const match = labelPattern.exec(text);
    if (!match) return null;
    labels[match[1]] = match[2].replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c));
  }
  return labels;
}

/**
 * @param {string} text
 */
function readNumber(text) {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^nan$/i.test(text) ? NaN : /^[+-]?[0-9.]/.test(text) ? Number(text) : undefined;
}

/** What one reading of /metrics says. */
export class Metrics {
  /** @type {Map<string, Sample[]>} */
  #families = new Map();
  /** Lines that could not be read. */
  refused = 0;

  /** @param {string} text */
  constructor(text) {
    const lines = text.split("\n", linesMax);
    for (const line of lines) {
      if (line.trim() && !line.startsWith("#")) this.#read(line.replace(/\r$/, ""));
    }
  }

  /** @param {string} line */
  #read(line) {
    const match = samplePattern.exec(line);
    const labels = match && readLabels(match[2] ? match[2].slice(1, -1) : "");
    const value = match ? readNumber(match[3]) : undefined;
    if (!match || !labels || value === undefined || (Number.isNaN(value) && !/^nan$/i.test(match[3]))) {
      this.refused++;
      return;
    }
    const family = this.#families.get(match[1]);
    if (family) family.push({ labels, value });
    else this.#families.set(match[1], [{ labels, value }]);
  }

  /**
   * Its samples that have these labels, and maybe others.
   * @param {string} name
   * @param {Readonly<Record<string, string>>} [labels]
   * @returns {Sample[]}
   */
  samples(name, labels = {}) {
    const wanted = Object.entries(labels);
    return (this.#families.get(name) ?? []).filter((s) => wanted.every(([k, v]) => s.labels[k] === v));
  }

  /**
   * The sum of these samples; NaN where there is none.
   * @param {string} name
   * @param {Readonly<Record<string, string>>} [labels]
   */
  sum(name, labels) {
    const samples = this.samples(name, labels);
    return samples.length ? samples.reduce((sum, s) => sum + s.value, 0) : NaN;
  }
}
