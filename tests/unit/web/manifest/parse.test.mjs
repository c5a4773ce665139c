import assert from "node:assert/strict";
import { test } from "node:test";

import { HespFormatError, parseManifest } from "../../../../web/lib/manifest/parse.js";
import { corpus, flipped, randomNumbers } from "../corpus.mjs";
import { changed, sample, url } from "./sample.mjs";

test("H7 to H14: the active Presentation, with what its sets say resolved", () => {
  const m = parseManifest(sample, url);
  assert.equal(m.url, url);
  assert.equal(m.streamType, "live");
  assert.equal(m.availabilityMs, 2400000);
  assert.equal(m.pollMs, 300000);
  assert.deepEqual(m.currentTime, { value: 1134000000, scale: 90000 });
  assert.equal(m.createdUtcMs, Date.UTC(2026, 1, 3, 4, 5, 6, 789));
  assert.deepEqual(m.timeSource, { scheme: "urn:mpeg:dash:utc:http-iso:2014", value: "http://host/time" });
  assert.deepEqual(m.presentations.map((p) => p.id), ["morning", "evening"]);
  assert.equal(m.active, m.presentations[1]);
  assert.deepEqual(m.presentations[0].end, { value: 972000000, scale: 90000 });
  assert.equal(m.active.end, null);
  const [low, high] = m.active.video;
  assert.equal(m.active.video.length, 2);
  assert.equal(low.id, "360p");
  assert.equal(low.presentation, "evening");
  assert.equal(low.bandwidthBps, 800000);
  assert.deepEqual([low.width, low.height], [640, 360]);
  assert.deepEqual(low.frameRate, { value: 15, scale: 1 });
  assert.equal(low.startSegment, 7);
  assert.equal(low.mimeType, "video/mp4");
  assert.equal(low.packetUrl("now"), "https://other.example/s2/picture/360p-init-now.mp4");
  assert.equal(low.packetUrl(42), "https://other.example/s2/picture/360p-init-000042.mp4");
  assert.equal(low.segmentUrl(1234567), "https://other.example/s2/picture/360p-content-1234567.mp4");
  assert.equal(high.id, "720p");
  assert.deepEqual(high.frameRate, { value: 30000, scale: 1001 });
  assert.deepEqual(high.start, { value: 972000000, scale: 90000 });
  assert.deepEqual(high.mediaTimeOffset, { value: -972000000, scale: 90000 });
  assert.deepEqual(high.segmentDuration, { value: 6, scale: 1 });
  const sound = m.active.audio;
  assert.equal(sound?.id, "128k");
  assert.equal(sound?.label, "Good");
  assert.deepEqual(sound?.frameRate, { value: 48000, scale: 1024 });
  assert.equal(sound?.startSequence, 16);
  assert.equal(sound?.segmentDuration, null);
  assert.deepEqual([sound?.channels, sound?.sampleRate, sound?.width], [2, 48000, 0]);
  assert.equal(sound?.segments.length, 2);
  const morning = m.presentations[0];
  assert.equal(morning.audio?.packetUrl(3), "http://host/a/media/sound/96/init-3.mp4");
});

test("H15: relative addresses stay under a signed path", () => {
  const signed = "https://host/~1893456000-0123abcd/one/manifest.json?x=1";
  const relative = changed("https://other.example/s2/", "20260203/");
  const { active, presentations, timeSource } = parseManifest(relative, signed);
  const root = "https://host/~1893456000-0123abcd/one/media/";
  assert.equal(active.video[1].segmentUrl(300), `${root}20260203/picture/720p-content-300.mp4`);
  assert.equal(presentations[0].video[0].packetUrl("now"), `${root}picture/720p/init-now.mp4`);
  assert.equal(timeSource?.value, "https://host/time");
});

