import assert from "node:assert/strict";
import test from "node:test";

import { Actions } from "../../../../web/lib/session/actions.js";
import { Stream } from "../../../../web/lib/session/stream.js";
import { Channel } from "./virtual-origin.mjs";

const channel = new Channel("http://o/one", { segmentS: 1 });
const presentation = channel.presentation(channel.presentations[0], Infinity);
const [track] = presentation.video;

/** Frame n of the pictures. */
function frame(n, bytes = 10) {
  return { kind: "video", time: (n - 1000) * 512, duration: 512, timescale: 12800, sync: false,
    bytes: new Uint8Array(bytes), sample: new Uint8Array(0), captureUtcMs: NaN, update: null };
}

/** A stream whose packet is that of frame n. */
function opened(n) {
  const actions = new Actions();
  const stream = new Stream(actions, presentation, track, n, "join");
  const segment = 3 + Math.floor((n + 1 - 1000) / 25);
  stream.packet({ header: { kind: "video" }, frame: { ...frame(n), sync: true }, segment, offset: 77 });
  return { actions, stream };
}

const taken = (stream) => stream.take().map(({ sequence }) => sequence);

test("the packet's picture, then the continuation from where the packet says", () => {
  const { actions, stream } = opened(1005);
  const [{ request: packet }, { request: segment }] = actions.drain();
  assert.equal(packet.url, "http://o/one/p1/low/packet/1005");
  assert.equal(segment.url, "http://o/one/p1/low/segment/3");
  assert.equal(segment.offset, 77);
  for (const n of [1006, 1007]) stream.frame(segment.id, frame(n));
  assert.deepEqual(taken(stream), [1005, 1006, 1007]);
  assert.equal(stream.broken, "");
});

test("the next segment is asked for when its first frame is the third ahead", () => {
  const { actions, stream } = opened(1019);
  const current = stream.segments.current.request;
  actions.drain();
  stream.frame(current, frame(1020));
  stream.frame(current, frame(1021));
  assert.deepEqual(actions.drain(), []);
  stream.frame(current, frame(1022));
  const [{ request }] = actions.drain();
  assert.equal(request.url, "http://o/one/p1/low/segment/4");
  assert.equal(request.offset, 0);
  assert.equal(request.why, "continue");
});

test("frames come in order whichever response brings them first", () => {
  const { stream } = opened(1021);
  const current = stream.segments.current.request;
  stream.frame(current, frame(1022));
  const ahead = stream.segments.ahead.request;
  stream.frame(ahead, frame(1025));
  stream.frame(ahead, frame(1026));
  assert.deepEqual(taken(stream), [1021, 1022]);
  stream.frame(current, frame(1023));
  stream.frame(current, frame(1024));
  assert.deepEqual(taken(stream), [1023, 1024, 1025, 1026], "without a word that the segment is over");
  stream.finished(current);
  stream.frame(ahead, frame(1027));
  assert.deepEqual(taken(stream), [1027]);
  assert.equal(stream.broken, "");
});

test("a segment ahead that fails is asked for again when its turn has come", () => {
  const { actions, stream } = opened(1021);
  const current = stream.segments.current.request;
  stream.frame(current, frame(1022));
  assert.equal(stream.failed(stream.segments.ahead.request, 500, "no"), false);
  for (const n of [1023, 1024]) stream.frame(current, frame(n));
  actions.drain();
  stream.finished(current);
  const [{ request }] = actions.drain();
  assert.equal(request.url, "http://o/one/p1/low/segment/4");
  assert.equal(stream.broken, "");
});

test("a segment that ends early, or is not there, may mean that the Presentation is over", () => {
  const early = opened(1005).stream;
  early.frame(early.segments.current.request, frame(1006));
  assert.equal(early.finished(early.segments.current.request), true);
  const missing = opened(1005).stream;
  assert.equal(missing.failed(missing.segments.current.request, 404, "gone"), true);
  assert.equal(missing.broken, "gone");
  assert.equal(missing.missing, true);
});

test("a response that breaks after its last frame is complete", () => {
  const { stream } = opened(1021);
  const current = stream.segments.current.request;
  for (const n of [1022, 1023, 1024]) stream.frame(current, frame(n));
  stream.failed(current, 0, "connection reset");
  assert.equal(stream.broken, "");
});

for (const n of [1009, 1007, 1006, 900])
  test(`frame ${n} where 1008 is due ends it`, () => {
    const { stream } = opened(1006);
    stream.frame(stream.segments.current.request, frame(1007));
    stream.frame(stream.segments.current.request, frame(n));
    assert.match(stream.broken, /came where 1008 was due|no frame starts/);
    assert.deepEqual(taken(stream), [1006, 1007]);
  });

test("a packet of another frame is of no use", () => {
  const stream = new Stream(new Actions(), presentation, track, 1005, "switch");
  stream.packet({ header: { kind: "video" }, frame: { ...frame(1006), sync: true }, segment: 3, offset: 0 });
  assert.match(stream.broken, /packet 1005 brought frame 1006/);
});

test("a packet without a picture is of no use", () => {
  const stream = new Stream(new Actions(), presentation, track, "now", "join");
  stream.packet({ header: { kind: "video" }, frame: null, segment: 3, offset: 0 });
  assert.match(stream.broken, /without a picture/);
});

test("what waits is bounded by bytes", () => {
  const { stream } = opened(1021);
  stream.frame(stream.segments.current.request, frame(1022));
  const ahead = stream.segments.ahead.request;
  const big = 1 << 20;
  for (let n = 1025; n < 1025 + 40 && !stream.broken; n++) stream.frame(ahead, frame(n, big));
  assert.match(stream.broken, /more frames wait than can be held/);
  assert.ok(stream.segments.early.count <= 33);
});

test("what waits is bounded by time", () => {
  const { stream } = opened(1000);
  let n = 1001;
  while (!stream.broken && n < 2000) {
    stream.frame(stream.segments.current.request, frame(n++));
    if ((n - 1000) % 25 === 0) stream.finished(stream.segments.current.request);
  }
  assert.ok(stream.out.length <= 251, `${stream.out.length}`);
});

test("a packet of a frame beside a continuation that flows: it opens with that one", () => {
  const { stream } = opened(1001);
  for (const n of [1002, 1003, 1004]) stream.frame(stream.segments.current.request, frame(n));
  stream.askPacket(1006);
  stream.frame(stream.segments.current.request, frame(1005));
  stream.packet({ header: { kind: "video" }, frame: { ...frame(1006), sync: true }, segment: 3, offset: 999 });
  for (const n of [1006, 1007]) stream.frame(stream.segments.current.request, frame(n));
  assert.deepEqual(taken(stream), [1006, 1007]);
});
