// One track being followed, from its Initialization Packet through one segment after the other. It asks for what it
// needs and puts its frames into `out` in order, whichever response brings them first; the session takes them from
// there. The next segment is asked for when its first frame is the third one ahead, so that the origin holds the request
// and no round trip falls between segments.

import { durationFits, frameNumber, lastFrame, segmentLast } from "./when.js";

/**
 * @typedef {import("../types.js").Frame} Frame
 * @typedef {import("../types.js").Header} Header
 * @typedef {import("../types.js").Manifest} Manifest
 * @typedef {import("../types.js").Packet} Packet
 * @typedef {import("../types.js").Presentation} Presentation
 * @typedef {import("../types.js").Track} Track
 * @typedef {import("../types.js").SessionRequest} SessionRequest
 * @typedef {import("./actions.js").Actions} Actions
 */

/**
 * @typedef {object} Source  a segment whose response is, or was, under way
 * @property {number} request   0: none under way, though there may have been one
 * @property {number} segment
 * @property {boolean} finished its response has ended as it ought to
 * @property {boolean} brought  a frame of it was taken
 */

/** @typedef {{sequence: number, frame: Frame}} Out */

/** How far ahead the first frame of the next segment is when it is asked for. */
const AHEAD_FRAMES = 3;
/** What waits of frames is bounded by time and by bytes. */
const WAITING_MAX_MS = 10000;
const WAITING_MAX_BYTES = 32 << 20;

/** Of the six connections to a host that there are on HTTP/1.1. */
const REQUESTS_FEW = 5;

const NOT_FOUND = 404;
const RANGE_NOT_SATISFIABLE = 416;

/** @param {number} status  whether it says that what was asked for is not there */
export function lacks(status) {
  return status === NOT_FOUND || status === RANGE_NOT_SATISFIABLE;
}

export class Stream {
  /**
   * Asks for a packet.
   * @param {Actions} actions
   * @param {Presentation} presentation
   * @param {Track} track
   * @param {number | "now"} number
   * @param {SessionRequest["why"]} why
   */
  constructor(actions, presentation, track, number, why) {
    this.actions = actions;
    this.presentation = presentation;
    /** As it is handed over with each frame. */
    this.track = track;
    /** As the manifest told it last: its addresses. */
    this.latest = track;
    this.asked = number;
    this.isVideo = track.kind === "video";
    this.frameMs = (1000 * track.frameRate.scale) / track.frameRate.value;
    this.last = lastFrame(track, presentation);

    /** Why nothing more will come of it; "": it goes on. */
    this.broken = "";
    /** As of a failed request; -2: bad data. */
    this.brokenStatus = -2;
    /** What it asked for is not there: the manifest may say why. */
    this.missing = false;
    /** Its requests were given up. */
    this.stopped = false;

    /** @type {Header | null} null until its packet is there */
    this.header = null;
    /** Number of the keyframe that `out` starts with at first; of sound: of the packet. -1: none yet. */
    this.first = -1;
    /** The last one of its segments or packet in order; sound's packet counts as its frame. -1: none. */
    this.received = -1;
    this.receivedMs = -Infinity;
    /** Frames after the packet's have come. */
    this.flows = false;
    /** When its packet came. */
    this.openedMs = Infinity;
    /** When something came last, or was asked for. */
    this.heardMs = actions.nowMs;
    /** @type {Out[]} in order, to be handed over */
    this.out = [];
    /** Frames up to that one come by a packet of their own: a primed switch. */
    this.skipsTo = -1;

    /** Something else is being handed over still: its next segment waits for a connection. */
    this.waits = false;
    this.whole = false;
    /** @type {Source | null} */
    this.current = null;
    /** @type {Source | null} */
    this.ahead = null;
    /** Not to be asked for again before current has finished. */
    this.aheadFailed = false;
    /** @type {{frame: Frame, segment: number}[]} came of the current segment or the one ahead */
    this.early = [];
    this.waitingBytes = 0;

    this.packetRequest = 0;
    this.why = why;
    this.askPacket(number);
  }

