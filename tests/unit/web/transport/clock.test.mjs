import assert from "node:assert/strict";
import test from "node:test";

import { ClockEstimate, howToAsk } from "../../../../web/lib/transport/clock.js";

test("nothing is known at first", () => {
  assert.ok(Number.isNaN(new ClockEstimate().offsetMs(0)));
});

test("the answer with the shortest round trip counts", () => {
  const estimate = new ClockEstimate();
  estimate.add(0, 100, 1000090, 0);
  estimate.add(200, 210, 1000205, 0);
  estimate.add(300, 380, 1000310, 0);
  assert.equal(estimate.offsetMs(400), 1000000);
});

test("what was rounded down is taken from the middle", () => {
  const estimate = new ClockEstimate();
  estimate.add(0, 0, 5000, 1000);
  assert.equal(estimate.offsetMs(0), 5500);
});

test("an old answer gives way to one that is a little worse", () => {
  const estimate = new ClockEstimate();
  estimate.add(0, 4, 1000, 0);
  estimate.add(600000, 600006, 600500, 0);
  assert.equal(Math.round(estimate.offsetMs(600010)), 497);
});

test("answers that mean nothing are passed over", () => {
  const estimate = new ClockEstimate();
  estimate.add(0, 1, NaN);
  estimate.add(10, 5, 1000);
  assert.ok(Number.isNaN(estimate.offsetMs(20)));
});

test("it knows the schemes of DASH that it can ask", () => {
  const value = "/time";
  assert.equal(howToAsk({ scheme: "urn:mpeg:dash:utc:http-iso:2014", value }), "iso");
  assert.equal(howToAsk({ scheme: "urn:mpeg:dash:utc:http-xsdate:2012", value }), "iso");
  assert.equal(howToAsk({ scheme: "urn:mpeg:dash:utc:http-head:2014", value }), "head");
  assert.equal(howToAsk({ scheme: "urn:mpeg:dash:utc:direct:2014", value }), "direct");
  assert.equal(howToAsk({ scheme: "urn:mpeg:dash:utc:ntp:2014", value }), null);
});
