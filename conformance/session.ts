/** Fresh random programs, run on both sides, and what came of it. */
import { classOf, comparable, type Difference, firstDifference } from "./compare/compare.js";
import { shrink } from "./compare/shrink.js";
import { generate } from "./generate/generate.js";
import type { Oracle } from "./oracle/oracle.js";
import type { Program } from "./program/program.js";
import { type Form, runSubject } from "./subject/run.js";

const SIZES = [8, 12, 16, 24, 32];
const BATCH = 200;

/** A class of differences: one example, shrunk, and the seeds that showed it. */
export interface DifferenceClass {
  readonly example: Difference;
  readonly seeds: number[];
}

/** The figures of a session. */
export interface Tally {
  compared: number;
  equal: number;
  readonly skipped: Map<string, number>;
  readonly classes: Map<string, DifferenceClass>;
  /** Seconds spent in CPython, and in tsyncio. */
  expectedSeconds: number;
  actualSeconds: number;
}

/** What to run. */
export interface SessionOptions {
  readonly programs: number;
  readonly seed: number;
  readonly form: Form;
  /** At most so many differences are shrunk; the others count as `not shrunk`. */
  readonly shrinkLimit: number;
}

/** The program of a seed, as sessions run it. */
export function programOf(seed: number): Program {
  return generate(seed, SIZES[seed % SIZES.length] as number);
}

/** Runs the programs and compares every trace. */
export function runSession(oracle: Oracle, options: SessionOptions): Tally {
  const tally: Tally = {
    compared: 0,
    equal: 0,
    skipped: new Map(),
    classes: new Map(),
    expectedSeconds: 0,
    actualSeconds: 0,
  };
  let shrinks = options.shrinkLimit;
  for (let done = 0; done < options.programs; done += BATCH) {
    const length = Math.min(BATCH, options.programs - done);
    const seeds = Array.from({ length }, (_, i) => options.seed + done + i);
    for (const [seed, difference] of compareBatch(oracle, seeds, options.form, tally)) {
      const small =
        shrinks-- > 0 ? shrink(difference, firstDiffering(oracle, options.form)) : difference;
      const key = shrinks >= 0 ? classOf(small) : "not shrunk";
      const known = tally.classes.get(key);
      if (known === undefined) tally.classes.set(key, { example: small, seeds: [seed] });
      else known.seeds.push(seed);
    }
  }
  return tally;
}

function compareBatch(
  oracle: Oracle,
  seeds: readonly number[],
  form: Form,
  tally: Tally,
): [seed: number, Difference][] {
  const programs = seeds.map(programOf);
  const begin = performance.now();
  const outcomes = oracle.run(programs);
  const middle = performance.now();
  const differences: [number, Difference][] = [];
  for (const [i, program] of programs.entries()) {
    const outcome = outcomes[i];
    if (outcome?.trace === undefined) {
      const why = outcome?.skip ?? "no outcome";
      tally.skipped.set(why, (tally.skipped.get(why) ?? 0) + 1);
      continue;
    }
    tally.compared++;
    const actual = comparable(outcome.trace, runSubject(program, form));
    if (firstDifference(outcome.trace, actual) < 0) tally.equal++;
    else differences.push([seeds[i] as number, { program, expected: outcome.trace, actual }]);
  }
  tally.expectedSeconds += (middle - begin) / 1000;
  tally.actualSeconds += (performance.now() - middle) / 1000;
  return differences;
}

/** Runs candidates of the shrinker on both sides. */
export function firstDiffering(oracle: Oracle, form: Form) {
  return (candidates: readonly Program[]): Difference | undefined => {
    const outcomes = oracle.run(candidates);
    for (const [i, program] of candidates.entries()) {
      const expected = outcomes[i]?.trace;
      if (expected === undefined) continue;
      const actual = comparable(expected, runSubject(program, form));
      if (firstDifference(expected, actual) >= 0) return { program, expected, actual };
    }
    return undefined;
  };
}
