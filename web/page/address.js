// What the page's own address says behind "#": url=MANIFEST-URL, channel=NAME, view=server, renderer=webcodecs.

/**
 * @typedef {object} Wish
 * @property {string | null} url          absolute
 * @property {string | null} channel
 * @property {"watch" | "server"} view
 * @property {"mse" | "webcodecs" | null} renderer
 */

/**
 * @param {string} text  as a person or a manifest gives it
 * @param {string} base  the page's address
 * @returns {string | null}  absolute; null where it is no address of the web
 */
export function manifestUrl(text, base) {
  try {
    const url = new URL(text.trim(), base);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * A "+" is itself in a URL, and a space only in what a form sends.
 * @param {string} hash
 */
function wordsOf(hash) {
  return new URLSearchParams(hash.replace(/^#/, "").replace(/\+/g, "%2B"));
}

/**
 * @param {string} hash  with its "#", or ""
 * @param {string} base
 * @returns {Wish}
 */
export function readWish(hash, base) {
  const words = wordsOf(hash);
  const url = words.get("url");
  const renderer = words.get("renderer");
  return {
    url: url ? manifestUrl(url, base) : null,
    channel: words.get("channel") || null,
    view: words.get("view") === "server" ? "server" : "watch",
    renderer: renderer === "mse" || renderer === "webcodecs" ? renderer : null,
  };
}

/**
 * The same hash with these words set, or taken away where they are null. "" where nothing is left.
 * @param {string} hash
 * @param {Readonly<Record<string, string | null>>} changes
 */
export function hashWith(hash, changes) {
  const words = wordsOf(hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) words.delete(name);
    else words.set(name, value);
  }
  const text = words.toString();
  return text && `#${text}`;
}

/**
 * What to call the channel of a manifest: the folder that it is in.
 * @param {string} url  absolute
 */
export function nameOf(url) {
  const { hostname, pathname } = new URL(url);
  const folders = pathname.split("/").slice(0, -1).filter((part) => part && !part.startsWith("~"));
  return folders.pop() ?? hostname;
}
