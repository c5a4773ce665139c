import assert from "node:assert/strict";
import { test } from "node:test";

import { contentUrl, expandPattern, resolveUrl } from "../../../../web/lib/manifest/address.js";
import { corpus } from "../corpus.mjs";

test("H15: the examples of RFC 3986 5.4 that lead to http", () => {
  const base = "http://a/b/c/d;p?q";
  /** @type {Record<string, string>} */
  const examples = {
    g: "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g/",
    "?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y", ";x": "http://a/b/c/;x", "g;x?y": "http://a/b/c/g;x?y",
    "": "http://a/b/c/d;p?q", ".": "http://a/b/c/", "..": "http://a/b/", "../g": "http://a/b/g",
    "../..": "http://a/", "../../g": "http://a/g", "../../../g": "http://a/g", "/./g": "http://a/g",
    "/../g": "http://a/g", "g.": "http://a/b/c/g.", "..g": "http://a/b/c/..g", "./../g": "http://a/b/g",
    "g/./h": "http://a/b/c/g/h", "g/../h": "http://a/b/c/h", "g;x=1/../y": "http://a/b/c/y",
    "g?y/../x": "http://a/b/c/g?y/../x",
  };
  for (const [reference, url] of Object.entries(examples)) {
    assert.equal(resolveUrl(base, reference), url, reference);
  }
  assert.equal(resolveUrl(base, "g#s"), "http://a/b/c/g");
  for (const elsewhere of ["g:h", "javascript:1", "data:,x", "http://"]) {
    assert.equal(resolveUrl(base, elsewhere), null, elsewhere);
  }
  assert.equal(resolveUrl("no/base", "g"), null);
});

test("H16: a padding is a minimum width, never a cut", () => {
  /** @type {[string, number | "now", string | null][]} */
  const examples = [
    ["a-{segmentId}.mp4", 7, "a-7.mp4"],
    ["a-{segmentId:06d}.mp4", 7, "a-000007.mp4"],
    ["a-{segmentId:02d}.mp4", 12345, "a-12345.mp4"],
    ["{segmentId}/{segmentId:03d}", 5, "5/005"],
    ["{segmentId:06d}", "now", "now"],
    ["{segmentId:00d}", 5, null],
    ["{segmentId:065d}", 5, null],
    ["{segmentId:6d}", 5, null],
    ["{segmentId", 5, null],
    ["{segmentID}", 5, null],
    ["{initId}", 5, null],
    ["{segmentId:0d}{segmentId}", 5, "{segmentId:0d}5"],
    ["{segmentId}", 9007199254740991, "9007199254740991"],
  ];
  for (const [pattern, id, text] of examples) {
    assert.equal(expandPattern(pattern, "segmentId", id), text, pattern);
  }
});

test("a pattern is filled in before it is resolved", () => {
  assert.equal(contentUrl("http://h/a/b", "../{initId}.mp4?x={initId}", "initId", 3), "http://h/3.mp4?x=3");
  assert.equal(contentUrl("http://h/a/b", "https://c/{initId}", "initId", "now"), "https://c/now");
  assert.equal(contentUrl("http://h/a/b", "about:{initId}", "initId", 3), null);
  assert.equal(contentUrl("http://h/a/b", "x.mp4", "initId", 3), null);
});

test("the corpus of the C reader: a URL or null", () => {
  for (const { name, bytes } of corpus("address")) {
    const [base, ...rest] = new TextDecoder().decode(bytes).split("\n");
    const reference = rest.join("\n");
    const url = resolveUrl(base, reference);
    assert.ok(url === null || /^https?:\/\//.test(url), name);
    const expanded = expandPattern(reference, "segmentId", 5);
    assert.ok(expanded === null || !expanded.includes("{segmentId}"), name);
  }
});