  /** @param {number | "now"} number */
  askPacket(number) {
    this.asked = number;
    this.packetRequest = this.actions.request("packet", this.latest.packetUrl(number), this.track, 0, this.why);
  }

  /**
   * Right after the constructor, with the track's first packet: asks for the first segment from its start before the
   * packet says where to go on. A picture that the packet brings too comes twice. For sound it is the way to its
   * first frame, which no packet leads to.
   */
  takeWhole() {
    this.whole = true;
    this.ahead = this.#askSegment(this.track.startSegment, 0);
  }

  /** It is its turn. */
  takesOver() {
    this.waits = false;
    if (this.header) this.#askAhead();
  }

  /** @param {number} request */
  owns(request) {
    return request !== 0 && (request === this.packetRequest || request === this.current?.request ||
      request === this.ahead?.request);
  }

  /** Asks for nothing more. */
  stop() {
    this.actions.cancel(this.packetRequest);
    if (this.current) this.actions.cancel(this.current.request);
    if (this.ahead) this.actions.cancel(this.ahead.request);
    this.early = [];
    this.stopped = true;
  }

  /** Everything of it is given up. */
  close() {
    this.stop();
    this.out = [];
  }

  /** The last frame of the Presentation was received. */
  get ended() {
    return this.header !== null && this.last >= 0 && this.received >= this.last;
  }

  /** How many frames of its segment are still to come; Infinity: nothing tells. */
  get framesLeft() {
    const end = this.current ? segmentLast(this.latest, this.current.segment) : -1;
    return end < 0 ? Infinity : end - this.received;
  }

  /** Whether it waits for frames of its segments. */
  get isLive() {
    return this.header !== null && !this.stopped && !this.broken && !this.ended;
  }

  /**
   * A newer manifest: where it has this track, its addresses and its end hold now.
   * @param {Manifest} manifest
   */
  told(manifest) {
    const presentation = manifest.presentations.find((p) => p.id === this.presentation.id);
    if (!presentation) return;
    const ended = this.ended;
    const tracks = this.isVideo ? presentation.video : presentation.audio ? [presentation.audio] : [];
    const track = tracks.find((t) => isSame(t, this.track));
    if (track) this.latest = track;
    this.presentation = presentation;
    this.last = lastFrame(this.latest, presentation);
    if (ended && !this.ended) this.#break("the Presentation goes on after its end", -2); // nobody asked for that
    if (this.header) this.#askAhead();
  }

  /** @param {Packet} packet */
  packet(packet) {
    const again = this.header !== null;
    this.packetRequest = 0;
    this.heardMs = this.actions.nowMs;
    const n = this.#readPacket(packet);
    if (this.broken) return;
    if (!again) this.openedMs = this.actions.nowMs;
    this.header = packet.header;
    this.first = n;
    if (packet.frame) {
      if (again) this.#drop(n);
      this.out.unshift({ sequence: n, frame: packet.frame });
      this.#count(packet.frame.bytes.length);
    }
    if (again) {
      this.skipsTo = n;
      return;
    }
    this.#received(n);
    if (this.ended) this.#dropUnneeded();
    else this.#askContinuation(packet);
  }

