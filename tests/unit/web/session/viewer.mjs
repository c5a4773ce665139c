// A session driven in virtual time, with a renderer that has a playhead. It checks whatever the session hands over:
// what would be wrong for any renderer and any network is an error here.

import assert from "node:assert/strict";

import { secondsOf } from "../../../../web/lib/manifest/time.js";
import { Session } from "../../../../web/lib/session/session.js";
import { Agenda, Channel, VirtualOrigin } from "./virtual-origin.mjs";

const REQUESTS_MAX = 6;
const TELL_MS = 20;

export class Viewer {
  constructor({ channels = [new Channel("http://o/one"), new Channel("http://o/two")], config = {}, startMs = 31000,
    bufferMs = 120, tellsAhead = true, gaps = false, ...link } = {}) {
    this.agenda = new Agenda();
    this.agenda.until(startMs);
    this.origin = new VirtualOrigin(this.agenda, channels, link);
    this.session = new Session(config);
    Object.assign(this, { channels, bufferMs, tellsAhead, gaps });
    this.open = new Map();
    this.lastRequest = 0;
    this.most = 0;
    this.log = [];
    this.told = [];
    this.begins = [];
    this.frames = { video: 0, audio: 0 };
    this.expects = null;
    this.begun = null;
    this.switching = null;
    this.ended = false;
    this.stalledMs = 0;
    this.stalls = 0;
    this.lowMs = Infinity;
    this.timer = null;
    this.#tellAhead();
  }

  get nowMs() {
    return this.agenda.nowMs;
  }

  run(ms) {
    this.agenda.until(this.agenda.nowMs + ms);
    return this;
  }

  call(name, ...values) {
    this.session[name](this.nowMs, ...values);
    this.#drain();
    return this;
  }

  tells(what) {
    return this.told.filter(({ tell }) => tell.what === what).map(({ tell }) => tell);
  }

  /** ---- the renderer ---- */

  aheadMs() {
    const b = this.begun;
    if (!b || b.endS === null) return 0;
    const shownS = b.clockMs === null ? b.firstS : Math.min(b.endS, b.clockS + (this.nowMs - b.clockMs) / 1000);
    return 1000 * (b.endS - shownS);
  }

