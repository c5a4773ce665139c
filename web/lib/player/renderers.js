// Which renderer: the one that is wished for where this browser has what it needs, else the one over MSE.

import { mediaSourceClass } from "../render/mse/media-line.js";
import { MseRenderer } from "../render/mse/renderer.js";
import { WebCodecsRenderer } from "../render/webcodecs/renderer.js";

/**
 * @typedef {import("../types.js").Renderer} Renderer
 * @typedef {import("../types.js").RendererTold} RendererTold
 */

/** @returns {{mse: boolean, webcodecs: boolean, why: string}} why: what is missing, "": nothing */
export function supported() {
  const mse = mediaSourceClass() !== null;
  const whyNot = WebCodecsRenderer.why();
  const why = [mse ? "" : "this browser has no Media Source Extensions", whyNot].filter((text) => text).join("; ");
  return { mse, webcodecs: whyNot === "", why };
}

/**
 * @param {"mse" | "webcodecs"} name
 * @param {HTMLVideoElement} element
 * @param {(told: RendererTold) => void} tell
 * @param {{utcOf: (nowMs: number) => number}} clock
 * @returns {{renderer: Renderer | null, text: string}}  text: why it is another one, or none
 */
export function createRenderer(name, element, tell, clock) {
  const { mse, webcodecs, why } = supported();
  if (name === "webcodecs" && webcodecs) return { renderer: new WebCodecsRenderer(element, tell, clock), text: "" };
  if (!mse) return { renderer: null, text: why };
  return { renderer: new MseRenderer(element, tell, clock), text: name === "mse" ? "" : why };
}
