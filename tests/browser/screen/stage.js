// What a test does with a player in its page: `window.stage`. All of it is written down and fetched at once, so that
// nothing hangs on how fast the test and the page talk to each other.
import { beeps, listenTo } from "./sound.js";
import { Watch } from "./watch.js";
import { HespPlayer } from "/web/lib/index.js";

const eventsMax = 5000;
// One for each picture would fill the record; of these the newest are kept by `told`.
const frequent = new Set(["picture"]);

/** @typedef {import("./watch.js").Shown} Shown */
/** @typedef {{name: string, atMs: number, payload: any}} Happened */

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

class Stage {
  /** @type {any} */
  player = null;
  /** @type {Watch | null} */
  watch = null;
  /** @type {Happened[]} */
  events = [];
  /** What the player itself says of the pictures. @type {any[]} */
  told = [];
  /** @type {(() => boolean)[]} */
  #waiting = [];

  /** @param {{options?: object, url: string, sound?: boolean}} what */
  async begin({ options = {}, url, sound = false }) {
    const video = /** @type {HTMLVideoElement} */ (document.getElementById("video"));
    this.player = new HespPlayer(options);
    for (const name of Object.values(HespPlayer.Events)) {
      this.player.on(name, (/** @type {any} */ payload) => this.#happened(name, payload));
    }
    this.player.attach(video);
    this.watch = new Watch(() => this.player?.surface ?? null);
    this.watch.onpicture = () => this.#look();
    if (sound && this.player.rendererName !== "webcodecs") await listenTo(video);
    this.player.load(url);
    document.getElementById("what").textContent = `${JSON.stringify(options)} ${url}`;
  }

  /** @param {string} name @param {any} payload */
  #happened(name, payload) {
    const kept = frequent.has(name) ? this.told : this.events;
    if (kept.length < eventsMax) kept.push({ name, atMs: performance.now(), payload: plain(payload) });
    this.#look();
  }

  #look() {
    this.#waiting = this.#waiting.filter((met) => !met());
  }

  /** Whether it comes true in that time; looked at whenever something happens. */
  until(/** @type {() => boolean} */ condition, /** @type {number} */ timeoutMs) {
    return new Promise((answer) => {
      if (condition()) return answer(true);
      const timer = setTimeout(() => answer(false), timeoutMs);
      this.#waiting.push(() => {
        if (!condition()) return false;
        clearTimeout(timer);
        answer(true);
        return true;
      });
    });
  }

  /** Until the clock runs. @param {number} timeoutMs @returns {Promise<boolean>} */
  running(timeoutMs) {
    return this.happens("running", timeoutMs);
  }

  /** Until the player tells of it, or has told already. @param {string} what @param {number} timeoutMs */
  happens(what, timeoutMs) {
    return this.until(() => this.events.some(({ name }) => name === what), timeoutMs);
  }

  /**
   * One zap after another. Each is done when a picture of the channel is there and has been followed by others for a
   * while.
   * @param {{url: string, channel: number}[]} channels @param {number} count @param {number} dwellMs
   */
  async zaps(channels, count, dwellMs) {
    const zaps = [];
    for (let i = 1; i <= count; i++) {
      const { url, channel } = channels[i % channels.length];
      const from = this.watch.pictures.length;
      const atMs = performance.now();
      const atUtcMs = Date.now();
      this.player.zap(url);
      await this.until(() => this.watch.pictures.slice(from).some((picture) => picture.channel === channel), 5000);
      await sleep(dwellMs);
      zaps.push({ channel, atMs, atUtcMs, from, to: this.watch.pictures.length });
    }
    return zaps;
  }

  /**
   * One quality after another, up and down by one and by more. Each is done when it is on screen.
   * @param {number[]} pattern  levels, gone through again and again @param {number} count @param {number} dwellMs
   */
  async switches(pattern, count, dwellMs) {
    const switches = [];
    for (let i = 0; switches.length < count && i < 2 * count; i++) {
      const from = this.player.currentLevel;
      const to = pattern[i % pattern.length];
      if (to === from) continue;
      const { width } = this.player.levels[to];
      const seen = this.watch.pictures.length;
      const atMs = performance.now();
      this.player.level = to;
      const isShown = () => this.watch.pictures.slice(seen).some((picture) => picture.width === width);
      const done = await this.until(isShown, 5000);
      switches.push({ from, to, width, atMs, tookMs: performance.now() - atMs, done });
      await sleep(dwellMs);
    }
    return switches;
  }

  /** All that was written down. */
  record() {
    return {
      pictures: this.watch?.pictures ?? [],
      lags: this.watch?.lags ?? [],
      events: this.events,
      told: this.told,
      beeps,
      stats: this.player ? plain(this.player.stats) : null,
      nowMs: performance.now(),
      utcOffsetMs: Date.now() - performance.now(),
    };
  }

  end() {
    this.watch?.stop();
    this.player?.destroy();
    this.player = null;
  }
}

/** What can be sent to the test: no functions, and not the manifest's whole tree. @param {any} value @returns {any} */
function plain(value, depth = 0) {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (depth > 3) return undefined;
  if (Array.isArray(value)) return value.slice(0, 32).map((item) => plain(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}

Object.assign(window, { stage: new Stage() });