  #playOn(startS) {
    const b = this.begun;
    if (b.clockMs === null) return;
    const dryMs = b.clockMs + 1000 * (b.endS - b.clockS);
    if (this.nowMs <= dryMs) return;
    this.stalls++;
    this.stalledMs += this.nowMs - dryMs;
    Object.assign(b, { clockS: startS, clockMs: this.nowMs });
  }

  #tellAhead() {
    this.agenda.at(this.nowMs + TELL_MS, () => {
      if (this.begun) this.#ahead();
      this.#tellAhead();
    });
  }

  #ahead() {
    const ms = this.aheadMs();
    if (this.begun.clockMs !== null) this.lowMs = Math.min(this.lowMs, ms);
    if (!this.tellsAhead) return;
    this.session.ahead(this.nowMs, ms);
    this.#drain();
  }

  /** ---- the session ---- */

  #drain() {
    let frames = 0;
    for (let turns = 0; ; turns++) {
      assert.ok(turns < 100, "the session never comes to rest");
      const actions = this.session.actions();
      for (const action of actions) {
        this.#check(action);
        frames += action.do === "frame" && action.track.kind === "video" ? 1 : 0;
      }
      if (!(this.session.nextMs() <= this.nowMs)) break;
      this.session.advance(this.nowMs);
    }
    assert.equal(this.expects, null, "what begins has a header and a picture at once");
    assert.ok(this.open.size <= REQUESTS_MAX, `${this.open.size} requests at once`);
    this.most = Math.max(this.most, this.open.size);
    if (this.timer) this.agenda.drop(this.timer);
    const next = this.session.nextMs();
    this.timer = next === Infinity ? null : this.agenda.at(next, () => {
      this.timer = null;
      this.session.advance(this.nowMs);
      this.#drain();
    });
    if (frames > 0) this.#ahead();
  }

  #check(action) {
    this.log.push({ ms: this.nowMs, action });
    if (action.do !== "tell" && action.do !== "request" && action.do !== "cancel" && this.expects)
      assert.equal(`${action.do} ${action.track?.kind}`, `${this.expects} video`);
    this[`on_${action.do}`](action);
  }

  on_request({ request }) {
    assert.ok(request.id > this.lastRequest, "a number that was used before");
    this.lastRequest = request.id;
    this.open.set(request.id, request);
    this.origin.ask(request, (event) => {
      if (event.kind !== "frame") this.open.delete(request.id);
      this.session.handle(this.nowMs, event);
      this.#drain();
    });
  }

  on_cancel({ request }) {
    assert.ok(this.open.delete(request), "what is cancelled is under way");
    this.origin.cancel(request);
  }

  on_begin({ why, presentation, video, audio }) {
    assert.equal(video.kind, "video");
    assert.equal(video.presentation, presentation.id);
    assert.ok(audio === null || audio === presentation.audio);
    this.begins.push({ why, ms: this.nowMs, video });
    this.begun = { audio, video: null, sound: null, endS: null, clockMs: null, clockS: 0, firstS: 0 };
    this.expects = "header";
    this.ended = false;
  }

  on_header({ track, header }) {
    assert.ok(this.begun, "a header before anything begins");
    assert.equal(track.kind, header.kind);
    assert.equal(track.id, header.truth.track.id);
    const lane = track.kind === "video" ? "video" : "sound";
    if (lane === "sound") assert.ok(this.begun.audio, "sound where there was to be none");
    this.begun[lane] = { track, fresh: true, last: this.begun[lane]?.last ?? null };
    if (this.expects === "header") this.expects = "frame";
  }

  on_frame({ track, sequence, frame }) {
    const lane = this.begun?.[track.kind === "video" ? "video" : "sound"];
    assert.ok(lane, "a frame without a header");
    assert.equal(`${track.presentation}/${track.id}`, `${lane.track.presentation}/${lane.track.id}`);
    const { truth } = frame;
    assert.equal(truth.n, sequence);
    assert.equal(truth.track.id, track.id);
    assert.equal(truth.track.presentation, track.presentation);
    assert.equal(truth.channel, this.channelUrl());
    const startS = secondsOf(track, sequence);
    const endS = secondsOf(track, sequence + 1);
    this.frames[track.kind]++;
    if (track.kind === "video") this.#picture(lane, track, sequence, frame, startS, endS);
    else this.#sound(lane, track, sequence, startS, endS);
    lane.fresh = false;
    lane.last = { track, sequence, endS };
    this.expects = null;
  }

  #picture(lane, track, sequence, frame, startS, endS) {
    if (lane.fresh) assert.ok(frame.sync, `frame ${sequence} is no keyframe`);
    else assert.equal(sequence, lane.last.sequence + 1);
    if (!frame.sync) assert.equal(lane.last.track.id, track.id, "what a frame refers to was not handed over");
    if (lane.last) assert.ok(Math.abs(startS - lane.last.endS) < 1e-6, `${lane.last.endS} s, then ${startS} s`);
    const b = this.begun;
    if (b.endS === null) Object.assign(b, { firstS: startS, endS: startS });
    this.#playOn(startS);
    b.endS = endS;
    if (b.clockMs === null && 1000 * (endS - b.firstS) >= this.bufferMs)
      Object.assign(b, { clockMs: this.nowMs, clockS: b.firstS });
  }

  #sound(lane, track, sequence, startS, endS) {
    const { last } = lane;
    if (!last) {
      assert.ok(endS > this.begun.firstS - 0.05, "sound of long before the picture");
      return;
    }
    const gapS = startS - last.endS;
    assert.ok(gapS > -1e-6, "sound twice");
    if (!this.gaps) assert.ok(gapS < 1e-6, `a gap of ${gapS} s in the sound`);
  }

  on_end() {
    this.ended = true;
  }

  on_tell({ tell }) {
    if (tell.what === "switching") {
      assert.equal(this.switching, null, "one switch at a time");
      this.switching = tell.track;
    }
    if (tell.what === "switched" || tell.what === "switch-failed") {
      assert.equal(tell.track.id, this.switching?.id, "what ends was begun");
      this.switching = null;
    }
    this.told.push({ ms: this.nowMs, tell });
  }

  channelUrl() {
    return this.url;
  }

  start(url = this.channels[0].url) {
    this.url = url;
    return this.call("start", url);
  }

  zap(url) {
    // Until its first picture is there, frames of the old channel may not come: everything of it was given up.
    this.url = url;
    return this.call("zap", url);
  }
}
