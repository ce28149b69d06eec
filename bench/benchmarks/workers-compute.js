/**
 * Jobs that compute for 10 ms each, all submitted at once to two threads.
 *
 * Counted: from the first call to the last result, over the ideal, which is half of what the jobs take together.
 */
import { now } from "../benchmark.js";
import {
  withPiscina,
  withRaw,
  withTinypool,
  withTsyncio,
  withWorkerpool,
} from "./workers-pools.js";

const MS = 10;

/** @param {number} size @returns {(call: import("./workers-pools.js").Call) => Promise<number>} */
function measure(size) {
  return async (call) => {
    const start = now();
    await Promise.all(Array.from({ length: size }, () => call("spin", MS)));
    return (now() - start) / ideal(size);
  };
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const { gather } = await import("tsyncio");
  return withTsyncio(function* measureJobs(pool, jobs) {
    const start = now();
    yield* gather(Array.from({ length: size }, () => pool.submit(jobs.spin, MS)));
    return (now() - start) / ideal(size);
  });
}

/** @param {number} size */
function ideal(size) {
  return (size * MS * 1e6) / 2;
}

/** @type {import("../benchmark.js").Benchmark} */
export const workersCompute = {
  name: "workers-compute",
  title: "100 jobs of 10 ms on two threads, wall / ideal",
  unit: "x",
  size: 100,
  warmups: 1,
  samples: 3,
  columns: {
    native: (size) => withRaw(measure(size)),
    tsyncio,
    piscina: (size) => withPiscina(measure(size)),
    tinypool: (size) => withTinypool(measure(size)),
    workerpool: (size) => withWorkerpool(measure(size)),
  },
};
