/** Comparing the traces of a program on both sides. */
import type { Program } from "../program/program.js";

/** A program whose traces are not the same. */
export interface Difference {
  readonly program: Program;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/**
 * What tsyncio did, as far as it can be compared. A line `...` in CPython's trace says that it closed
 * its loop over pending tasks, which tsyncio never does: up to there they agree.
 */
export function comparable(
  expected: readonly string[],
  actual: readonly string[],
): readonly string[] {
  return expected.at(-1) === "..." ? [...actual.slice(0, expected.length - 1), "..."] : actual;
}

/** The index of the first line that is not the same, -1 when there is none. */
export function firstDifference(expected: readonly string[], actual: readonly string[]): number {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) if (expected[i] !== actual[i]) return i;
  return -1;
}

/**
 * What kind of difference this is: the first lines that differ, without the names and numbers that
 * vary from program to program. Meant for shrunk programs.
 */
export function classOf(difference: Difference): string {
  const at = firstDifference(difference.expected, difference.actual);
  return `${kindOf(difference.expected[at])}  /  ${kindOf(difference.actual[at])}`;
}

function kindOf(line: string | undefined): string {
  if (line === undefined) return "(nothing)";
  return line
    .replace(/^\S+ (?=\S)/, (who) => (who === "end " ? who : ""))
    .replace(/^@.*/, "(time goes on)")
    .replace(/-?\d+(\.\d+)?/g, "#")
    .replace(/\b([a-z])\(\)/g, "body()")
    .replace(/^(enter|leave) [a-z]\b/, "$1 body");
}
