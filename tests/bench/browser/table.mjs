// The table of a run: `node table.mjs PLAYER-SIM CSV`, where PLAYER-SIM is the program whose `stats` count. Rows are
// in the order of the file. A cell is tm90 (p50 / p90), in ms, where nothing else is said.

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [, , program, file] = process.argv;
const rows = new Map(); // system and link -> metric -> values
for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  const parts = line.split(",");
  const [link, metric, value] = parts.slice(-3);
  const system = parts.slice(0, -3).join(",");
  const key = `${system}\t${link}`;
  if (!rows.has(key)) rows.set(key, new Map());
  const metrics = rows.get(key);
  metrics.set(metric, [...(metrics.get(metric) ?? []), Number(value)]);
}

const work = join(tmpdir(), `browser-bench-${process.pid}`);

/** What `player-sim stats` makes of the values; it refuses what is below 0, which no duration is. */
function stats(values) {
  writeFileSync(`${work}.txt`, values.map((value) => Math.max(0, value)).join("\n") + "\n");
  execFileSync(program, ["stats", "--json", `${work}.json`, `${work}.txt`], { stdio: ["ignore", "ignore", "inherit"] });
  return JSON.parse(readFileSync(`${work}.json`, "utf8")).metrics.value;
}

function cell(values, bold) {
  if (!values?.length) return "-";
  const s = stats(values);
  const tm90 = s.tm90.toFixed(0);
  return `${bold ? `**${tm90}**` : tm90} (${s.p50.toFixed(0)} / ${s.p90.toFixed(0)})`;
}

const sum = (values) => (values ?? []).reduce((total, value) => total + value, 0);
const most = (values) => (values?.length ? Math.max(...values).toFixed(0) : "-");

const HEAD = ["", "link", "start-up", "zap", "its next picture", "age of its first picture", "glass to glass"];
HEAD.push("quality switch", "longest still time of it", "missing / repeated", "stalls", "n");
console.log(`| ${HEAD.join(" | ")} |`);
console.log(`|${" --- |".repeat(HEAD.length)}`);
for (const [key, metrics] of rows) {
  const [system, link] = key.split("\t");
  const get = (name) => metrics.get(name);
  const zaps = get("zap_ms")?.length ?? 0;
  const failed = ["startup_failed", "zap_failed", "switch_failed"].map((name) => sum(get(name)));
  const count = `${get("startup_ms")?.length ?? 0} / ${zaps} / ${get("switch_ms")?.length ?? 0}`;
  console.log(
    `| ${[
      system,
      link,
      cell(get("startup_ms")),
      cell(get("zap_ms"), true),
      cell(get("zap_running_ms")),
      get("zap_picture_age_ms") ? stats(get("zap_picture_age_ms")).p50.toFixed(0) : "-",
      cell(get("latency_ms"), true),
      cell(get("switch_ms"), true),
      get("switch_ms") ? most(get("switch_longest_ms")) : "-",
      get("switch_ms") ? `${sum(get("switch_missing"))} / ${sum(get("switch_back"))}` : "-",
      `${sum(get("steady_stalls"))} + ${sum(get("zap_stalls"))}`,
      failed.some(Boolean) ? `${count}, failed ${failed.join(" / ")}` : count,
    ].join(" | ")} |`,
  );
}
rmSync(`${work}.txt`, { force: true });
rmSync(`${work}.json`, { force: true });
