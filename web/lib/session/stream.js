// One track being followed, from its Initialization Packet through one segment after the other. It asks for what it
// needs and puts its frames into `out` in order, whichever response brings them first; the session takes them from
// there. The next segment is asked for when its first frame is the third one ahead, so that the origin holds the
// request and no round trip falls between segments.

import { numbered, opening } from "./continuity.js";
import { Segments } from "./segments.js";
import { isTooMuch } from "./waiting.js";
import { countsAlike, lastFrame, segmentLast } from "./when.js";

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

/** @typedef {{sequence: number, frame: Frame}} Out */

/** How far ahead the first frame of the next segment is when it is asked for. */
const AHEAD_FRAMES = 3;

/** Of the six connections to a host that there are on HTTP/1.1. */
const REQUESTS_FEW = 5;

const NOT_FOUND = 404;
const RANGE_NOT_SATISFIABLE = 416;

/** @param {number} status  whether it says that what was asked for is not there */
function lacks(status) {
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
    this.segments = new Segments(actions, track);
    this.outBytes = 0;

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
    this.segments.ahead = this.#askSegment(this.track.startSegment, 0);
  }

  /** It is its turn. */
  takesOver() {
    this.waits = false;
    if (this.header) this.#askAhead();
  }

  /** @param {number} request */
  owns(request) {
    return request !== 0 && (request === this.packetRequest || this.segments.of(request) !== null);
  }

  /** Asks for nothing more. */
  stop() {
    this.actions.cancel(this.packetRequest);
    this.segments.stop();
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
    const end = this.#currentLast();
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
    const track = tracks.find((one) => one.id === this.track.id && countsAlike(one, this.track));
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
    const { number: n, wrong } = opening(this.track, packet, this.asked, this.whole);
    if (wrong) {
      this.#breakBad(wrong);
      return;
    }
    if (!again) this.openedMs = this.actions.nowMs;
    this.header = packet.header;
    this.first = n;
    if (packet.frame) {
      if (again) this.out = this.out.filter(({ sequence }) => sequence > n);
      this.out.unshift({ sequence: n, frame: packet.frame });
      this.outBytes += packet.frame.bytes.length;
    }
    if (again) {
      this.skipsTo = n;
      return;
    }
    this.#received(n);
    if (this.ended) this.segments.dropUnneeded();
    else this.#askContinuation(packet);
  }

  /**
   * @param {number} request
   * @param {Frame} frame
   */
  frame(request, frame) {
    const source = this.segments.of(request);
    if (!source) return;
    this.heardMs = this.actions.nowMs;
    const { early } = this.segments;
    early.push(frame, source.segment);
    if (isTooMuch(this.out.length + early.count, this.frameMs, this.outBytes + early.bytes))
      this.#breakBad("more frames wait than can be held");
    else this.#order();
  }

  /**
   * A segment's response has ended as it ought to.
   * @param {number} request
   * @returns {boolean} it ended before segmentDuration says: the Presentation may be over
   */
  finished(request) {
    const source = this.segments.of(request);
    if (!source) return false;
    source.request = 0;
    source.finished = true;
    const isEarly = source === this.segments.current && !this.ended && this.received < this.#currentLast();
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
    const { segments } = this;
    const source = segments.of(request);
    if (ofPacket) {
      this.packetRequest = 0;
      this.missing = status === NOT_FOUND;
      this.#break(text, status);
    } else if (source && source === segments.ahead && !source.brought) {
      segments.loseAhead();
    } else if (source && source === segments.current && this.#isComplete()) {
      this.finished(request);
    } else if (!ended) {
      this.missing = lacks(status);
      this.#break(text, status);
    }
    if (source) source.request = 0;
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
    this.outBytes = 0;
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

  /**
   * @param {number} segment
   * @param {number} offset
   * @returns {import("./segments.js").Source}
   */
  #askSegment(segment, offset) {
    return this.segments.ask(this.latest, segment, offset, this.header ? "continue" : this.why);
  }

  /** The last frame of the segment that is read; -1: nothing tells. */
  #currentLast() {
    const { current } = this.segments;
    return current ? segmentLast(this.latest, current.segment) : -1;
  }

  #askAhead() {
    if (this.stopped || this.broken || (this.waits && this.actions.open.size >= REQUESTS_FEW)) return;
    if (this.ended) {
      this.segments.dropUnneeded();
      return;
    }
    const { segments } = this;
    if (!segments.current?.request || segments.ahead || segments.aheadFailed || this.received < 0) return;
    const end = this.#currentLast();
    if (end < 0 || (this.last >= 0 && end >= this.last)) return;
    if (end + 1 - this.received <= AHEAD_FRAMES) segments.ahead = this.#askSegment(segments.current.segment + 1, 0);
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
    const { segments } = this;
    if (segments.ahead?.segment === segment) {
      segments.goOnTo(segments.ahead);
    } else {
      segments.stop();
      segments.goOnTo(this.#askSegment(segment, offset));
    }
    this.#order();
    this.#askAhead();
  }

  /** Whether current has brought all that it had. */
  #isComplete() {
    const { ahead, current } = this.segments;
    if (ahead?.brought) return true;
    const end = this.#currentLast();
    return Boolean(current?.brought) && end >= 0 && this.received >= end;
  }

  /** Takes what is in order now. */
  #order() {
    const { segments } = this;
    while (this.header && segments.current && !this.broken && !this.stopped) {
      const early = segments.early.take(this.track, segments.current.segment, this.received);
      if (early) {
        this.#take(early.frame, early.segment);
      } else if (!this.#moveOn()) {
        return;
      }
    }
  }

  /** Goes on to the next segment where the current one has finished. */
  #moveOn() {
    const { ahead, current } = this.segments;
    if (!current?.finished || this.ended) return false;
    if (!current.brought) {
      this.missing = true;
      this.#breakBad(`segment ${current.segment} brought no new frame`);
      return false;
    }
    this.segments.goOnTo(ahead ?? this.#askSegment(current.segment + 1, 0));
    this.#askAhead();
    return true;
  }

  /**
   * @param {Frame} frame
   * @param {number} segment
   */
  #take(frame, segment) {
    const { number: n, wrong } = numbered(this.track, frame);
    if (!wrong && this.whole && n <= this.first) return; // the packet has brought it
    const expected = this.received >= 0 ? this.received + 1 : this.whole ? Number(this.asked) : n;
    if (wrong || n !== expected) {
      this.#breakBad(wrong || `frame ${n} came where ${expected} was due`);
      return;
    }
    if (this.first < 0) this.first = n - 1; // sound: the packet was that of the frame before
    this.#received(n);
    this.flows = true;
    if (n > this.skipsTo) {
      this.out.push({ sequence: n, frame });
      this.outBytes += frame.bytes.length;
    }
    const source = this.segments.at(segment);
    if (source) source.brought = true;
    this.#askAhead();
  }
}
