// The player as npm would publish it: packed, unpacked into somebody else's project, type-checked there and imported.
// OPENHESP_WEB names a copy of web/ with its development dependencies installed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

const web = String(process.env.OPENHESP_WEB);
const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.join(web, "..", "consumer");
const unpacked = path.join(project, "node_modules", "openhesp-player");

/**
 * @param {string} program
 * @param {string[]} list
 * @param {string} cwd
 */
function run(program, list, cwd) {
  try {
    return execFileSync(program, list, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = /** @type {{stdout: string, stderr: string}} */ (error);
    throw new Error(`${program} ${list.join(" ")}\n${stdout}${stderr}`);
  }
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    return entry.isDirectory() ? filesIn(name) : [name];
  });
}

before(() => {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  run("npm", ["pack", "--pack-destination", project], web);
  const archive = readdirSync(project).filter((name) => name.endsWith(".tgz"));
  assert.equal(archive.length, 1);
  run("tar", ["-xzf", archive[0], "-C", unpacked, "--strip-components=1"], project);
  writeFileSync(path.join(project, "package.json"), '{"name":"consumer","private":true,"type":"module"}\n');
});

test("the package has the library, its types, and a text, and nothing else", () => {
  const names = filesIn(unpacked).map((name) => path.relative(unpacked, name));
  for (const name of ["package.json", "README.md", "LICENSE", "lib/index.js", "types/index.d.ts"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of names) {
    assert.match(name, /^(lib\/.*\.js|types\/.*\.d\.ts|package\.json|README\.md|LICENSE)$/);
  }
  for (const name of names.filter((n) => n.startsWith("lib/"))) {
    assert.ok(names.includes(name.replace(/^lib/, "types").replace(/\.js$/, ".d.ts")), `types of ${name}`);
  }
});

test("each import in it leads to a file of it", () => {
  for (const name of filesIn(path.join(unpacked, "lib"))) {
    const text = readFileSync(name, "utf8");
    for (const [, target] of text.matchAll(/^(?:import|export)\s(?:[^;"=(]*\sfrom\s)?"([^"]+)"/gm)) {
      assert.match(target, /^\.\.?\//, `${name}: ${target}`);
      assert.ok(existsSync(path.resolve(path.dirname(name), target)), `${name}: ${target}`);
    }
  }
});

test("a strict program compiles against it", () => {
  cpSync(path.join(here, "consumer.ts"), path.join(project, "consumer.ts"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    module: "nodenext",
    moduleResolution: "nodenext",
  };
  const files = ["consumer.ts"];
  writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  run(process.execPath, [path.join(web, "node_modules", "typescript", "bin", "tsc"), "-p", "."], project);
});

test("it is imported where there is no page, and says that it can't play there", () => {
  const program = `
    const { HespPlayer } = await import("openhesp-player");
    console.log(JSON.stringify([HespPlayer.isSupported(), HespPlayer.Events]));`;
  const [support, events] = JSON.parse(run(process.execPath, ["--input-type=module", "-e", program], project));
  assert.equal(support.mse, false);
  assert.equal(support.webcodecs, false);
  assert.ok(support.why.length > 0);
  assert.ok(Object.values(events).includes("zapped"));
});
