/**
 * Records what CPython does with the programs of the corpus and with a fixed set of random ones
 * (`npm run record`). Run it after the program language, the corpus or pyodide has changed.
 */

import { shrink } from "./compare/shrink.js";
import { corpus } from "./corpus/index.js";
import { generate } from "./generate/generate.js";
import { type Golden, writeGoldens } from "./golden/golden.js";
import { loadOracle, type Oracle } from "./oracle/oracle.js";
import type { Program } from "./program/program.js";

const RANDOM_PROGRAMS = 260;
const FIRST_SEED = 20_000_000;
const SIZES = [6, 8, 10, 12, 16];
/** Longer traces are left to the fresh programs of `npm run conformance`. */
const LONGEST_TRACE = 70;

type Named = readonly [name: string, program: Program];

/** The program without what it never came to: the smallest with the very same trace. */
function trimmed(oracle: Oracle, program: Program, trace: string): Program {
  const sameTrace = (candidates: readonly Program[]): { program: Program } | undefined => {
    const outcomes = oracle.run(candidates);
    const at = outcomes.findIndex((outcome) => outcome.trace?.join("\n") === trace);
    const found = candidates[at];
    return found && JSON.stringify(found) !== JSON.stringify(program)
      ? { program: found }
      : undefined;
  };
  return shrink({ program }, sameTrace).program;
}

function record(oracle: Oracle, file: string, programs: readonly Named[], longest: number): void {
  const goldens: Golden[] = [];
  const outcomes = oracle.run(programs.map(([, program]) => program));
  for (const [i, [name, program]] of programs.entries()) {
    const outcome = outcomes[i];
    if (outcome?.trace === undefined) {
      if (longest === Number.POSITIVE_INFINITY) throw new Error(`${name}: ${outcome?.skip}`);
      continue;
    }
    if (outcome.trace.length > longest) continue;
    const trace = outcome.trace.join("\n");
    const small = longest === Number.POSITIVE_INFINITY ? program : trimmed(oracle, program, trace);
    goldens.push({ name, program: small, trace });
  }
  const bytes = writeGoldens(file, oracle.version, goldens);
  console.log(`${file}: ${goldens.length} programs, ${Math.round(bytes / 1024)} KiB`);
}

const oracle = await loadOracle();
for (const [file, programs] of Object.entries(corpus)) {
  record(oracle, file, Object.entries(programs), Number.POSITIVE_INFINITY);
}
const random = Array.from({ length: RANDOM_PROGRAMS }, (_, i): Named => {
  const size = SIZES[i % SIZES.length] as number;
  return [`seed ${FIRST_SEED + i}, size ${size}`, generate(FIRST_SEED + i, size)];
});
record(oracle, "random", random, LONGEST_TRACE);
