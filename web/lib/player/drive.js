// Drives a session: the time, the timer, the network. What the session has to say beside its requests is handed on.

import { Session } from "../session/session.js";
import { Transport } from "../transport/fetch.js";
import { Warmth } from "../transport/warm.js";

/**
 * @typedef {import("../types.js").SessionAction} SessionAction
 * @typedef {import("../types.js").SessionEvent} SessionEvent
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 */

/**
 * @typedef {object} DriveHooks
 * @property {(action: Exclude<SessionAction, {do: "request" | "cancel"}>, nowMs: number) => void} action
 * @property {(event: SessionEvent, request: SessionRequest, nowMs: number) => void} event  before the session has it
 * @property {(nowMs: number) => void} drained  after the actions of a call
 * @property {import("../transport/fetch.js").TransportHooks["bytes"]} bytes
 * @property {import("../transport/fetch.js").TransportHooks["address"]} address
 */

/** A browser's longest timeout is 2^31 ms; this is often enough. */
const TIMER_MAX_MS = 60000;

export class Drive {
  #hooks;
  #session = new Session();
  #transport;
  #warmth = new Warmth();
  #draining = false;
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {DriveHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
    this.#transport = new Transport({
      event: (event, request) => this.call((session, nowMs) => {
        hooks.event(event, request, nowMs);
        session.handle(nowMs, event);
      }),
      bytes: hooks.bytes,
      address: hooks.address,
    });
  }

  /** To be looked at only; what changes it goes through call(). */
  get session() {
    return this.#session;
  }

  get openCount() {
    return this.#transport.openCount;
  }

  /** @param {(session: Session, nowMs: number) => void} what */
  call(what) {
    if (this.#closed) return;
    what(this.#session, performance.now());
    this.#drain();
  }

  /** A join begins: nothing is to stand in its way. */
  hold() {
    this.#warmth.hold();
  }

  /** It is done: connections are made ready for the next one. */
  warm() {
    const { track, manifest } = this.#session;
    const source = manifest?.timeSource?.value;
    if (track && source && URL.canParse(source)) this.#warmth.joined(track.packetUrl("now"), source);
  }

  destroy() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#warmth.destroy();
    this.#transport.destroy();
  }

  /** Calls that an action leads to put their own actions behind those that are here already. */
  #drain() {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let actions = this.#session.actions(); actions.length && !this.#closed; actions = this.#session.actions())
        for (const action of actions) this.#do(action);
      if (!this.#closed) this.#hooks.drained(performance.now());
    } finally {
      this.#draining = false;
    }
    this.#schedule();
  }

  /** @param {SessionAction} action */
  #do(action) {
    if (this.#closed) return;
    if (action.do === "request") this.#transport.ask(action.request);
    else if (action.do === "cancel") this.#transport.cancel(action.request);
    else this.#hooks.action(action, performance.now());
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const waitMs = this.#session.nextMs() - performance.now();
    if (waitMs === Infinity) return;
    this.#timer = setTimeout(() => this.call((session, nowMs) => session.advance(nowMs)),
      Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(waitMs))));
  }
}
