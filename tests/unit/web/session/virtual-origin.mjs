// An origin and the link to it in virtual time: channels with pictures at 25 frames a second and sound at 46.875,
// packets that are held for up to three frames, segments that grow. It answers a session's requests with its events,
// and can be told to lose, cut, stall or spoil answers.

import { secondsOf } from "../../../../web/lib/manifest/time.js";

const zeros = new Uint8Array(1 << 20);
const HELD_MS = 250;
const HELD_FRAMES = 3;

/** Numbers that look random and are the same each time. */
export function lots(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What happens when, in order. */
export class Agenda {
  nowMs = 0;
  #list = [];
  #count = 0;

  at(ms, run) {
    const entry = { ms: Math.max(ms, this.nowMs), order: this.#count++, run };
    let low = 0, high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#list[middle].ms <= entry.ms) low = middle + 1;
      else high = middle;
    }
    this.#list.splice(low, 0, entry);
    return entry;
  }

  drop(entry) {
    const i = this.#list.indexOf(entry);
    if (i >= 0) this.#list.splice(i, 1);
  }

  until(ms) {
    while (this.#list.length > 0 && this.#list[0].ms <= ms) {
      const { ms: at, run } = this.#list.shift();
      this.nowMs = at;
      run();
    }
    this.nowMs = ms;
  }
}

const RUNGS = [
  { id: "low", bandwidthBps: 400_000 },
  { id: "middle", bandwidthBps: 800_000 },
  { id: "high", bandwidthBps: 2_500_000 },
];

/** A channel of one Presentation without an end, or of those given: {id, startMs, endMs, announcedMs, fps, ...}. */
export class Channel {
  constructor(url, { presentations = [{ id: "p1", startMs: 0 }], segmentS = 6, pollMs = 5000, windowMs = 20000,
    rungs = RUNGS, updates = null, endAnnouncedMs = 2000 } = {}) {
    this.url = url;
    this.segmentS = segmentS;
    this.pollMs = pollMs;
    this.windowMs = windowMs;
    this.rungs = rungs;
    this.updates = updates;
    this.endAnnouncedMs = endAnnouncedMs;
    this.presentations = presentations.map((p) => ({ endMs: Infinity, announcedMs: -Infinity, fps: 25, sound: true,
      offset: 0, ...p }));
  }

  track(p, rung, endMs) {
    const isVideo = rung.id !== "sound";
    const path = `${this.url}/${p.id}/${rung.id}`;
    const end = endMs === Infinity ? null : { value: endMs, scale: 1000 };
    return {
      kind: isVideo ? "video" : "audio", id: rung.id, presentation: p.id, bandwidthBps: rung.bandwidthBps,
      codecs: isVideo ? "avc1.42c01e" : "mp4a.40.2", mimeType: isVideo ? "video/mp4" : "audio/mp4",
      frameRate: isVideo ? { value: rung.fps ?? p.fps, scale: 1 } : { value: 375, scale: 8 },
      start: { value: p.startMs, scale: 1000 }, end, mediaTimeOffset: { value: p.offset, scale: 1 },
      startSequence: isVideo ? 1000 : 70, startSegment: 3, segments: [],
      segmentDuration: { value: this.segmentS, scale: 1 }, width: 0, height: 0, channels: 0, sampleRate: 0, label: "",
      packetUrl: (n) => `${path}/packet/${n}`, segmentUrl: (n) => `${path}/segment/${n}`,
    };
  }

  presentation(p, endMs) {
    return {
      id: p.id, start: { value: p.startMs, scale: 1000 },
      end: endMs === Infinity ? null : { value: endMs, scale: 1000 },
      video: this.rungs.map((rung) => this.track(p, rung, endMs)),
      audio: p.sound ? this.track(p, { id: "sound", bandwidthBps: 128_000 }, endMs) : null,
    };
  }

  manifest(nowMs) {
    const known = this.presentations.filter((p) => p.announcedMs <= nowMs && p.endMs > nowMs - this.windowMs);
    if (known.length === 0) known.push(this.presentations[this.presentations.length - 1]);
    const isTold = (p) => p.endMs - this.endAnnouncedMs <= nowMs;
    const presentations = known.map((p) => this.presentation(p, isTold(p) ? p.endMs : Infinity));
    const started = known.filter((p) => p.startMs <= nowMs);
    const last = started[started.length - 1] ?? known[0];
    return {
      url: this.url, streamType: "live", presentations, active: presentations[known.indexOf(last)],
      availabilityMs: this.windowMs, pollMs: this.pollMs, currentTime: { value: Math.floor(nowMs), scale: 1000 },
      createdUtcMs: nowMs, timeSource: null,
    };
  }
}

export class VirtualOrigin {
  /**
   * @param {Agenda} agenda
   * @param {Channel[]} channels
   * @param {{rttMs?: number, bps?: number, makeMs?: number, faultOf?: (request, nowMs) => object | null}} options
   */
  constructor(agenda, channels, { rttMs = 0, bps = Infinity, makeMs = 10, faultOf = () => null } = {}) {
    Object.assign(this, { agenda, channels, rttMs, bps, makeMs, faultOf });
    this.linkMs = 0;
    this.open = new Map();
    this.counts = { manifest: 0, packet: 0, segment: 0 };
  }

  ask(request, tell) {
    const { agenda } = this;
    const state = { request, tell, askedMs: agenda.nowMs, firstByteMs: NaN, frames: 0, fault: null };
    this.open.set(request.id, state);
    this.counts[request.kind]++;
    state.fault = this.faultOf(request, agenda.nowMs);
    agenda.at(agenda.nowMs + this.rttMs / 2, () => this.#arrived(state));
  }

  cancel(id) {
    this.open.delete(id);
  }

  #isOpen(state) {
    return this.open.get(state.request.id) === state;
  }

  /** Bytes go onto the link, one after the other; run when the last of them is there. */
  #send(state, bytes, run) {
    const { agenda } = this;
    if (!this.#isOpen(state)) return;
    if (state.fault?.loses) return;
    const startMs = Math.max(this.linkMs, agenda.nowMs);
    this.linkMs = startMs + (this.bps === Infinity ? 0 : (bytes * 8000) / this.bps);
    const first = startMs + this.rttMs / 2;
    agenda.at(this.linkMs + this.rttMs / 2, () => {
      if (!this.#isOpen(state)) return;
      if (Number.isNaN(state.firstByteMs)) state.firstByteMs = first;
      run();
    });
  }

  #end(state, event) {
    this.open.delete(state.request.id);
    state.tell(event);
  }

  #fail(state, status) {
    const text = `${state.request.url}: ${status}`;
    this.#send(state, 200, () => this.#end(state, { kind: "failed", request: state.request.id, status, text }));
  }

  #arrived(state) {
    if (!this.#isOpen(state)) return;
    const { request, fault } = state;
    if (fault?.status !== undefined) {
      this.#fail(state, fault.status);
    } else if (request.kind === "manifest") {
      this.#manifest(state);
    } else {
      const channel = this.channels.find(({ url }) => request.url.startsWith(url + "/"));
      const [, id, rung, , number] = /\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(request.url);
      const p = channel?.presentations.find((one) => one.id === id);
      if (!p) return this.#fail(state, 404);
      const sort = channel.rungs.find((one) => one.id === rung) ?? { id: "sound", bandwidthBps: 128_000 };
      const track = channel.track(p, sort, p.endMs);
      if (request.kind === "packet") this.#packet(state, channel, p, track, number);
      else this.#segment(state, channel, p, track, Number(number));
    }
    return undefined;
  }

  #manifest(state) {
    const channel = this.channels.find(({ url }) => url === state.request.url);
    if (!channel) {
      this.#fail(state, 404);
      return;
    }
    const manifest = channel.manifest(this.agenda.nowMs);
    this.#send(state, 1500, () => this.#end(state, { kind: "manifest", request: state.request.id, manifest }));
  }

  /** When frame n of a track can be had. */
  readyMs(track, n) {
    return 1000 * secondsOf(track, n + 1);
  }

  lastOf(p, track) {
    if (p.endMs === Infinity) return Infinity;
    const frames = ((p.endMs - p.startMs) / 1000) * (track.frameRate.value / track.frameRate.scale);
    return track.startSequence + Math.ceil(frames - 1e-9) - 1;
  }

  newest(p, track, nowMs) {
    const frames = ((nowMs - p.startMs) / 1000) * (track.frameRate.value / track.frameRate.scale);
    return Math.min(this.lastOf(p, track), track.startSequence + Math.floor(frames + 1e-9) - 1);
  }

  #packet(state, channel, p, track, number) {
    const { nowMs } = this.agenda;
    const makeMs = track.kind === "video" ? this.makeMs : 0;
    const newest = this.newest(p, track, nowMs - makeMs);
    const n = number === "now" ? newest : Number(number);
    const isOld = this.readyMs(track, n) < nowMs - channel.windowMs;
    if (n < track.startSequence || n > this.lastOf(p, track) || n > newest + HELD_FRAMES + 1 || isOld)
      return this.#fail(state, 404);
    const at = Math.max(nowMs, this.readyMs(track, n) + makeMs);
    if (at > nowMs + HELD_MS + makeMs) {
      this.agenda.at(nowMs + HELD_MS, () => this.#fail(state, 404));
      return undefined;
    }
    this.agenda.at(at, () => this.#givePacket(state, channel, track, n, at > nowMs));
    return undefined;
  }

  #givePacket(state, channel, track, n, held) {
    const isVideo = track.kind === "video";
    const bytes = isVideo ? Math.round(track.bandwidthBps / 8 / 5) : 700;
    const { segment, index } = this.placeOf(channel, track, n + 1);
    const header = { kind: track.kind, bytes: zeros.subarray(0, 600), timescale: isVideo ? 12800 : 48000,
      codec: track.codecs, description: zeros.subarray(0, 8), width: 0, height: 0, channels: 0, sampleRate: 0,
      truth: { track, n } };
    const frame = isVideo ? this.frame(channel, track, n, bytes, true) : null;
    this.#send(state, bytes, () => {
      const { askedMs: requestMs, firstByteMs } = state;
      const timing = { requestMs, firstByteMs, endMs: this.agenda.nowMs, bytes, held };
      const spoilt = frame && state.fault?.ofPacket ? state.fault.spoils(frame) : frame;
      this.#end(state, { kind: "packet", request: state.request.id, timing,
        packet: { header, frame: spoilt, segment, offset: index * 1000 } });
    });
  }

  frame(channel, track, n, bytes, sync) {
    const isVideo = track.kind === "video";
    const rate = track.frameRate;
    const timescale = isVideo ? 12800 : 48000;
    const media = secondsOf(track, n) + track.mediaTimeOffset.value;
    const update = channel.updates?.(this.agenda.nowMs) ?? null;
    const duration = Math.round((timescale * rate.scale) / rate.value);
    return { kind: track.kind, time: Math.round(media * timescale), duration,
      timescale, sync, bytes: zeros.subarray(0, bytes), sample: zeros.subarray(0, bytes),
      captureUtcMs: 1000 * secondsOf(track, n), update, truth: { channel: channel.url, track, n, packet: sync } };
  }

  firstOf(channel, track, segment) {
    const s = (segment - track.startSegment) * channel.segmentS;
    return track.startSequence + Math.ceil((s * track.frameRate.value) / track.frameRate.scale - 1e-9);
  }

  placeOf(channel, track, n) {
    let segment = track.startSegment + Math.floor((secondsOf(track, n) - secondsOf(track, track.startSequence)) /
      channel.segmentS);
    while (this.firstOf(channel, track, segment + 1) <= n) segment++;
    while (segment > track.startSegment && this.firstOf(channel, track, segment) > n) segment--;
    return { segment, index: n - this.firstOf(channel, track, segment) };
  }

  #segment(state, channel, p, track, segment) {
    const { nowMs } = this.agenda;
    const first = this.firstOf(channel, track, segment);
    const newest = this.newest(p, track, nowMs);
    const isOld = this.readyMs(track, this.firstOf(channel, track, segment + 1)) < nowMs - channel.windowMs;
    if (segment < track.startSegment || first > this.lastOf(p, track) || first > newest + HELD_FRAMES + 1 || isOld)
      return this.#fail(state, 404);
    this.#giveFrame(state, channel, p, track, segment, first + state.request.offset / 1000);
    return undefined;
  }

  /** Frame n of a segment, and those after it. */
  #giveFrame(state, channel, p, track, segment, n) {
    if (!this.#isOpen(state)) return;
    const { agenda } = this;
    const { fault, request } = state;
    const isOver = n >= this.firstOf(channel, track, segment + 1) || n > this.lastOf(p, track);
    if (isOver || fault?.cutsAfter === state.frames) {
      const kind = !isOver && fault.breaks ? "failed" : "finished";
      const end = { kind, request: request.id, status: 0, text: `${request.url}: cut` };
      this.#send(state, 10, () => this.#end(state, end));
      return;
    }
    if (fault?.stallsAfter === state.frames) return;
    agenda.at(this.readyMs(track, n), () => {
      if (!this.#isOpen(state)) return;
      const bytes = Math.round((track.bandwidthBps / 8) * (track.frameRate.scale / track.frameRate.value));
      const frame = this.frame(channel, track, n, bytes, false);
      const spoilt = fault?.spoils && fault.frame === state.frames ? fault.spoils(frame) : frame;
      state.frames++;
      this.#send(state, bytes, () => state.tell({ kind: "frame", request: request.id, frame: spoilt }));
      this.#giveFrame(state, channel, p, track, segment, n + 1);
    });
  }
}
