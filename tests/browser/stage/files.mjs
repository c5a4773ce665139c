// Serves the player's files and the tests' page to the browser, from the source tree as it is: /web/... and /screen/...
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const web = process.env.OPENHESP_WEB ?? fileURLToPath(new URL("../../../web", import.meta.url));
const screen = fileURLToPath(new URL("../screen", import.meta.url));

/** @type {Record<string, string>} */
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css" };

/** @param {string} path */
function fileOf(path) {
  const clean = normalize(path);
  if (clean.startsWith("/web/")) return web + clean.slice("/web".length);
  if (clean.startsWith("/screen/")) return screen + clean.slice("/screen".length);
  return null;
}

/** @param {string} [address] @returns {Promise<{port: number, stop: () => void}>} */
export async function serveFiles(address = "127.0.0.1") {
  const server = createServer(async (request, response) => {
    const file = fileOf(new URL(request.url ?? "/", "http://host").pathname);
    try {
      if (!file) throw new Error("not there");
      const bytes = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound ? bound.port : 0;
  return {
    port,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
