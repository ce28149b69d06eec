/**
 * `npm test`: the whole truth. Runs the steps of steps.js one after the other, prints a line for
 * each, stops at the first that fails and prints what that one said. Names of steps as arguments
 * run those alone: `npm test -- layers size`.
 */

import { spawnSync } from "node:child_process";
import { root } from "./source/files.js";
import { lastLine, steps } from "./steps.js";

/** @typedef {import("./steps.js").Step} Step */

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => steps.every((step) => step.name !== name));
if (unknown.length > 0) {
  const names = steps.map((step) => step.name).join(", ");
  console.error(`No step is called ${unknown.join(", ")}; the steps are ${names}`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const step of steps) {
  if (chosen.length > 0 && !chosen.includes(step.name)) continue;
  const count = run(step);
  if (count === undefined) {
    failed = 1;
    break;
  }
  passed += count;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed;

/**
 * Runs one step and prints its line.
 * @param {Step} step
 * @returns {number | undefined} how many tests passed, `undefined` when the step failed
 */
function run(step) {
  const missing = step.missing?.();
  if (missing !== undefined) {
    const required = process.env["CI"] === "true";
    print(required ? "FAIL" : "----", step.name, 0, `did not run: ${missing}`);
    return required ? undefined : 0;
  }
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, step.command, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const seconds = (performance.now() - started) / 1000;
  const result = step.read?.(stdout) ?? { summary: lastLine(stdout) };
  if (status === 0 && result.fault === undefined) {
    print("ok", step.name, seconds, result.summary);
    return result.passed ?? 1;
  }
  print("FAIL", step.name, seconds, result.fault ?? step.command.join(" "));
  console.error(`\n${stdout}${stderr}`);
  return undefined;
}

/** @param {string} mark @param {string} name @param {number} seconds @param {string} summary */
function print(mark, name, seconds, summary) {
  console.log(`${mark.padEnd(5)}${name.padEnd(10)}${seconds.toFixed(1).padStart(5)} s  ${summary}`);
}
