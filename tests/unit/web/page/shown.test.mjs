// What is worked out before it is shown: parts of a channel change, bins, channels, addresses, figures as text.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hashWith, manifestUrl, nameOf, readWish } from "../../../../web/page/address.js";
import { partsOf } from "../../../../web/page/anatomy.js";
import { conditionText, readChannels, stepFrom } from "../../../../web/page/channels.js";
import { binsOf } from "../../../../web/page/histogram.js";
import { bpsText, bytesText, countText, durationText, msText, percentText } from "../../../../web/page/units.js";

const base = "http://host:8080/";

test("the parts of a change add up", () => {
  const parts = partsOf({ requestMs: 1, firstByteMs: 11, packetMs: 15, decodedMs: 20, shownMs: 40 });
  assert.deepEqual(parts.map((part) => part.ms), [1, 10, 4, 5, 20]);
});

test("a part that is not known is in the next one that is", () => {
  const parts = partsOf({ requestMs: 1, firstByteMs: NaN, packetMs: 15, decodedMs: NaN, shownMs: 40 });
  assert.deepEqual(parts.map((part) => part.ms), [1, NaN, 14, NaN, 25]);
});

test("moments out of order give no negative part", () => {
  const parts = partsOf({ requestMs: 5, firstByteMs: 3, packetMs: 9, decodedMs: 8, shownMs: 10 });
  assert.deepEqual(parts.map((part) => part.ms), [5, 0, 4, 0, 1]);
});

test("every change is in a bin, or above them", () => {
  const many = Array.from({ length: 100 }, (_, i) => 30 + i / 3);
  for (const sorted of [[40], [0, 0], [20, 21, 40, 44, 60], [10, 500, 900], many]) {
    const bins = binsOf(sorted);
    assert.equal(bins.counts.reduce((sum, count) => sum + count, 0) + bins.above, sorted.length);
    assert.ok(bins.counts.length <= 24 && bins.counts.length > 0);
    assert.ok(bins.lowMs <= sorted[0] && sorted[0] < bins.lowMs + bins.widthMs);
    assert.match(String(bins.widthMs), /^[125]0*$/);
  }
});

test("one bad change does not squeeze the others", () => {
  const bins = binsOf([...Array.from({ length: 50 }, (_, i) => 30 + i % 10), 8000]);
  assert.equal(bins.above, 1);
  assert.equal(bins.widthMs, 1);
});

test("channels are read from /healthz, in its order", () => {
  const one = { status: "degraded", feed: "lost", reason: "no feed" };
  const health = { status: "degraded", channels: { two: { status: "ok", feed: "up" }, one } };
  const channels = readChannels(health, base);
  assert.deepEqual(channels.map((channel) => channel.url), [`${base}two/manifest.json`, `${base}one/manifest.json`]);
  assert.deepEqual(channels.map(conditionText), ["", "no feed"]);
});

test("what is no answer of /healthz has no channels", () => {
  for (const health of [null, 3, "x", {}, { channels: null }, { channels: [] }, { channels: "one" }]) {
    assert.deepEqual(readChannels(health, base), []);
  }
  assert.equal(readChannels({ channels: { one: null } }, base)[0].status, "");
});

test("the list of channels goes round", () => {
  const channels = readChannels({ channels: { a: {}, b: {}, c: {} } }, base);
  const urls = channels.map((channel) => channel.url);
  assert.equal(stepFrom(channels, urls[2], 1), 0);
  assert.equal(stepFrom(channels, urls[0], -1), 2);
  assert.equal(stepFrom(channels, "elsewhere", 1), 0);
  assert.equal(stepFrom(channels, "elsewhere", -1), 2);
});

test("an address says what to show", () => {
  assert.deepEqual(readWish("", base), { url: null, channel: null, view: "watch", renderer: null });
  assert.deepEqual(readWish("#url=https://a.example/~9-x+y/one/manifest.json&view=server", base),
    { url: "https://a.example/~9-x+y/one/manifest.json", channel: null, view: "server", renderer: null });
  assert.deepEqual(readWish("#channel=two&renderer=webcodecs", base),
    { url: null, channel: "two", view: "watch", renderer: "webcodecs" });
  assert.equal(readWish("#url=/one/manifest.json", base).url, `${base}one/manifest.json`);
  assert.equal(readWish("#renderer=flash&view=none", base).renderer, null);
});

test("what an address says can be changed", () => {
  const url = "http://a.example/~9-x+y/one/manifest.json?a=1&b=2";
  const hash = hashWith("#view=server", { url, channel: null });
  assert.equal(readWish(hash, base).url, url);
  assert.equal(readWish(hash, base).view, "server");
  assert.equal(hashWith(hash, { url: null, view: null }), "");
});

test("only addresses of the web are manifests", () => {
  assert.equal(manifestUrl("javascript:alert(1)", base), null);
  assert.equal(manifestUrl("http://[", base), null);
  assert.equal(manifestUrl(" https://a.example/m.json ", base), "https://a.example/m.json");
});

test("a channel is called after its manifest's folder", () => {
  assert.equal(nameOf("http://a.example/one/manifest.json"), "one");
  assert.equal(nameOf("http://a.example/~123-sig/manifest.json"), "a.example");
  assert.equal(nameOf("http://a.example/manifest.json"), "a.example");
});

test("figures are read easily", () => {
  assert.equal(msText(38.4), "38 ms");
  assert.equal(msText(1240), "1,240 ms");
  assert.equal(msText(12400), "12.4 s");
  assert.equal(msText(NaN), "–");
  assert.equal(bpsText(832000), "832 kbit/s");
  assert.equal(bpsText(999999), "1.00 Mbit/s");
  assert.equal(bytesText(12400), "12.4 kB");
  assert.equal(bytesText(999), "999 B");
  assert.equal(bytesText(2.5e9), "2.50 GB");
  assert.equal(percentText(0.14), "14 %");
  assert.equal(countText(1234), "1,234");
  assert.equal(durationText(200), "3 min 20 s");
  assert.equal(durationText(90000), "1 d 1 h");
});
