// A link of a chosen rate in front of Chromium: the origin is in a network namespace, and `player-sim link` runs the
// browser in another one, with the link as its only way out.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program as chromium } from "./chromium.mjs";

const playerSim = process.env.OPENHESP_PLAYER_SIM ?? fileURLToPath(new URL("../../../build/bin/player-sim", import.meta.url));

/** The host's end of a link. */
const hostAddress = "10.77.0.1";

/** Names under localhost are trusted as such, wherever they lead: WebCodecs wants that. */
export const hostName = "origin.localhost";
export const hosts = `MAP ${hostName} ${hostAddress}`;

/** Why there can be no link here; null: there can. */
export function linkIsMissing() {
  if (process.getuid?.() !== 0) return "a link needs root";
  try {
    accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
  } catch {
    return "a link needs /dev/net/tun";
  }
  try {
    execFileSync("ip", ["netns", "list"], { stdio: "ignore" });
  } catch {
    return "a link needs ip netns";
  }
  return null;
}

let links = 0;

export class Link {
  #name = `openhesp-browser-${process.pid}-${++links}`;
  #folder = mkdtempSync(join(tmpdir(), "openhesp-link-"));
  /** @type {import("node:child_process").ChildProcess | null} */
  #server = null;

  /** @param {{rate: string, rttMs: number}} link */
  constructor({ rate, rttMs }) {
    const options = ["--quiet", "--netns", this.#name, "--rate", rate, "--rtt", String(rttMs)];
    const command = [playerSim, "link", ...options, "--", chromium];
    writeFileSync(this.command, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
    chmodSync(this.command, 0o755);
    execFileSync("ip", ["netns", "add", this.#name]);
    execFileSync("ip", ["-n", this.#name, "link", "set", "lo", "up"]);
  }

  /** Starts Chromium behind the link. */
  get command() {
    return join(this.#folder, "chromium");
  }

  /** What stands before a command that is to run at the host's end. */
  get prefix() {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Serves the files at the host's end. @returns {Promise<number>} the port */
  async serveFiles() {
    const serve = fileURLToPath(new URL("serve.mjs", import.meta.url));
    const words = [...this.prefix, process.execPath, serve, "0.0.0.0"];
    this.#server = spawn(words[0], words.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await once(this.#server.stdout, "data");
    return Number(String(line));
  }

  finish() {
    this.#server?.stdin?.end();
    rmSync(this.#folder, { recursive: true, force: true });
    execFileSync("ip", ["netns", "delete", this.#name]);
  }
}
