import assert from "node:assert/strict";
import test from "node:test";

import { cmcdHeaders, cmcdUrl, relativeTo } from "../../../../web/lib/transport/cmcd.js";

const FIELDS = /** @type {const} */ ({ br: 448667, bl: 262, bs: true, cid: 'a "b"', d: 6000, mtp: 12345678, ot: "v", pr: 1.04,
  sf: "e", sid: "0011", st: "l", su: false, tb: 2500000, nor: "content-8.mp4", nrr: "0-" });

/** @param {string} url */
function said(url) {
  return new URL(url).searchParams.get("CMCD");
}

test("keys are in alphabetical order, rounded as CTA-5004 wants them", () => {
  assert.equal(said(cmcdUrl("http://h/a.mp4", FIELDS)), 'bl=300,br=449,bs,cid="a \\"b\\"",d=6000,mtp=12300,' +
    'nor="content-8.mp4",nrr="0-",ot=v,pr=1.04,sf=e,sid="0011",st=l,tb=2500');
});

test("what is not known, false or usual is left out", () => {
  assert.equal(said(cmcdUrl("http://h/a", { pr: 1, bs: false, tb: NaN, cid: undefined, sid: "", st: "l" })), "st=l");
  assert.equal(cmcdUrl("http://h/a", { pr: 1 }), "http://h/a");
});

test("a query that is there stays", () => {
  const url = cmcdUrl("http://h/a?token=1#part", { st: "l" });
  assert.equal(url, "http://h/a?token=1&CMCD=st%3Dl#part");
});

test("headers each have their own keys", () => {
  assert.deepEqual(cmcdHeaders(FIELDS), {
    "CMCD-Request": 'bl=300,mtp=12300,nor="content-8.mp4",nrr="0-"',
    "CMCD-Object": "br=449,d=6000,ot=v,tb=2500",
    "CMCD-Status": "bs",
    "CMCD-Session": 'cid="a \\"b\\"",pr=1.04,sf=e,sid="0011",st=l',
  });
  assert.deepEqual(cmcdHeaders({}), {});
});

test("a text is not longer than CTA-5004 allows", () => {
  assert.equal(said(cmcdUrl("http://h/a", { cid: "x".repeat(100) })), `cid="${"x".repeat(64)}"`);
});

test("the next object is told relative to this one, and only on the same host", () => {
  assert.equal(relativeTo("http://h/a/b/2.mp4", "http://h/a/b/1.mp4"), "2.mp4");
  assert.equal(relativeTo("http://h/a/c/2.mp4", "http://h/a/b/1.mp4"), "../c/2.mp4");
  assert.equal(relativeTo("http://other/a/b/2.mp4", "http://h/a/b/1.mp4"), "");
});
