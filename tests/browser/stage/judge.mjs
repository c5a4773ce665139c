// What is wrong with a run of pictures that were on screen. Pure; times are those of the page that showed them.

/** @typedef {import("../screen/watch.js").Shown} Shown */

/**
 * @typedef {object} Fault
 * @property {"jump" | "repeat" | "unread" | "stood still"} what
 * @property {number} fromMs
 * @property {number} toMs
 * @property {number} lostMs   of the stream or of time: what has to be explained
 * @property {string} text
 */

/**
 * Frames that are missing, shown again, or unreadable. A video that presents pictures which its observer was not called
 * for has shown them: they are not missing.
 * @param {Shown[]} pictures  of one channel and one Presentation @param {number} fps
 * @returns {Fault[]}
 */
export function brokenRuns(pictures, fps) {
  /** @type {Fault[]} */
  const faults = [];
  const frameMs = 1000 / fps;
  /** @type {Shown | null} */
  let last = null;
  for (const picture of pictures) {
    if (picture.channel < 0) {
      faults.push(fault("unread", last ?? picture, picture, frameMs, "a picture without a stamp that can be read"));
      continue;
    }
    if (last) {
      const unseen = last.presented < 0 ? 0 : Math.max(0, picture.presented - last.presented - 1);
      const step = picture.frame - last.frame;
      const missing = step - 1 - unseen;
      if (step <= 0) {
        const text = `after frame ${last.frame} came ${picture.frame} again`;
        faults.push(fault("repeat", last, picture, (1 - step) * frameMs, text));
      } else if (missing > 0) {
        const text = `after frame ${last.frame} came ${picture.frame}: ${missing} missing`;
        faults.push(fault("jump", last, picture, missing * frameMs, text));
      }
    }
    last = picture;
  }
  return faults;
}

/** More frames in a row than that are a run. */
const fewFrames = 2;

/**
 * A browser that draws in software drops a frame now and then: without jumps of a few frames, while they are no more
 * than so many frames together.
 * @param {Fault[]} faults @param {number} frames  that may be missing @param {number} fps
 */
export function withoutFew(faults, frames, fps) {
  /** @param {Fault} fault */
  const lost = ({ lostMs }) => Math.round((lostMs * fps) / 1000);
  /** @param {Fault} fault */
  const isFew = (fault) => fault.what === "jump" && lost(fault) <= fewFrames;
  const together = faults.filter(isFew).reduce((sum, fault) => sum + lost(fault), 0);
  return together > frames ? faults : faults.filter((fault) => !isFew(fault));
}

/**
 * @param {Shown[]} pictures @param {number} longestMs  that a picture may stand
 * @returns {Fault[]}
 */
export function stills(pictures, longestMs) {
  /** @type {Fault[]} */
  const faults = [];
  for (let i = 1; i < pictures.length; i++) {
    const lastedMs = pictures[i].shownMs - pictures[i - 1].shownMs;
    if (lastedMs <= longestMs) continue;
    const text = `frame ${pictures[i - 1].frame} stood for ${Math.round(lastedMs)} ms`;
    faults.push(fault("stood still", pictures[i - 1], pictures[i], lastedMs - longestMs, text));
  }
  return faults;
}

/** @param {Fault["what"]} what @param {Shown} from @param {Shown} to @param {number} lostMs @param {string} text */
function fault(what, from, to, lostMs, text) {
  return { what, fromMs: from.shownMs, toMs: to.shownMs, lostMs, text };
}

/**
 * How much later than the picture of the same instant each beep was heard: a second of the channel's time begins with
 * frame k * fps (a whole number) and with a beep.
 * @param {Shown[]} pictures @param {{heardMs: number}[]} beeps @param {number} fps
 * @returns {{atMs: number, lateMs: number}[]}  of the beeps whose picture was seen
 */
export function beepsAfterPictures(pictures, beeps, fps) {
  const flashes = pictures.filter((picture) => picture.channel >= 0 && picture.frame % fps === 0);
  const found = [];
  for (const { heardMs } of beeps) {
    const lates = flashes.map((flash) => heardMs - flash.shownMs).filter((lateMs) => Math.abs(lateMs) < 500);
    if (lates.length > 0) {
      found.push({ atMs: heardMs, lateMs: lates.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a)) });
    }
  }
  return found;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.floor(sorted.length / 2)];
}
