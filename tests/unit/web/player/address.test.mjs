import assert from "node:assert/strict";
import test from "node:test";

import { webAddress } from "../../../../web/lib/player/address.js";

test("addresses of the web are made absolute, others are none", () => {
  const page = "http://host/page/";
  assert.equal(webAddress("one/manifest.json", page), "http://host/page/one/manifest.json");
  assert.equal(webAddress("https://other/m.json", page), "https://other/m.json");
  for (const text of ["ftp://host/m.json", "http://[", "javascript:0", "data:,x", "blob:http://host/1"])
    assert.equal(webAddress(text, page), "", text);
  assert.equal(webAddress("m.json"), "");
});
