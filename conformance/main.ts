/**
 * `npm run conformance -- --programs 10000 --seed 1`: random programs on CPython and on tsyncio,
 * complete traces compared. `--form async` takes the interpreter made of `async` functions; `--only`
 * runs the one program of the seed and prints its report.
 */
import { parseArgs } from "node:util";
import { comparable, firstDifference } from "./compare/compare.js";
import { report } from "./compare/report.js";
import { shrink } from "./compare/shrink.js";
import { loadOracle, type Oracle } from "./oracle/oracle.js";
import { firstDiffering, programOf, runSession, type Tally } from "./session.js";
import { FORMS, type Form, runSubject } from "./subject/run.js";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "1000" },
    seed: { type: "string" },
    form: { type: "string", default: "generator" },
    only: { type: "boolean", default: false },
    shrink: { type: "string", default: "60" },
  },
});

function numberOption(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name}: expected a whole number, got ${JSON.stringify(text)}`);
}

function formOption(text: string): Form {
  const form = FORMS.find((one) => one === text);
  if (form !== undefined) return form;
  throw new RangeError(`--form: expected ${FORMS.join(" or ")}, got ${JSON.stringify(text)}`);
}

function printTally(tally: Tally, seed: number, seconds: number): void {
  for (const [key, { example, seeds }] of tally.classes) {
    console.log(`\n== ${key}\n   ${seeds.length} programs, seeds ${seeds.slice(0, 8).join(", ")}`);
    console.log(report(example));
  }
  const skipped = [...tally.skipped].map(([why, many]) => `${many} ${why}`).join(", ") || "none";
  const rate = Math.round(tally.compared / seconds);
  console.log(`\nseed ${seed}`);
  console.log(`${tally.compared} programs compared, ${tally.equal} equal, skipped: ${skipped}`);
  console.log(
    `${rate} programs/s (CPython ${tally.expectedSeconds.toFixed(1)} s, ` +
      `tsyncio ${tally.actualSeconds.toFixed(1)} s)`,
  );
  for (const [key, { seeds }] of tally.classes) console.log(`${seeds.length} × ${key}`);
}

function runOnly(oracle: Oracle, seed: number, form: Form): boolean {
  const program = programOf(seed);
  const outcome = oracle.run([program])[0];
  if (outcome?.trace === undefined) {
    console.log(`seed ${seed}: not comparable (${outcome?.skip})`);
    return true;
  }
  const actual = comparable(outcome.trace, runSubject(program, form));
  const difference = { program, expected: outcome.trace, actual };
  const equal = firstDifference(outcome.trace, actual) < 0;
  console.log(report(equal ? difference : shrink(difference, firstDiffering(oracle, form))));
  return equal;
}

const seed = numberOption("seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));
const form = formOption(values.form);
const oracle = await loadOracle();
console.log(`CPython ${oracle.version}, seed ${seed}, ${form} form`);
if (values.only) process.exitCode = runOnly(oracle, seed, form) ? 0 : 1;
else {
  const begin = performance.now();
  const programs = numberOption("programs", values.programs);
  const shrinkLimit = numberOption("shrink", values.shrink);
  const tally = runSession(oracle, { programs, seed, form, shrinkLimit });
  printTally(tally, seed, (performance.now() - begin) / 1000);
  process.exitCode = tally.equal === tally.compared ? 0 : 1;
}
