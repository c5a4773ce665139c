// What a join starts on: decided with the channel's manifest, which a zap knows already or has to wait for. Pure.

/**
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../session/session.js").Session} Session
 * @typedef {import("./quality.js").Quality} Quality
 */

const MANIFESTS_KEPT = 64;

export class Joins {
  #quality;
  /** By the address that they were asked for at. @type {Map<string, Manifest>} */
  #manifests = new Map();
  /** The channel whose rung is still to be chosen; "": none. */
  #pendingUrl = "";

  /** @param {Quality} quality */
  constructor(quality) {
    this.#quality = quality;
  }

  /**
   * A channel is joined.
   * @param {Session} session
   * @param {number} nowMs
   * @param {string} url
   */
  begin(session, nowMs, url) {
    const manifest = this.#manifests.get(url);
    this.#pendingUrl = manifest ? "" : url;
    const choice = manifest ? this.#quality.join(nowMs, manifest.active) : null;
    if (choice) session.joinAt(choice.joinBps ?? choice.bandwidthBps);
    if (session.track || session.manifest) session.zap(nowMs, url);
    else session.start(nowMs, url);
    if (choice) session.want(nowMs, choice.bandwidthBps);
  }

  /**
   * A manifest has come; the session doesn't have it yet.
   * @param {Session} session
   * @param {number} nowMs
   * @param {string} url
   * @param {Manifest} manifest
   */
  learn(session, nowMs, url, manifest) {
    this.#manifests.delete(url);
    this.#manifests.set(url, manifest);
    if (this.#manifests.size > MANIFESTS_KEPT) this.#manifests.delete([...this.#manifests.keys()][0]);
    if (url !== this.#pendingUrl) return;
    this.#pendingUrl = "";
    const { joinBps, bandwidthBps } = this.#quality.join(nowMs, manifest.active);
    session.joinAt(joinBps ?? bandwidthBps);
    session.want(nowMs, bandwidthBps);
  }

  clear() {
    this.#manifests.clear();
    this.#pendingUrl = "";
  }
}
