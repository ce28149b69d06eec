/**
 * What a benchmark is. Each file in `benchmarks/` exports one (`queue.js` makes two): a name, a fixed
 * amount of work, one function per column that does this work and returns the figure of one operation,
 * and the program in `python/` that does the same.
 *
 * A column imports its library itself, when it runs: a process that measures one library has not
 * loaded the others (merely using `AsyncLocalStorage` makes native promises slower on Node 20).
 */

/**
 * Does the work once and gives the figure in the benchmark's unit, per operation.
 * @callback Measure
 * @param {number} size how many operations
 * @returns {Promise<number>}
 */

/** @typedef {"native" | "tsyncio" | "tsyncioAsync" | "tsyncioEager" | "effect" | "effectFast" | "effection" | "hono" | "piscina" | "tinypool" | "workerpool"} JsColumn */
/** @typedef {"asyncio" | "uvloop"} PythonColumn */
/** @typedef {JsColumn | PythonColumn} ColumnName */

/**
 * @typedef {object} Benchmark
 * @property {string} name for `--only`
 * @property {string} title what one figure is, for the table
 * @property {"ns" | "x" | "bytes"} unit `x` is a ratio: wall clock over the ideal
 * @property {number} size operations in one sample; a tenth of it with `--quick`
 * @property {number} warmups samples thrown away before the first that counts
 * @property {number} samples samples that count, per process
 * @property {Partial<Record<JsColumn, Measure>>} columns
 * @property {{ program: string, argument?: number }} [python]
 * @property {Partial<Record<ColumnName, number>>} [sizes] other sizes for columns that would take minutes
 * @property {readonly string[]} [nodeFlags]
 */

/** Nanoseconds on a clock that only goes forward. */
export function now() {
  return performance.now() * 1e6;
}

/** Bytes in use after a full collection: the heap and what typed arrays hold beside it. */
export function bytesInUse() {
  const collect = globalThis.gc;
  if (collect === undefined) {
    throw new Error("Cannot measure memory: no gc() was found; start node with --expose-gc");
  }
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
