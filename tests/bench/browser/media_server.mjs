// What stands in front of ffmpeg for the players beside ours: PUT (chunked), GET and DELETE of files that are kept in
// memory, where a GET of a file that is still coming gets what is there and the rest as it comes. It also serves the
// measuring page, the players, and /time.
//
//     node media_server.mjs ADDRESS PORT [WEB]
//
// WEB is the folder of our player, by default the one of these sources.
//
// What comes by PUT is under /live/. A playlist or an MPD replaces its elder when it is complete; a media segment is
// there from its first byte on. A GET for a segment that is not there yet waits for up to HOLD_MS, as low-latency
// origins do, so that a player is not punished for asking a little early.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const HOLD_MS = 500;
const KEEP_MS = 60_000;
const FOLDERS = {
  "/bench/": HERE,
  "/web/": resolve(process.argv[4] ?? join(HERE, "../../../web")),
};
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".mpd": "application/dash+xml",
  ".m3u8": "application/vnd.apple.mpegurl",
  ".mp4": "video/mp4",
  ".m4s": "video/iso.segment",
};
const OPEN = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
  "timing-allow-origin": "*",
  "cache-control": "no-store",
};

/** A file that is there or comes: its pieces, and who waits for more of them. */
class LiveFile {
  constructor() {
    this.pieces = [];
    this.done = false;
    this.atMs = Date.now();
    this.readers = new Set();
  }

  push(piece) {
    this.pieces.push(piece);
    for (const reader of this.readers) reader.write(piece);
  }

  end() {
    this.done = true;
    for (const reader of this.readers) reader.end();
    this.readers.clear();
  }

  read(response) {
    for (const piece of this.pieces) response.write(piece);
    if (this.done) {
      response.end();
      return;
    }
    this.readers.add(response);
    response.on("close", () => this.readers.delete(response));
  }
}

const files = new Map();
const waiting = new Map(); // path -> functions to call when it is there

function put(path, request, response) {
  const file = new LiveFile();
  const whole = [".mpd", ".m3u8"].includes(extname(path)); // shown when complete
  const show = () => {
    files.set(path, file);
    for (const go of waiting.get(path) ?? []) go();
    waiting.delete(path);
  };
  if (!whole) show();
  request.on("data", (piece) => file.push(piece));
  request.on("end", () => {
    file.end();
    if (whole) show();
    response.writeHead(200, OPEN).end();
  });
  request.on("error", () => file.end());
  request.on("aborted", () => file.end());
}

function answer(path, file, request, response) {
  response.writeHead(200, { ...OPEN, "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  response.flushHeaders();
  if (request.method === "HEAD") response.end();
  else file.read(response);
}

function get(path, request, response) {
  const file = files.get(path);
  if (file) {
    answer(path, file, request, response);
    return;
  }
  const go = () => {
    clearTimeout(timer);
    answer(path, files.get(path), request, response);
  };
  const timer = setTimeout(() => {
    const others = (waiting.get(path) ?? []).filter((other) => other !== go);
    if (others.length) waiting.set(path, others);
    else waiting.delete(path);
    response.writeHead(404, OPEN).end();
  }, HOLD_MS);
  waiting.set(path, [...(waiting.get(path) ?? []), go]);
}

function serveFolder(path, response) {
  for (const [prefix, folder] of Object.entries(FOLDERS)) {
    if (!path.startsWith(prefix)) continue;
    const name = normalize(join(folder, path.slice(prefix.length)));
    const stat = statSync(name, { throwIfNoEntry: false });
    if (!name.startsWith(folder) || !stat?.isFile()) break;
    response.writeHead(200, { ...OPEN, "content-type": TYPES[extname(name)] ?? "application/octet-stream" });
    createReadStream(name).pipe(response);
    return;
  }
  response.writeHead(404, OPEN).end();
}

/** A manifest of a packager on this machine, with its sound left out: /silent/PORT/NAME/manifest.json. */
async function serveSilent(path, request, response) {
  const [, , port, name] = path.split("/");
  const there = `http://${request.headers.host.replace(/:.*/, "")}:${port}`;
  const answer = await fetch(`http://127.0.0.1:${port}/${name}/manifest.json`).catch(() => null);
  if (!answer?.ok) {
    response.writeHead(502, OPEN).end();
    return;
  }
  const manifest = await answer.json();
  for (const presentation of manifest.presentations) {
    delete presentation.audio;
    presentation.baseUrl = `${there}/${name}/${presentation.baseUrl}`;
  }
  if (manifest.timeSource) manifest.timeSource.value = `${there}/time`;
  response.writeHead(200, { ...OPEN, "content-type": TYPES[".json"] }).end(JSON.stringify(manifest));
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://any").pathname);
  request.socket.setNoDelay(true);
  if (request.method === "OPTIONS") response.writeHead(204, OPEN).end();
  else if (path === "/time") response.writeHead(200, OPEN).end(new Date().toISOString());
  else if (path.startsWith("/silent/")) serveSilent(path, request, response);
  else if (!path.startsWith("/live/")) serveFolder(path, response);
  else if (request.method === "PUT" || request.method === "POST") put(path, request, response);
  else if (request.method === "DELETE") {
    files.delete(path);
    response.writeHead(200, OPEN).end();
  } else get(path, request, response);
});
server.requestTimeout = 0;
server.keepAliveTimeout = 60_000;
setInterval(() => {
  for (const [path, file] of files) {
    const init = /init/.test(path) || [".mpd", ".m3u8"].includes(extname(path));
    if (!init && Date.now() - file.atMs > KEEP_MS) files.delete(path);
  }
}, 5000).unref();
server.listen(Number(process.argv[3]), process.argv[2], () => console.log(`listening ${server.address().port}`));
