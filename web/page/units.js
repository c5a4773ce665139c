// Figures as people read them. What is not known is a dash.

const unknown = "–";

/**
 * @param {number} value
 * @param {number} digits  after the point
 */
function plain(value, digits) {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * @param {number} value
 */
function threeDigits(value) {
  return plain(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/**
 * "38 ms", "1,240 ms", "12.4 s".
 * @param {number} ms
 */
export function msText(ms) {
  if (!Number.isFinite(ms)) return unknown;
  return Math.abs(ms) < 9999.5 ? `${plain(Math.round(ms) + 0, 0)} ms` : `${plain(ms / 1000, 1)} s`;
}

/**
 * "850 kbit/s", "2.53 Mbit/s".
 * @param {number} bps
 */
export function bpsText(bps) {
  if (!Number.isFinite(bps)) return unknown;
  if (bps < 999500) return `${plain(bps / 1000, 0)} kbit/s`;
  return bps < 999.5e6 ? `${threeDigits(bps / 1e6)} Mbit/s` : `${threeDigits(bps / 1e9)} Gbit/s`;
}

/**
 * "12.4 kB".
 * @param {number} bytes
 */
export function bytesText(bytes) {
  if (!Number.isFinite(bytes)) return unknown;
  if (bytes < 999.5) return `${plain(bytes, 0)} B`;
  for (const [limit, unit] of /** @type {const} */ ([[1e3, "kB"], [1e6, "MB"], [1e9, "GB"]])) {
    if (bytes < limit * 999.5) return `${threeDigits(bytes / limit)} ${unit}`;
  }
  return `${plain(bytes / 1e12, 1)} TB`;
}

/**
 * "14 %".
 * @param {number} share  0 to 1, or more
 */
export function percentText(share) {
  return Number.isFinite(share) ? `${plain(share * 100, share < 0.0995 ? 1 : 0)} %` : unknown;
}

/**
 * "1,234".
 * @param {number} count
 * @param {number} [digits]
 */
export function countText(count, digits = 0) {
  return Number.isFinite(count) ? plain(count, digits) : unknown;
}

/**
 * "12 s", "3 min 20 s", "5 h 2 min", "4 d 3 h".
 * @param {number} seconds
 */
export function durationText(seconds) {
  if (!Number.isFinite(seconds)) return unknown;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}
