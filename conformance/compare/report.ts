/** A difference, to be read by people. */
import { printProgram } from "../program/print.js";
import { type Difference, firstDifference } from "./compare.js";

const CONTEXT = 40;

/** The program as pseudo-Python, then both traces side by side; `>` marks where they part. */
export function report(difference: Difference): string {
  const { expected, actual, program } = difference;
  return [printProgram(program), "", ...sideBySide(expected, actual)].join("\n");
}

function sideBySide(expected: readonly string[], actual: readonly string[]): string[] {
  const at = firstDifference(expected, actual);
  const from = Math.max(0, at - CONTEXT);
  const to = Math.min(Math.max(expected.length, actual.length), at + CONTEXT / 2);
  const width = Math.min(60, Math.max(9, ...expected.slice(from, to).map((line) => line.length)));
  const rows = [`  ${"CPython".padEnd(width)} | tsyncio`];
  if (from > 0) rows.push(`  (${from} equal lines)`);
  for (let i = from; i < to; i++) {
    const mark = i === at ? ">" : " ";
    rows.push(`${mark} ${(expected[i] ?? "").padEnd(width)} | ${actual[i] ?? ""}`.trimEnd());
  }
  return rows;
}
