// Tells of each picture that an element shows. Where the browser can't (requestVideoFrameCallback), the clock is looked
// at each time when the screen is drawn.

/**
 * @typedef {object} Shown
 * @property {number} mediaSeconds
 * @property {number} decodedMs   NaN: not known
 * @property {number} shownMs
 */

/**
 * @param {HTMLVideoElement} element
 * @param {(shown: Shown) => void} tell
 * @returns {() => void} ends it
 */
export function watchPictures(element, tell) {
  let id = 0;
  if (typeof element.requestVideoFrameCallback === "function") {
    /** @type {VideoFrameRequestCallback} */
    const shown = (nowMs, { mediaTime, presentationTime, expectedDisplayTime }) => {
      id = element.requestVideoFrameCallback(shown);
      tell({ mediaSeconds: mediaTime, decodedMs: presentationTime, shownMs: expectedDisplayTime || nowMs });
    };
    id = element.requestVideoFrameCallback(shown);
    return () => element.cancelVideoFrameCallback(id);
  }
  let last = -1;
  /** @param {number} nowMs */
  const drawn = (nowMs) => {
    id = requestAnimationFrame(drawn);
    const mediaSeconds = element.currentTime;
    if (element.readyState < 2 || mediaSeconds === last) return;
    last = mediaSeconds;
    tell({ mediaSeconds, decodedMs: NaN, shownMs: nowMs });
  };
  id = requestAnimationFrame(drawn);
  return () => cancelAnimationFrame(id);
}
