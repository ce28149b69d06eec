/**
 * Gather the results of 10,000 coroutines, each of which gives way once.
 *
 * Counted: calling the coroutine functions and gathering what they return, per coroutine.
 */
import { now } from "../benchmark.js";

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const settled = Promise.resolve();
  /** @param {unknown} _ @param {number} index */
  async function child(_, index) {
    await settled;
    return index;
  }
  const start = now();
  const results = await Promise.all(Array.from({ length: size }, child));
  const elapsed = now() - start;
  check(results, size);
  return elapsed / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  /** @param {unknown} _ @param {number} index */
  function* child(_, index) {
    yield* asyncio.sleep(0);
    return index;
  }
  return asyncio.run(function* main() {
    const start = now();
    const results = yield* asyncio.gather(Array.from({ length: size }, child));
    const elapsed = now() - start;
    check(results, size);
    return elapsed / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const child = Effect.fnUntraced(function* child(/** @type {number} */ index) {
    yield* Effect.yieldNow;
    return index;
  });
  const main = Effect.gen(function* main() {
    const start = now();
    const results = yield* Effect.all(
      Array.from({ length: size }, (_, index) => child(index)),
      { concurrency: "unbounded" },
    );
    const elapsed = now() - start;
    check(results, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { all, run, until } = await import("effection");
  const settled = Promise.resolve();
  /** @param {number} index */
  function* child(index) {
    yield* until(settled);
    return index;
  }
  return run(function* main() {
    const start = now();
    const results = yield* all(Array.from({ length: size }, (_, index) => child(index)));
    const elapsed = now() - start;
    check(results, size);
    return elapsed / size;
  });
}

/** @param {readonly number[]} results @param {number} size */
function check(results, size) {
  const last = results.at(-1);
  if (results.length !== size || last !== size - 1) {
    throw new Error(`Expected ${size} results in order, found ${results.length} ending in ${last}`);
  }
}

/** @type {import("../benchmark.js").Benchmark} */
export const gather = {
  name: "gather-10000",
  title: "gather 10,000",
  unit: "ns",
  size: 10_000,
  warmups: 5,
  samples: 5,
  python: { program: "gather" },
  columns: { native, tsyncio, effect, effection },
};
