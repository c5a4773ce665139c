// What is on screen and since when: every picture that a video shows (requestVideoFrameCallback) or that a canvas
// shows (looked at in each animation frame), with the stamp that was read off it.
//
// A picture counts as on screen from the moment at which the browser expects to show it: of a video it is
// expectedDisplayTime, of a canvas the end of the animation frame in which it was drawn. Both are the next refresh.

import { StampReader } from "./stamp.js";

const REFRESH_MS = 1000 / 60;
const KEEP = 20_000;

/** UTC of performance.now() = 0, by waiting for the clock's next millisecond a few times. */
export function measureUtcOffsetMs() {
  let best = Infinity;
  for (let i = 0; i < 8; i++) {
    const last = Date.now();
    let now = last;
    while (now === last) now = Date.now();
    best = Math.min(best, now - performance.now());
  }
  return best;
}

export class Screen {
  /** @param {() => HTMLElement} surface  what shows the picture now: a video or a canvas */
  constructor(surface, utcOffsetMs) {
    this.surface = surface;
    this.utcOffsetMs = utcOffsetMs;
    this.reader = new StampReader();
    this.pictures = []; // see note()
    this.listeners = new Set();
    this.video = null;
    this.costMs = 0; // of reading stamps, in all
    this.count = 0; // how many were read
    const look = (frameMs) => {
      this.watch(frameMs);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }

  watch(frameMs) {
    const surface = this.surface();
    if (surface instanceof HTMLVideoElement) {
      if (surface !== this.video) this.watchVideo(surface);
    } else if (surface instanceof HTMLCanvasElement) {
      this.video = null;
      const atMs = frameMs + REFRESH_MS;
      // After everybody's animation frame callbacks, so that what they draw now is seen now.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const beganMs = performance.now();
        const stamp = this.reader.readSurface(surface, surface.width, surface.height);
        this.costMs += performance.now() - beganMs;
        const last = this.pictures.at(-1);
        if (!stamp || (last && stamp.frame === last.frame && stamp.channel === last.channel)) return;
        this.note(stamp, surface.width, surface.height, atMs, NaN);
      };
      channel.port2.postMessage(null);
    }
  }

  watchVideo(video) {
    this.video = video;
    const onFrame = (nowMs, metadata) => {
      if (this.video !== video) return;
      video.requestVideoFrameCallback(onFrame);
      const beganMs = performance.now();
      const reading = this.reader.readVideo(video);
      this.costMs += performance.now() - beganMs;
      const { width, height, expectedDisplayTime, presentedFrames } = metadata;
      reading.then((stamp) => this.note(stamp, width, height, expectedDisplayTime, presentedFrames));
    };
    video.requestVideoFrameCallback(onFrame);
  }

  note(stamp, width, height, shownMs, presented) {
    const readMs = performance.now();
    this.count++;
    const picture = {
      shownMs,
      readMs,
      width,
      height,
      presented,
      channel: stamp?.channel ?? 0,
      frame: stamp?.frame ?? -1,
      latencyMs: stamp ? shownMs + this.utcOffsetMs - stamp.captureUtcMs : NaN,
    };
    this.pictures.push(picture);
    if (this.pictures.length > KEEP) this.pictures.splice(0, KEEP / 2);
    for (const listener of this.listeners) listener(picture);
  }

  /** The first picture from now on that is `right`, or null after timeoutMs. */
  first(right, timeoutMs) {
    return new Promise((resolve) => {
      const done = (picture) => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(picture);
      };
      const listener = (picture) => right(picture) && done(picture);
      const timer = setTimeout(() => done(null), timeoutMs);
      this.listeners.add(listener);
    });
  }
}
