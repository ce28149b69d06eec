/**
 * Calls of a function that does nothing on a thread, one after the other.
 *
 * Counted: from the first call to the last result, divided by the calls.
 */
import { now } from "../benchmark.js";
import {
  withPiscina,
  withRaw,
  withTinypool,
  withTsyncio,
  withWorkerpool,
} from "./workers-pools.js";

/** @param {number} size @returns {(call: import("./workers-pools.js").Call) => Promise<number>} */
function measure(size) {
  return async (call) => {
    const start = now();
    for (let i = 0; i < size; i++) await call("noop", i);
    return (now() - start) / size;
  };
}

/** @type {import("../benchmark.js").Measure} */
function tsyncio(size) {
  return withTsyncio(function* measureCalls(pool, jobs) {
    const start = now();
    for (let i = 0; i < size; i++) yield* pool.submit(jobs.noop, i);
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const workersRoundTrip = {
  name: "workers-round-trip",
  title: "no-op on a thread, one after the other",
  unit: "ns",
  size: 10_000,
  warmups: 2,
  samples: 3,
  columns: {
    native: (size) => withRaw(measure(size)),
    tsyncio,
    piscina: (size) => withPiscina(measure(size)),
    tinypool: (size) => withTinypool(measure(size)),
    workerpool: (size) => withWorkerpool(measure(size)),
  },
};
