/**
 * Runs every program of `seeds/` by the command, all at once and on the real clock, on the Node that
 * runs this: a line for each, and the counts. What continuous integration does on newer Nodes.
 */

import { fileURLToPath } from "node:url";
import { tsyncioRun, type WantedRun, wantedRuns } from "./testing/seed-runs.js";

const seeds = fileURLToPath(new URL("../seeds", import.meta.url));

async function passes({ lines: patterns }: WantedRun, file: string): Promise<boolean> {
  const { code, lines, errors } = await tsyncioRun(seeds, file);
  const isWanted =
    code === 0 &&
    errors === "" &&
    lines.length === patterns.length &&
    patterns.every((pattern, i) => pattern.test(lines[i] ?? ""));
  console.log(`${isWanted ? "ok  " : "FAIL"} Node ${process.version}: tsyncio run ${file}`);
  if (!isWanted) console.log(`${lines.join("\n")}\n${errors}ended with ${code}`);
  return isWanted;
}

const results = await Promise.all(
  wantedRuns.flatMap((run) => run.files.map((file) => passes(run, file))),
);
const failed = results.filter((passed) => !passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