test("what is wrong is named with its path", () => {
  /** @type {[string, string, RegExp][]} */
  const refused = [
    ["{", "[", /^manifest: is no JSON/],
    ["2.0.0", "3.0.0", /^manifestVersion: is "3.0.0"/],
    ['"live"', '"LIVE"', /^streamType: must be "live" or "vod"/],
    ['"activePresentation":"evening"', '"activePresentation":"night"', /^activePresentation: .*"night"/],
    ['"activePresentation":"evening",', "", /^activePresentation: is required, but missing/],
    ['"fallbackPollRate":300', '"fallbackPollRate":"300"', /^fallbackPollRate: must be an integer, not a string/],
    ['"fallbackPollRate":300', '"fallbackPollRate":0.5', /^fallbackPollRate: 0.5 is no integer/],
    ['"fallbackPollRate":300', '"fallbackPollRate":1e300', /^fallbackPollRate: 1e\+300 is no integer/],
    ['"fallbackPollRate":300', '"fallbackPollRate":-1', /^fallbackPollRate: must be 0 or more, but is -1/],
    ["2026-02-03T04:05:06.789Z", "2026-02-33T04:05:06.789Z", /^creationDate: /],
    ["2026-02-03T04:05:06.789Z", "3 February 2026", /^creationDate: /],
    ['"frameRate":{"value":30000,"scale":1001}', '"label":"x"', /^presentations\[1\].video\[0\].tracks\[1\].fr/],
    ['"scale":1001}', '"scale":0}', /^presentations\[1\].video\[0\].frameRate.scale: must be 1 or more/],
    ['"bandwidth":800000', '"bandwidth":0', /^presentations\[1\].video\[0\].tracks\[0\].bandwidth: /],
    ['"id":"360p"', '"id":"720p"', /^presentations\[1\].video\[0\].tracks\[1\].id: two tracks have the id "720p"/],
    ['"id":"morning"', '"id":"evening"', /^presentations\[1\].id: two Presentations/],
    ['"resolution":{"width":640,', '"resolution":{"width":null,', /tracks\[0\].resolution.width: .* not null/],
    ["720p-init-{initId}.mp4", "720p-init.mp4", /tracks\[1\].initializationPattern: .*\{initId\}/],
    ['"720p-content-{segmentId}.mp4"', '"javascript:{segmentId}"', /continuationPattern: does not lead to an http/],
    ['"contentBaseUrl":"media/"', '"contentBaseUrl":"data:,"', /^contentBaseUrl: does not lead to an http/],
    ['"contentBaseUrl":"media/"', '"contentBaseUrl":"http://"', /^contentBaseUrl: does not lead to an http/],
    ['{"id":301,', '{"id":302,', /audio\[0\].tracks\[0\].segments\[1\].id: 302 does not follow 300/],
    ['{"id":301,"timeBounds":{"startTime":12600}}', '{"id":301}', /segments\[1\].timeBounds: is required/],
    ['{"startTime":12600}', "{}", /segments\[1\].timeBounds: has neither startTime nor endTime/],
    ['"startTime":0,', '"startTime":972000001,', /^presentations\[0\].timeBounds: startTime 972000001 comes after/],
    ['"timeBounds":{"startTime":972000000,"scale":90000}', '"timeBounds":{"endTime":9}', /has no startTime/],
    ['"mimeType":"audio/mp4"', '"mimeType":"text/html"', /audio\[0\].mimeType: "text\/html"/],
    ['"presentations":[', '"presentations":{"a":[', /is no JSON/],
  ];
  for (const [what, by, message] of refused) {
    assert.throws(() => parseManifest(changed(what, by), url), (error) => {
      assert.ok(error instanceof HespFormatError, String(error));
      assert.match(error.message, message, `${what} -> ${by}`);
      return true;
    });
  }
  assert.throws(() => parseManifest("null", url), /manifest: must be an object, not null/);
  assert.throws(() => parseManifest('{"manifestVersion":"2.0.0","streamType":"live","presentations":{}}', url),
    /presentations: must be an array, not an object/);
  assert.throws(() => parseManifest(sample, "a/m.json"), /its own address/);
  assert.throws(() => parseManifest(" ".repeat(5 * 2 ** 20), url), /more than/);
  assert.throws(() => parseManifest("[".repeat(2 ** 20), url), HespFormatError);
});

test("H8: what is not known is ignored", () => {
  const m = parseManifest(changed('"streamType"', '"x":[{"y":{}}],"__proto__":{"contentBaseUrl":1},"streamType"'), url);
  assert.equal(m.active.video.length, 2);
});

test("a rung with a figure that nobody can mean is passed over", () => {
  const m = parseManifest(changed('{"value":15}', '{"value":15,"scale":9007199254740991}'), url);
  assert.deepEqual(m.active.video.map((t) => t.id), ["720p"]);
  const fast = parseManifest(changed('{"value":15}', '{"value":9007199254740991}'), url);
  assert.deepEqual(fast.active.video.map((t) => t.id), ["720p"]);
});

test("Presentations come in the order of their starts; those without pictures are left out", () => {
  const late = changed('"startTime":0,"endTime":972000000', '"startTime":972000001');
  assert.deepEqual(parseManifest(late, url).presentations.map((p) => p.id), ["evening", "morning"]);
  const unknown = changed('"startTime":0,"endTime":972000000', '"endTime":972000001');
  assert.deepEqual(parseManifest(unknown, url).presentations.map((p) => p.id), ["evening", "morning"]);
  assert.equal(parseManifest(unknown, url).presentations[1].start, null);
  const silent = changed('"video":[{"id":"picture","baseUrl":"picture/","initializationPattern"',
    '"foo":[{"id":"picture","baseUrl":"picture/","initializationPattern"');
  assert.deepEqual(parseManifest(silent, url).presentations.map((p) => p.id), ["evening"]);
  const dark = changed('"activePresentation":"evening"', '"activePresentation":"morning"', silent);
  assert.throws(() => parseManifest(dark, url), /"morning" has no video track/);
});

test("poll rates that nobody can mean are cut", () => {
  /** @param {string} rate */
  const pollMs = (rate) => parseManifest(changed('"fallbackPollRate":300', `"fallbackPollRate":${rate}`), url).pollMs;
  assert.equal(pollMs("0"), 1000);
  assert.equal(pollMs("9007199254740991"), 86400000);
});

/**
 * @param {string} text
 * @param {string} name
 */
function readsOrRefuses(text, name) {
  try {
    const m = parseManifest(text, url);
    assert.ok(m.active.video.length && m.presentations.includes(m.active), name);
    return true;
  } catch (error) {
    assert.ok(error instanceof HespFormatError, `${name}: ${error}`);
    return false;
  }
}

test("the corpus of the C reader: a manifest or a HespFormatError", () => {
  let read = 0;
  for (const { name, bytes } of corpus("manifest")) {
    read += Number(readsOrRefuses(new TextDecoder().decode(bytes), name));
  }
  assert.ok(read >= 1, `${read} manifests`);
});

test("cut at every byte, and bits turned over: a manifest or a HespFormatError", () => {
  const bytes = new TextEncoder().encode(sample);
  for (let length = 0; length < bytes.length; length += 3) {
    assert.equal(readsOrRefuses(sample.slice(0, length), `${length}`), false);
  }
  const random = randomNumbers(3);
  for (let i = 0; i < 2000; i++) {
    readsOrRefuses(new TextDecoder().decode(flipped(bytes, random)), `round ${i}`);
  }
});
