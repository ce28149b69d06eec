/**
 * Wait for a call that does not suspend: no task, no scheduler.
 *
 * Counted: the call, its await and the sum of what comes back. Effect's column calls a function made
 * with `fnUntraced`, the cheapest that may contain awaits; the others call a plain coroutine function. The
 * async form is what the transform makes of `async function child(value) { return value + 1; }`.
 */
import { now } from "../benchmark.js";

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  /** @param {number} value */
  async function child(value) {
    return value + 1;
  }
  let total = 0;
  const start = now();
  for (let i = 0; i < size; i++) total = await child(total);
  const elapsed = now() - start;
  check(total, size);
  return elapsed / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  return asyncio.run(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) total = yield* generatorChild(total);
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncioAsync(size) {
  const asyncio = await import("tsyncio");
  const { at, describeFunction, lowered } = await import("tsyncio/coroutine");
  const childInfo = describeFunction("child", "call.ts", 1, 0, []);
  const mainInfo = describeFunction("main", "call.ts", 2, 0, [[5, 12]]);
  /** @param {number} value */
  function child(value) {
    return lowered(childInfo, generatorChild(value));
  }
  /** @returns {Generator<unknown, number, number>} */
  function* body() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) total = yield at(0, child(total));
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  }
  return asyncio.run(() => lowered(mainInfo, body()));
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const child = Effect.fnUntraced(generatorChild);
  const main = Effect.gen(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) total = yield* child(total);
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run } = await import("effection");
  return run(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) total = yield* generatorChild(total);
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @param {number} value @returns {Generator<never, number, unknown>} */
function* generatorChild(value) {
  return value + 1;
}

/** @param {number} total @param {number} size */
function check(total, size) {
  if (total !== size) throw new Error(`Expected ${size} calls to have run, ${total} did`);
}

/** @type {import("../benchmark.js").Benchmark} */
export const call = {
  name: "call",
  title: "call that does not suspend",
  unit: "ns",
  size: 1_000_000,
  warmups: 3,
  samples: 3,
  python: { program: "call" },
  columns: { native, tsyncio, tsyncioAsync, effect, effection },
};
