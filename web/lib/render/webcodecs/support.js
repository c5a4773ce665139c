// Whether pictures and sound can be decoded and shown this way here.

import { videoConfig } from "./pictures.js";
import { audioConfig } from "./sound.js";

/** @returns {string} "": the means are there; else why not */
export function whyNot() {
  if (!globalThis.isSecureContext) return "WebCodecs needs a secure context: https, or localhost";
  if (typeof VideoDecoder !== "function") return "this browser has no VideoDecoder";
  if (typeof EncodedVideoChunk !== "function") return "this browser has no EncodedVideoChunk";
  return "";
}

/**
 * @param {import("../../types.js").Header} header
 * @returns {Promise<boolean>}
 */
export async function isDecodable(header) {
  if (whyNot()) return false;
  try {
    if (header.kind === "video") return (await VideoDecoder.isConfigSupported(videoConfig(header))).supported === true;
    if (typeof AudioDecoder !== "function") return false;
    return (await AudioDecoder.isConfigSupported(audioConfig(header))).supported === true;
  } catch {
    return false;
  }
}
