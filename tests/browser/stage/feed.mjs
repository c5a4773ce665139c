// A feed from outside that can be killed: ffmpeg sends stamped pictures by MPEG-TS over UDP, the same few seconds again
// and again. They are taken from a test channel.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A port that nobody listened on just now. */
export async function freeUdpPort() {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** The boxes before the first fragment. @param {Buffer} bytes */
function headerOf(bytes) {
  let at = 0;
  while (at + 8 <= bytes.length && bytes.toString("latin1", at + 4, at + 8) !== "moov") at += bytes.readUInt32BE(at);
  return bytes.subarray(0, at + bytes.readUInt32BE(at));
}

/** @param {string} url */
async function bytesOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

export class Feed {
  #folder = mkdtempSync(join(tmpdir(), "openhesp-feed-"));
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;
  #port;

  /** @param {number} port  of UDP, on 127.0.0.1 */
  constructor(port) {
    this.#port = port;
  }

  /** Takes the pictures of a channel's next segment that is whole. @param {string} manifestUrl */
  async record(manifestUrl) {
    const manifest = await (await fetch(manifestUrl)).json();
    const presentation = manifest.presentations[0];
    const track = presentation.video[0].tracks[0];
    const base = new URL(`${presentation.baseUrl}${track.baseUrl}`, manifestUrl).href;
    const header = headerOf(await bytesOf(`${base}init-now.mp4`));
    // The response ends when the segment does.
    const segment = await bytesOf(`${base}content-0.mp4`);
    writeFileSync(join(this.#folder, "clip.mp4"), Buffer.concat([header, segment]));
  }

  start() {
    const clip = join(this.#folder, "clip.mp4");
    const input = ["-re", "-stream_loop", "-1", "-i", clip];
    const output = ["-c", "copy", "-f", "mpegts", `udp://127.0.0.1:${this.#port}?pkt_size=1316`];
    this.#process = spawn("ffmpeg", ["-v", "error", "-nostdin", ...input, ...output], { stdio: "ignore" });
    running.add(this.#process);
  }

  async kill() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    running.delete(child);
  }

  async finish() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
