// What a session gives out, in order, and which of its requests are under way. A request is over when it is cancelled,
// or when its last event came; whatever comes of it after that is passed over.

/**
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").Told} Told
 */

/**
 * @typedef {object} Open  a request that is under way
 * @property {SessionRequest} request
 * @property {number} askedMs
 */

/**
 * @typedef {object} Fault  told once it is clear what becomes of it
 * @property {"manifest" | "media"} of
 * @property {string} text
 * @property {number} status  as of SessionEvent "failed"
 * @property {() => number} nextMs  when what has failed is asked for again
 */

export class Actions {
  constructor() {
    this.nowMs = 0;
    /** @type {Map<number, Open>} */
    this.open = new Map();
    /** @type {SessionAction[]} */
    this.list = [];
    /** @type {Fault[]} */
    this.faults = [];
    this.lastRequest = 0;
  }

  /**
   * @param {SessionRequest["kind"]} kind
   * @param {string} url
   * @param {Track | null} track
   * @param {number} offset
   * @param {SessionRequest["why"]} why
   * @returns {number} its id
   */
  request(kind, url, track, offset, why) {
    const id = ++this.lastRequest;
    /** @type {SessionRequest} */
    const request = { id, kind, url, track, offset, why };
    this.open.set(id, { request, askedMs: this.nowMs });
    this.list.push({ do: "request", request });
    return id;
  }

  /** @param {number} id  0, or one that is over: nothing is done */
  cancel(id) {
    if (this.open.delete(id)) this.list.push({ do: "cancel", request: id });
  }

  /** @param {SessionAction} action */
  push(action) {
    this.list.push(action);
  }

  /** @param {Told} tell */
  tell(tell) {
    this.list.push({ do: "tell", tell });
  }

  /**
   * @param {"manifest" | "media"} of
   * @param {string} text
   * @param {number} status
   * @param {() => number} nextMs
   */
  fault(of, text, status, nextMs) {
    this.faults.push({ of, text, status, nextMs });
  }

  /** The faults of a call, once every rule has decided what to do about them. */
  tellFaults() {
    for (const { of, text, status, nextMs } of this.faults.splice(0)) {
      const wait = nextMs() - this.nowMs;
      this.tell({ what: "fault", of, text, status, retryMs: Number.isFinite(wait) ? Math.max(0, wait) : 0 });
    }
  }

  /** @returns {SessionAction[]} */
  drain() {
    return this.list.splice(0);
  }
}
