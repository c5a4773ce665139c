// What every scenario needs: a packager, the files, Chromium, and somebody who knows how busy the machine is.
import assert from "node:assert/strict";
import { launchChromium, openPage } from "./chromium.mjs";
import { serveFiles } from "./files.mjs";
import { Machine } from "./machine.mjs";
import { Packager } from "./packager.mjs";

/** @typedef {import("./judge.mjs").Fault} Fault */
/** @typedef {import("node:test").TestContext} TestContext */

/** Frames a second of all channels: of these, each second begins with a frame. */
export const fps = 25;

/** The rungs' widths tell them apart. Small ones: two cores have to do for everything. */
export const widths = [192, 256, 320];

const waivedTold = 5;

/**
 * @param {{name: string, input: string}[]} channels
 * @param {{fps?: string, ladder?: string}} [how]
 */
export function configuration(channels, how = {}) {
  const ladder = how.ladder ?? "320x180@300k,256x144@200k,192x108@120k";
  const lines = channels.map(({ name, input }) => `  - {name: ${name}, input: '${input}'}\n`);
  return `preset: ultrafast\naudio_bitrate: 64k\nwindow: 20\nsegment_duration: 3\nfps: ${how.fps ?? fps}\nladder: ${ladder}\nchannels:\n${lines.join("")}`;
}

export class StageSet {
  /** @type {Packager} */
  packager;
  /** @type {import("playwright-core").Browser} */
  browser;
  machine = new Machine();
  /** @type {{port: number, stop: () => void}} */
  files;
  /** The tests' page. */
  screenUrl = "";
  /** @type {Promise<unknown>} */
  #starting = Promise.resolve();

  /**
   * @param {{yaml: string, chromium?: {autoplay?: boolean, hosts?: string}, how?: {prefix?: string[], listen?: string}}} what
   */
  static async build({ yaml, chromium, how }) {
    const set = new StageSet();
    try {
      // What did start is struck where something did not.
      const [packager, browser, files] = await Promise.allSettled([
        Packager.start(yaml, how).then((started) => (set.packager = started)),
        launchChromium(chromium).then((started) => (set.browser = started)),
        serveFiles().then((started) => (set.files = started)),
      ]);
      for (const part of [packager, browser, files]) if (part.status === "rejected") throw part.reason;
      set.screenUrl = `http://127.0.0.1:${set.files.port}/screen/index.html`;
      await set.machine.watch(set.browser);
      set.machine.follow(set.packager, fps);
      return set;
    } catch (error) {
      await set.strike().catch(() => {});
      throw error;
    }
  }

  /** Everything away again; throws where the packager didn't last. */
  async strike() {
    this.machine.stop();
    await this.browser?.close();
    this.files?.stop();
    await this.packager?.discard();
  }

  /**
   * A page whose player plays a channel of the set's packager, or what is at a URL.
   * @param {{options?: object, channel?: string, url?: string, sound?: boolean, without?: string[]}} what
   *   without: interfaces that this browser is not to have
   */
  async play({ options, channel = "", url = this.packager.manifestUrl(channel), sound, without = [] }) {
    return this.oneByOne(() => this.#play({ options, url, sound }, without));
  }

  /**
   * Starts are the heaviest moments: they don't get into each other's way.
   * @template T @param {() => Promise<T>} start @returns {Promise<T>}
   */
  async oneByOne(start) {
    const started = this.#starting.then(start);
    this.#starting = started.catch(() => {});
    return started;
  }

  /** @param {{options?: object, url: string, sound?: boolean}} begin @param {string[]} without */
  async #play(begin, without) {
    const opened = await openPage(this.browser, this.screenUrl);
    await opened.page.evaluate((names) => names.forEach((name) => delete globalThis[name]), without);
    await opened.page.evaluate((what) => window.stage.begin(what), begin);
    const running = await opened.page.evaluate(() => window.stage.running(15000));
    if (!running) {
      const record = await opened.page.evaluate(() => window.stage.record());
      assert.fail(`nothing plays after 15 s: ${tellEvents(record)} ${opened.complaints.join("; ")}`);
    }
    return opened;
  }

  /** Faults that nothing excuses. @param {TestContext} t @param {Fault[]} faults @param {{utcOffsetMs: number}} record */
  inexcusable(t, faults, record) {
    return inexcusable(this.machine, t, faults, record);
  }
}

/**
 * Faults that nothing excuses; those that the machine has caused are told.
 * @param {Machine} machine @param {TestContext} t @param {Fault[]} faults @param {{utcOffsetMs: number}} record
 */
export function inexcusable(machine, t, faults, record) {
  /** @type {string[]} */
  const waived = [];
  const left = faults.filter((fault) => {
    const fromUtcMs = fault.fromMs + record.utcOffsetMs;
    const excuse = machine.excuse(fromUtcMs, fault.toMs + record.utcOffsetMs, fault.lostMs);
    if (excuse) waived.push(`${fault.text}; ${excuse}`);
    return !excuse;
  });
  for (const text of waived.slice(0, waivedTold)) t.diagnostic(`waived: ${text}`);
  if (waived.length > waivedTold) t.diagnostic(`and ${waived.length - waivedTold} more waived`);
  return left;
}

/** @param {any[]} events */
function tellLines(events) {
  return events
    .map(({ name, atMs, payload }) => `\n    ${Math.round(atMs)} ${name} ${JSON.stringify(payload)?.slice(0, 160)}`)
    .join("");
}

/** What the player told last. @param {any} record */
export function tellEvents(record) {
  return `the player told: ${tellLines(record.events.slice(-20))}`;
}

/** Faults for a message, with what the player told around the first of them. @param {Fault[]} faults @param {any} record */
export function tellFaults(faults, record) {
  const lines = faults.slice(0, 12).map(({ text, fromMs }) => `\n    at ${Math.round(fromMs)} ms: ${text}`);
  const [{ fromMs, toMs } = { fromMs: 0, toMs: 0 }] = faults;
  const near = record.events.filter(({ atMs }) => atMs > fromMs - 1500 && atMs < toMs + 500);
  return `${faults.length} faults${lines.join("")}\nthe player told around the first: ${tellLines(near.slice(-30))}`;
}

/** @param {any} record @param {string} name */
export function eventsOf(record, name) {
  return record.events.filter((event) => event.name === name);
}

/** The stalls that the player told of. @param {any} record @returns {Fault[]} */
export function stallsOf(record) {
  return eventsOf(record, "resumed").map(({ atMs, payload: { stalledMs } }) => ({
    what: "stood still",
    fromMs: atMs - stalledMs,
    toMs: atMs,
    lostMs: stalledMs,
    text: `the player stalled for ${Math.round(stalledMs)} ms`,
  }));
}

/** Nothing fatal, nothing uncaught. @param {any} record @param {{uncaught: () => string[]}} [opened] */
export function assertSane(record, opened) {
  assert.deepEqual(opened?.uncaught() ?? [], [], "exceptions that nobody catches");
  const fatal = eventsOf(record, "error").filter(({ payload }) => payload.fatal);
  assert.deepEqual(fatal, [], "the player gave up");
}