  /**
   * @param {number} request
   * @param {Frame} frame
   */
  frame(request, frame) {
    const source = request === this.current?.request ? this.current : this.ahead;
    if (!source) return;
    this.heardMs = this.actions.nowMs;
    this.early.push({ frame, segment: source.segment });
    if (this.#count(frame.bytes.length)) this.#order();
  }

  /**
   * A segment's response has ended as it ought to.
   * @param {number} request
   * @returns {boolean} it ended before segmentDuration says: the Presentation may be over
   */
  finished(request) {
    const isAhead = request === this.ahead?.request;
    const source = isAhead ? this.ahead : this.current;
    if (!source) return false;
    source.request = 0;
    source.finished = true;
    const isEarly = !isAhead && !this.ended && this.received < segmentLast(this.latest, source.segment);
    this.#order();
    return isEarly;
  }

  /**
   * @param {number} request
   * @param {number} status
   * @param {string} text
   * @returns {boolean} a segment is not there: the Presentation may be over
   */
  failed(request, status, text) {
    const ofPacket = request === this.packetRequest;
    const ended = this.ended;
    if (ofPacket) {
      this.packetRequest = 0;
      this.missing = status === NOT_FOUND;
      this.#break(text, status);
    } else if (this.ahead && request === this.ahead.request && !this.ahead.brought) {
      this.early = this.early.filter(({ segment }) => segment !== this.ahead?.segment);
      this.ahead = null;
      this.aheadFailed = true;
    } else if (this.current && request === this.current.request && this.#isComplete()) {
      this.finished(request);
    } else if (!ended) {
      this.missing = lacks(status);
      this.#break(text, status);
    }
    for (const source of [this.current, this.ahead]) if (source && source.request === request) source.request = 0;
    return lacks(status) && !ofPacket && !ended;
  }

  /** @param {number} silentMs  how long nothing has come of it */
  fellSilent(silentMs) {
    this.#break(`${this.track.presentation}/${this.track.id}: nothing has come for ${silentMs / 1000} s`, -1);
  }

  /**
   * Takes the frames out that are ready to be handed over.
   * @returns {Out[]}
   */
  take() {
    this.waitingBytes = 0;
    for (const { frame } of this.early) this.waitingBytes += frame.bytes.length;
    return this.out.splice(0);
  }

  /**
   * Nothing more will come of it.
   * @param {string} text
   * @param {number} status
   */
  #break(text, status) {
    if (this.broken) return;
    this.broken = text;
    this.brokenStatus = status;
  }

