/**
 * Calls of a function that does nothing on two threads, 500 of them in flight at any time.
 *
 * Counted: from the first call to the last result, divided by the calls. 500 loops wait for one call after the other.
 */
import { now } from "../benchmark.js";
import {
  withPiscina,
  withRaw,
  withTinypool,
  withTsyncio,
  withWorkerpool,
} from "./workers-pools.js";

const IN_FLIGHT = 500;

/** @param {number} size @returns {(call: import("./workers-pools.js").Call) => Promise<number>} */
function measure(size) {
  return async (call) => {
    async function loop() {
      for (let i = 0; i < size / IN_FLIGHT; i++) {
        if ((await call("noop", i)) !== i) throw new Error("A call gave what it was not given");
      }
    }
    const start = now();
    await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
    return (now() - start) / size;
  };
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const { gather } = await import("tsyncio");
  return withTsyncio(function* measureCalls(pool, jobs) {
    function* loop() {
      for (let i = 0; i < size / IN_FLIGHT; i++) {
        if ((yield* pool.submit(jobs.noop, i)) !== i) {
          throw new Error("A call gave what it was not given");
        }
      }
    }
    const start = now();
    yield* gather(Array.from({ length: IN_FLIGHT }, loop));
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const workersNoOp = {
  name: "workers-no-op",
  title: "no-op on a thread, 500 in flight",
  unit: "ns",
  size: 50_000,
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
