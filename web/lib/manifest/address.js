// The addresses of packets and segments (HESP 3.4): each base, and then the pattern, is resolved against what came
// before it. So all that is relative stays under a path that a signature leads.

const PADDING_MAX = 64;

/**
 * A reference resolved against an absolute URL (RFC 3986 5.2). null: that gives no http or https URL.
 * @param {string} base
 * @param {string} reference
 * @returns {string | null}
 */
export function resolveUrl(base, reference) {
  try {
    const url = new URL(reference, base);
    url.hash = "";
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {string} name */
function placeholder(name) {
  return new RegExp(`\\{${name}(?::0(\\d{1,3})d)?\\}`, "g");
}

/**
 * @param {string | undefined} digits
 * @returns {number} -1: nobody means that
 */
function widthOf(digits) {
  const width = digits === undefined ? 0 : Number(digits);
  return digits === undefined || (width >= 1 && width <= PADDING_MAX) ? width : -1;
}

/**
 * Each `{name}` and `{name:0Nd}` replaced by id, padded with zeros to N digits and never cut (HESP 3.4.2). null: the
 * pattern does not ask for name.
 * @param {string} pattern
 * @param {"initId" | "segmentId"} name
 * @param {number | "now"} id
 * @returns {string | null}
 */
export function expandPattern(pattern, name, id) {
  let asked = false;
  const text = pattern.replace(placeholder(name), (whole, digits) => {
    const width = widthOf(digits);
    asked ||= width >= 0;
    if (width < 0) {
      return whole;
    }
    return id === "now" ? id : String(id).padStart(width, "0");
  });
  return asked ? text : null;
}

/**
 * The address of what a pattern names, null: there is none. The identifier takes its place first, as a URL would have
 * the braces around it written otherwise.
 * @param {string} base
 * @param {string} pattern
 * @param {"initId" | "segmentId"} name
 * @param {number | "now"} id
 * @returns {string | null}
 */
export function contentUrl(base, pattern, name, id) {
  const reference = expandPattern(pattern, name, id);
  return reference === null ? null : resolveUrl(base, reference);
}
