// Starts playing where a browser may refuse to without a gesture: then without sound, and where that is refused too it
// says so.

/** @param {unknown} error */
function isRefused(error) {
  return error instanceof DOMException && error.name === "NotAllowedError";
}

/**
 * @param {import("../types.js").Renderer} renderer
 * @param {HTMLMediaElement | null} media   what can be muted
 * @returns {Promise<{what: "plays"} | {what: "muted" | "blocked", text: string}>}
 */
export async function startPlaying(renderer, media) {
  const blocked = { what: /** @type {const} */ ("blocked"),
    text: "the browser wants a gesture before it plays: call play() from one" };
  try {
    await renderer.play();
    return { what: "plays" };
  } catch (error) {
    // What interrupts it is a channel change or a pause: that starts it anew, or not.
    if (!isRefused(error)) return { what: "plays" };
  }
  if (!media || media.muted) return blocked;
  media.muted = true;
  try {
    await renderer.play();
    return { what: "muted", text: "the browser wants a gesture before it plays sound: it plays without" };
  } catch (error) {
    if (!isRefused(error)) return { what: "plays" };
    media.muted = false;
    return blocked;
  }
}
