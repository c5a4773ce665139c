// The player's folders are floors: imports go downwards or stay on one floor, and never out of the library. What
// is imported for its types alone counts as well. Code goes in no circles, and files and lines are short.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FLOORS = ["isobmff", "cmaf", "manifest", "session", "abr", "transport", "render", "player"];

const LINES_MAX = 400;
const COLUMNS_MAX = 120;

const library = fileURLToPath(new URL("../../../web/lib", import.meta.url));
const page = fileURLToPath(new URL("../../../web/page", import.meta.url));

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    return entry.isDirectory() ? filesIn(name) : [name];
  });
}

const files = filesIn(library).map((name) => path.relative(library, name));

/** @param {string} file */
const textOf = (file) => readFileSync(path.join(library, file), "utf8");

/**
 * What a file imports, from the library's root.
 * @param {string} text
 * @param {string} file
 */
function importsOf(text, file) {
  const found = text.matchAll(/(?:\bfrom\s+|^import\s+|\bimport\()"([^"]+)"/gm);
  return [...found].map(([, target]) => {
    assert.match(target, /^\.\.?\//, `${file} imports ${target}`);
    return path.normalize(path.join(path.dirname(file), target));
  });
}

/** The floor of a file; the words that all share lie below, what is exported above. @param {string} file */
function floorOf(file) {
  if (file === "types.js") {
    return -1;
  }
  return file === "index.js" ? FLOORS.length : FLOORS.indexOf(file.split(path.sep)[0]);
}

test("each file stands on a floor, and imports from there or below", () => {
  for (const file of files) {
    assert.ok(file === "types.js" || floorOf(file) >= 0, `${file} stands on no floor`);
    for (const target of importsOf(textOf(file), file)) {
      assert.ok(files.includes(target), `${file} imports ${target}, which there is not`);
      assert.ok(floorOf(target) <= floorOf(file), `${file} imports ${target} from above`);
    }
  }
});

test("each file says at its top what it knows, and its name says something", () => {
  for (const file of files) {
    assert.match(textOf(file), /^\/\/ \S/, `${file} begins with no comment`);
    assert.doesNotMatch(file, /utils|helpers|common|misc/);
  }
});

/** What a file imports to be run. @param {string} file @returns {string[]} */
function codeOf(file) {
  const text = textOf(file).replace(/\/\*[\s\S]*?\*\//g, "");
  return importsOf(text, file);
}

test("no code is imported in a circle", () => {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} file @param {string[]} way  that led there */
  const visit = (file, way) => {
    assert.ok(!way.includes(file), [...way, file].join(" -> "));
    if (done.has(file)) return;
    for (const target of codeOf(file)) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test("files and their lines are short", () => {
  const ofPage = readdirSync(page).filter((name) => /\.js$/.test(name)).map((name) => path.join(page, name));
  for (const name of [...filesIn(library), ...ofPage]) {
    const lines = readFileSync(name, "utf8").trimEnd().split("\n");
    const file = path.relative(path.dirname(library), name);
    assert.ok(lines.length <= LINES_MAX, `${file} has ${lines.length} lines`);
    lines.forEach((line, at) => assert.ok([...line].length <= COLUMNS_MAX, `${file}:${at + 1} is too long`));
  }
});
