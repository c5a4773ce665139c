// How busy the machine was, told by those who play no part: this process's own timers, a page without a player, and the
// packager, which counts the pictures that it had to repeat because its encoders came too late. What goes wrong on
// screen at the same time says nothing of the player.

const tickMs = 20;
const lateMs = 60;
const keptMax = 10000;
const pollMs = 500;

/** @typedef {{fromUtcMs: number, toUtcMs: number, lostMs: number, who: string}} Late */

export class Machine {
  /** @type {Late[]} */
  #late = [];
  /** @type {NodeJS.Timeout[]} */
  #timers = [];
  #lastMs = performance.now();
  /** @type {import("playwright-core").Page | null} */
  #page = null;

  constructor() {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - this.#lastMs > tickMs + lateMs) this.#note(nowMs - this.#lastMs, Date.now(), "the test's timers");
      this.#lastMs = nowMs;
    }, tickMs);
    timer.unref();
    this.#timers.push(timer);
  }

  /** Has a page without a player paint as the others do. @param {import("playwright-core").Browser} browser */
  async watch(browser) {
    const context = await browser.newContext({ viewport: { width: 64, height: 64 } });
    this.#page = await context.newPage();
    await this.#page.exposeFunction("late", (/** @type {number} */ lastedMs, /** @type {number} */ utcMs) =>
      this.#note(lastedMs, utcMs, "a page without a player"),
    );
    await this.#page.setContent(`<body><script>
      let last = performance.now();
      requestAnimationFrame(function paint() {
        requestAnimationFrame(paint);
        const now = performance.now();
        document.body.style.opacity = document.body.style.opacity === "1" ? "0.9" : "1";
        if (now - last > 17 + ${lateMs}) window.late(now - last, Date.now());
        last = now;
      });
    </script>`);
  }

  /**
   * Has a packager tell of the pictures that it repeats or sheds.
   * @param {import("./packager.mjs").Packager} packager @param {number} fps
   */
  follow(packager, fps) {
    let counted = 0;
    const timer = setInterval(async () => {
      const fromUtcMs = Date.now() - pollMs;
      const repeated = await packager.repeatedPictures().catch(() => counted);
      // It may have been started anew.
      const lostMs = ((repeated - Math.min(counted, repeated)) * 1000) / fps;
      counted = repeated;
      if (lostMs > 0) this.#keep({ fromUtcMs, toUtcMs: Date.now(), lostMs, who: "the packager's encoders" });
    }, pollMs);
    timer.unref();
    this.#timers.push(timer);
  }

  /** @param {number} lastedMs @param {number} utcMs @param {string} who */
  #note(lastedMs, utcMs, who) {
    this.#keep({ fromUtcMs: utcMs - lastedMs, toUtcMs: utcMs, lostMs: lastedMs, who });
  }

  /** @param {Late} late */
  #keep(late) {
    if (this.#late.length < keptMax) this.#late.push(late);
  }

  /**
   * Why something between two moments may be the machine's fault; null: it was not.
   * @param {number} fromUtcMs @param {number} toUtcMs @param {number} ms  what has to be explained
   */
  excuse(fromUtcMs, toUtcMs, ms) {
    // What was held up shows a little later than what held it up.
    const near = this.#late.filter((late) => late.toUtcMs > fromUtcMs - 2000 && late.fromUtcMs < toUtcMs);
    const lostMs = near.reduce((sum, late) => sum + late.lostMs, 0);
    if (lostMs < ms / 2) return null;
    return `the machine was busy: ${[...new Set(near.map((late) => late.who))].join(", ")} lost ${Math.round(lostMs)} ms`;
  }

  /** In how many seconds something was late, or just had been. @param {number} fromUtcMs @param {number} toUtcMs */
  busySeconds(fromUtcMs, toUtcMs) {
    const seconds = new Set();
    for (const late of this.#late) {
      if (late.toUtcMs < fromUtcMs || late.fromUtcMs > toUtcMs) continue;
      const first = Math.floor(late.fromUtcMs / 1000);
      for (let second = first; second <= late.toUtcMs / 1000 + 1; second++) seconds.add(second);
    }
    return seconds.size;
  }

  stop() {
    this.#timers.forEach((timer) => clearInterval(timer));
  }
}
