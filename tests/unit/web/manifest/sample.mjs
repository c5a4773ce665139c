// The manifest that the C tests of manifests are about (tests/unit/manifests/sample.h), as text.

import { corpusFile } from "../corpus.mjs";

export const url = "http://host/a/m.json";

/** Two Presentations, one over and one active. */
export const sample = new TextDecoder().decode(corpusFile("manifest", "two-presentations.json"));

/**
 * The sample with the first `what` replaced.
 * @param {string} what
 * @param {string} by
 */
export function changed(what, by, text = sample) {
  if (!text.includes(what)) {
    throw new Error(`the sample has no ${what}`);
  }
  return text.replace(what, () => by);
}
