/**
 * Measures one column of one benchmark in this process and prints the samples as a line of JSON.
 *
 * node --expose-gc run-case.js BENCHMARK COLUMN SIZE WARMUPS SAMPLES
 *
 * Nothing is collected by force between samples: `gc()` shrinks V8's young generation, and the sample
 * after it took up to 1.6 times as long in the columns that allocate most.
 */
import { BENCHMARKS } from "./catalogue.js";

const [name, column, size, warmups, samples] = process.argv.slice(2);
const benchmark = BENCHMARKS.find((each) => each.name === name);
const columns = /** @type {Record<string, import("./benchmark.js").Measure>} */ (
  benchmark?.columns ?? {}
);
const measure = columns[column ?? ""];
if (measure === undefined) throw new Error(`No column "${column}" in the benchmark "${name}"`);

const figures = [];
for (let number = 0; number < Number(warmups) + Number(samples); number++) {
  const figure = await measure(Number(size));
  if (number >= Number(warmups)) figures.push(figure);
}
process.stdout.write(`${JSON.stringify({ samples: figures })}\n`, () => process.exit(0));