  /** @param {string} text */
  #breakBad(text) {
    this.#break(`${this.track.presentation}/${this.track.id}: ${text}`, -2);
  }

  /** @param {number} n  frames up to that one are not wanted */
  #drop(n) {
    this.out = this.out.filter(({ sequence }) => sequence > n);
  }

  /** @param {number} bytes  false: more wait than can be held */
  #count(bytes) {
    this.waitingBytes += bytes;
    const frames = this.out.length + this.early.length;
    if (this.waitingBytes <= WAITING_MAX_BYTES && frames * this.frameMs <= WAITING_MAX_MS) return true;
    this.#breakBad("more frames wait than can be held");
    return false;
  }

  /**
   * @param {number} segment
   * @param {number} offset
   * @returns {Source}
   */
  #askSegment(segment, offset) {
    const why = this.header ? "continue" : this.why;
    const request = this.actions.request("segment", this.latest.segmentUrl(segment), this.track, offset, why);
    return { request, segment, finished: false, brought: false };
  }

  /** What was asked for in the belief that it goes on is given up. */
  #dropUnneeded() {
    if (this.ahead && !this.ahead.brought) {
      this.actions.cancel(this.ahead.request);
      this.ahead = null;
    }
    if (this.current && !this.current.brought) this.actions.cancel(this.current.request);
  }

  #askAhead() {
    if (this.stopped || this.broken || (this.waits && this.actions.open.size >= REQUESTS_FEW)) return;
    if (this.ended) {
      this.#dropUnneeded();
      return;
    }
    if (!this.current?.request || this.ahead || this.aheadFailed || this.received < 0) return;
    const end = segmentLast(this.latest, this.current.segment);
    if (end < 0 || (this.last >= 0 && end >= this.last)) return;
    if (end + 1 - this.received <= AHEAD_FRAMES) this.ahead = this.#askSegment(this.current.segment + 1, 0);
  }

  /**
   * @param {Packet} packet
   * @returns {number} of the frame that it opens the stream with; -1: sound, asked for by "now"
   */
  #readPacket(packet) {
    if (!this.isVideo) return this.whole ? Number(this.asked) - 1 : this.asked === "now" ? -1 : this.asked;
    if (!packet.frame) {
      this.#breakBad("a packet without a picture");
      return -1;
    }
    const n = this.#number(packet.frame);
    if (n >= 0 && this.asked !== "now" && n !== this.asked)
      this.#breakBad(`packet ${this.asked} brought frame ${n}`);
    return n;
  }

  /**
   * @param {Frame} frame
   * @returns {number} -1: it is of no use
   */
  #number(frame) {
    const n = frameNumber(this.track, frame.time, frame.timescale);
    if (n < 0) this.#breakBad(`no frame starts at media time ${frame.time}/${frame.timescale}`);
    else if (!durationFits(this.track, frame)) {
      this.#breakBad(`frame ${n} lasts ${frame.duration}/${frame.timescale} s`);
      return -1;
    }
    return n;
  }

  /** @param {number} n */
  #received(n) {
    this.received = n;
    if (n >= 0) this.receivedMs = this.actions.nowMs;
  }

  /**
   * From where the packet says, unless it is coming already.
   * @param {Packet} packet
   */
  #askContinuation(packet) {
    const takesWhole = this.whole && !this.isVideo;
    const segment = takesWhole ? this.track.startSegment : packet.segment;
    const offset = takesWhole ? 0 : packet.offset;
    if (this.ahead && this.ahead.segment === segment) {
      this.current = this.ahead;
    } else {
      if (this.ahead) this.actions.cancel(this.ahead.request);
      this.early = [];
      this.current = this.#askSegment(segment, offset);
    }
    this.ahead = null;
    this.#order();
    this.#askAhead();
  }

  /** Whether current has brought all that it had. */
  #isComplete() {
    if (this.ahead?.brought) return true;
    const end = this.current ? segmentLast(this.latest, this.current.segment) : -1;
    return Boolean(this.current?.brought) && end >= 0 && this.received >= end;
  }

  /** Takes what is in order now. */
  #order() {
    while (this.header && this.current && !this.broken && !this.stopped) {
      const i = this.#nextEarly(this.current.segment);
      if (i >= 0) {
        const [{ frame, segment }] = this.early.splice(i, 1);
        this.#take(frame, segment);
      } else if (!this.#moveOn()) {
        return;
      }
    }
  }

  /**
   * Whose turn it is: of the current segment, or the very next frame.
   * @param {number} segment
   */
  #nextEarly(segment) {
    const ofCurrent = this.early.findIndex((early) => early.segment === segment);
    if (ofCurrent >= 0 || this.early.length === 0) return ofCurrent;
    const { frame } = this.early[0];
    const n = frameNumber(this.track, frame.time, frame.timescale);
    return this.received >= 0 && n > this.received + 1 ? -1 : 0;
  }

  /** Goes on to the next segment where the current one has finished. */
  #moveOn() {
    if (!this.current?.finished || this.ended) return false;
    if (!this.current.brought) {
      this.missing = true;
      this.#breakBad(`segment ${this.current.segment} brought no new frame`);
      return false;
    }
    this.current = this.ahead ?? this.#askSegment(this.current.segment + 1, 0);
    this.ahead = null;
    this.aheadFailed = false;
    this.#askAhead();
    return true;
  }

  /**
   * @param {Frame} frame
   * @param {number} segment
   */
  #take(frame, segment) {
    const n = this.#number(frame);
    if (n < 0 || (this.whole && n <= this.first)) return; // the packet has brought it
    const expected = this.received >= 0 ? this.received + 1 : this.whole ? Number(this.asked) : n;
    if (n !== expected) {
      this.#breakBad(`frame ${n} came where ${expected} was due`);
      return;
    }
    if (this.first < 0) this.first = n - 1; // sound: the packet was that of the frame before
    this.#received(n);
    this.flows = true;
    if (n > this.skipsTo) this.out.push({ sequence: n, frame });
    const source = segment === this.current?.segment ? this.current : this.ahead;
    if (source) source.brought = true;
    this.#askAhead();
  }
}

/**
 * Whether sequence numbers mean the same in both.
 * @param {Track} a
 * @param {Track} b
 */
function isSame(a, b) {
  return a.id === b.id && a.startSequence === b.startSequence && isEqual(a.frameRate, b.frameRate) &&
    isEqual(a.start, b.start) && isEqual(a.mediaTimeOffset, b.mediaTimeOffset);
}

/**
 * @param {import("../types.js").Rational} a
 * @param {import("../types.js").Rational} b
 */
function isEqual(a, b) {
  return a.value === b.value && a.scale === b.scale;
}
