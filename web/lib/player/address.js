// The address of a channel's manifest, as a page gives it.

/**
 * @param {string} text  absolute, or relative to the page
 * @param {string} [baseUrl]
 * @returns {string} absolute; "": it is none of the web
 */
export function webAddress(text, baseUrl) {
  try {
    const { protocol, href } = new URL(text, baseUrl);
    return protocol === "http:" || protocol === "https:" ? href : "";
  } catch {
    return "";
  }
}
