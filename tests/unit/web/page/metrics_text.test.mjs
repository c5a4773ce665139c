import assert from "node:assert/strict";
import { test } from "node:test";

import { Metrics } from "../../../../web/page/metrics_text.js";

const text = `# HELP openhesp_a_total A.
# TYPE openhesp_a_total counter
openhesp_a_total{channel="one",track="v"} 1
openhesp_a_total{channel="two",track="v"} 2.5
openhesp_up 1.5e3 1700000000000

openhesp_b_bucket{le="+Inf"} 3
openhesp_inf +Inf
openhesp_nan NaN
`;

test("samples are found by name and labels", () => {
  const metrics = new Metrics(text);
  assert.equal(metrics.sum("openhesp_a_total"), 3.5);
  assert.equal(metrics.sum("openhesp_a_total", { channel: "two" }), 2.5);
  assert.equal(metrics.samples("openhesp_a_total", { track: "v" }).length, 2);
  assert.equal(metrics.sum("openhesp_up"), 1500);
  assert.equal(metrics.sum("openhesp_b_bucket", { le: "+Inf" }), 3);
  assert.equal(metrics.sum("openhesp_inf"), Infinity);
  assert.ok(Number.isNaN(metrics.sum("openhesp_nan")));
  assert.ok(Number.isNaN(metrics.sum("openhesp_nothing")));
  assert.equal(metrics.refused, 0);
});

test("labels may hold whatever is escaped", () => {
  const metrics = new Metrics('a{x="q\\"uo,te",y="back\\\\slash",z="new\\nline",w="}"} 4\n');
  assert.deepEqual({ ...metrics.samples("a")[0].labels }, { x: 'q"uo,te', y: "back\\slash", z: "new\nline", w: "}" });
});

test("labels that are names of an object's own are labels", () => {
  const metrics = new Metrics('a{__proto__="x",constructor="y"} 1\n');
  assert.equal(metrics.sum("a", { constructor: "y" }), 1);
  assert.ok(Number.isNaN(metrics.sum("a", { toString: "z" })));
});

test("what can't be read is left out and counted", () => {
  const wrong = ['a{x="1} 1', "a{x=1} 1", "a one", "a", "1a 1", 'a{x="1" y="2"} 1', "a 1 2 3", 'a{x="1"', "a 0x1z"];
  for (const line of wrong) {
    const metrics = new Metrics(`${line}\nb 2\n`);
    assert.equal(metrics.refused, 1, line);
    assert.equal(metrics.sum("b"), 2);
    assert.equal(metrics.samples("a").length, 0, line);
  }
});

test("an endless answer is not read to its end", () => {
  const metrics = new Metrics("a 1\n".repeat(60000));
  assert.equal(metrics.samples("a").length, 50000);
});
