// A real packager under test: started on a free port with any options, asked over HTTP, hung up on (SIGHUP), killed and
// started again where it was. Whatever goes wrong is told with its log.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program =
  process.env.OPENHESP_PACKAGER ?? fileURLToPath(new URL("../../../build/bin/hesp-packager", import.meta.url));

const readyMs = 30000;
const endMs = 20000;
const logBytesMax = 65536;

/** None outlives the test, however that ends. @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Packager {
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;
  #log = "";
  #yaml = "";
  #folder = "";
  /** @type {string[]} */
  #arguments = [];
  #channelCount = 0;
  #port = 0;
  /** @type {string[]} what stands in front of the command */
  #prefix = [];

  /** http://127.0.0.1:PORT */
  url = "";

  /**
   * @param {string} yaml  its configuration; `listen` is not part of it
   * @param {{prefix?: string[], listen?: string}} [how]
   */
  static async start(yaml, how = {}) {
    const packager = new Packager();
    packager.#folder = mkdtempSync(join(tmpdir(), "openhesp-browser-"));
    packager.#prefix = how.prefix ?? [];
    packager.#arguments = ["--config", join(packager.#folder, "config.yaml")];
    packager.#write(yaml);
    await packager.#run(how.listen ?? "127.0.0.1:0");
    return packager;
  }

  /** @param {string} name  of a channel */
  manifestUrl(name) {
    return `${this.url}/${name}/manifest.json`;
  }

  /** Changes its configuration as it runs. @param {string} yaml */
  reload(yaml) {
    this.#write(yaml);
    this.#process?.kill("SIGHUP");
  }

  /** Ends it without a word to anybody. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Starts it again on the port that it had. */
  async restart() {
    await this.#run(`127.0.0.1:${this.#port}`);
  }

  /** Ends it in order: the end of its channels is announced first. Throws where it doesn't end as it should. */
  async stop() {
    const code = await this.#end("SIGTERM");
    if (code !== 0) throw this.#trouble(`the packager's exit code is ${code}`);
  }

  /** Away with it, in a hurry; throws where it has ended by itself before. */
  async discard() {
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#process && this.#process.exitCode !== null) throw this.#trouble("the packager has ended by itself");
    await this.#end("SIGKILL");
  }

  /** @returns {Promise<any>} what /healthz says */
  async health() {
    return (await fetch(`${this.url}/healthz`)).json();
  }

  /** How many pictures its rungs have repeated, or not even encoded, because the machine was too slow. */
  async repeatedPictures() {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    let sum = 0;
    for (const [, value] of text.matchAll(/^openhesp_rung_(?:repeated|shed)_pictures_total\{[^}]*\} (\d+)/gm)) {
      sum += Number(value);
    }
    return sum;
  }

  /** The text of its log. */
  get log() {
    return this.#log;
  }

  /** @param {string} yaml */
  #write(yaml) {
    this.#yaml = yaml;
    this.#channelCount = (yaml.match(/^ *- *\{? *name:/gm) ?? []).length;
    writeFileSync(join(this.#folder, "config.yaml"), yaml);
  }

  /** @param {string} listen */
  async #run(listen) {
    // It stands for another machine: who watches must not take its time. Only root may ask for that.
    const first = process.getuid?.() === 0 ? ["nice", "-n", "-5"] : [];
    const command = [...this.#prefix, ...first, program, "--listen", listen, ...this.#arguments];
    const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#log = (this.#log + text).slice(-logBytesMax);
    });
    await new Promise((ready, failed) => {
      const timer = setTimeout(() => failed(this.#trouble("the packager does not get ready")), readyMs);
      child.on("error", failed);
      child.on("exit", () => failed(this.#trouble("the packager ends while it starts")));
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (output.split("\n").length <= this.#channelCount) return;
        clearTimeout(timer);
        ready(undefined);
      });
    });
    this.url = new URL(output.split(/\s/)[1]).origin;
    this.#port = Number(new URL(this.url).port);
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return child?.exitCode ?? 0;
    const ended = once(child, "exit");
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
    const [code] = await ended;
    clearTimeout(timer);
    return code;
  }

  /** @param {string} what */
  #trouble(what) {
    return new Error(`${what}; its configuration:\n${this.#yaml}\nits log:\n${this.#log}`);
  }
}
