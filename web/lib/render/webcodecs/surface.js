// What the decoded pictures are put on: a video fed by a track generator where the browser has one, else a canvas.
// A video takes a picture to the screen without the page: it waits neither for the page's next animation frame nor for
// the page to draw it, which without a GPU takes longer than decoding it.

const usualRefreshMs = 1000 / 60;
const refreshesMost = 15;

/**
 * @typedef {object} Surface  shows one picture after another; times are of performance.now()
 * @property {HTMLElement} element
 * @property {number} refreshMs  from one refresh of the screen to the next
 * @property {number} leadMs     from when a picture is ready until it is on screen for sure
 * @property {(dueMs: number) => void} expect   looks when what is due then has to be shown; -Infinity: now
 * @property {() => void} rest   nothing waits to be shown
 * @property {(frame: VideoFrame) => void} show  the frame becomes the surface's, which closes it
 * @property {() => void} remove
 */

/** @typedef {(shownMs: number) => void} Look  what is shown in this call is on screen at shownMs */

/**
 * @param {HTMLElement} element  a canvas, which is drawn on, or a video, in whose place the pictures are shown
 * @param {Look} look
 * @returns {Surface}
 */
export function surfaceFor(element, look) {
  if (element instanceof HTMLCanvasElement) return new CanvasSurface(element, look, () => {});
  if (VideoSurface.possible) {
    const video = element.ownerDocument.createElement("video");
    return new VideoSurface(video, look, takePlace(element, video));
  }
  const canvas = element.ownerDocument.createElement("canvas");
  canvas.setAttribute("role", "img");
  return new CanvasSurface(canvas, look, takePlace(element, canvas));
}

/**
 * Puts one element in the place of another, and makes it look like it.
 * @param {HTMLElement} element @param {HTMLElement} stand
 * @returns {() => void} undoes it
 */
function takePlace(element, stand) {
  const look = getComputedStyle(element);
  const size = element.getBoundingClientRect();
  stand.className = element.className;
  stand.style.cssText = element.style.cssText;
  stand.style.objectFit = look.objectFit;
  stand.setAttribute("aria-label", element.getAttribute("aria-label") ?? "Video");
  const tabindex = element.getAttribute("tabindex");
  if (tabindex !== null) stand.setAttribute("tabindex", tabindex);
  const { display } = element.style;
  element.style.display = "none";
  element.after(stand);
  // Rules of the page that name its video by its id don't reach what stands in its place.
  const now = stand.getBoundingClientRect();
  if (size.width && (Math.abs(now.width - size.width) > 1 || Math.abs(now.height - size.height) > 1)) {
    stand.style.width = `${size.width}px`;
    stand.style.height = `${size.height}px`;
  }
  return () => {
    stand.remove();
    element.style.display = display;
  };
}

/** @implements {Surface} */
class VideoSurface {
  refreshMs = usualRefreshMs;
  leadMs = usualRefreshMs;
  element;
  #look;
  #giveBack;
  #track;
  /** @type {WritableStreamDefaultWriter<VideoFrame>} */
  #writer;
  #timer = 0;
  #nextMs = -Infinity;

  static get possible() {
    return "MediaStreamTrackGenerator" in globalThis;
  }

  /** @param {HTMLVideoElement} video @param {Look} look @param {() => void} giveBack */
  constructor(video, look, giveBack) {
    this.element = video;
    this.#look = look;
    this.#giveBack = giveBack;
    this.#track = new /** @type {any} */ (globalThis).MediaStreamTrackGenerator({ kind: "video" });
    this.#writer = this.#track.writable.getWriter();
    // Sound goes its own way; what is muted may begin without a gesture.
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([this.#track]);
    this.#play();
  }

  /** @param {number} dueMs */
  expect(dueMs) {
    this.rest();
    const look = () => {
      this.#timer = 0;
      this.#look(performance.now() + this.refreshMs);
    };
    // Of two in one refresh only one would be seen.
    const atMs = Math.max(dueMs - this.refreshMs, this.#nextMs);
    if (dueMs === -Infinity) look();
    else this.#timer = window.setTimeout(look, atMs - performance.now());
  }

  rest() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** @param {VideoFrame} frame */
  show(frame) {
    if (this.element.paused) this.#play();
    this.#nextMs = performance.now() + this.refreshMs;
    this.#writer.write(frame).catch(() => frame.close());
  }

  remove() {
    this.rest();
    this.#writer.close().catch(() => {});
    this.#track.stop();
    this.element.srcObject = null;
    this.#giveBack();
  }

  #play() {
    this.element.play().catch(() => {});
  }
}

/** @implements {Surface} */
class CanvasSurface {
  refreshMs = usualRefreshMs;
  element;
  #look;
  #giveBack;
  #context;
  #request = 0;
  /** Of the last animation frames that followed one another. @type {number[]} */
  #refreshes = [];
  #lastTickMs = NaN;

  /** @param {HTMLCanvasElement} canvas @param {Look} look @param {() => void} giveBack */
  constructor(canvas, look, giveBack) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("the canvas has no 2d context");
    this.element = canvas;
    this.#look = look;
    this.#giveBack = giveBack;
    this.#context = context;
  }

  /** The next animation frame, the next refresh, and half of one. */
  get leadMs() {
    return 1.5 * this.refreshMs;
  }

  /** In the next animation frame, whenever it is due. */
  expect() {
    if (this.#request) return;
    this.#request = requestAnimationFrame((tickMs) => {
      this.#request = 0;
      this.#learnRefresh(tickMs);
      // What is drawn now is on screen at the next refresh.
      this.#look(Math.max(tickMs + this.refreshMs, performance.now()));
    });
  }

  rest() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#lastTickMs = NaN;
  }

  /** @param {VideoFrame} frame */
  show(frame) {
    const { displayWidth, displayHeight } = frame;
    const { canvas } = this.#context;
    if (canvas.width !== displayWidth) canvas.width = displayWidth;
    if (canvas.height !== displayHeight) canvas.height = displayHeight;
    this.#context.drawImage(frame, 0, 0, displayWidth, displayHeight);
    frame.close();
  }

  remove() {
    this.rest();
    this.#giveBack();
  }

  /** @param {number} tickMs */
  #learnRefresh(tickMs) {
    const sinceMs = tickMs - this.#lastTickMs;
    if (sinceMs > 1 && sinceMs < 100) {
      this.#refreshes.push(sinceMs);
      if (this.#refreshes.length > refreshesMost) this.#refreshes.shift();
      const sorted = [...this.#refreshes].sort((a, b) => a - b);
      this.refreshMs = sorted[sorted.length >> 1];
    }
    this.#lastTickMs = tickMs;
  }
}
