/**
 * Fifty calls deep, one suspension at the bottom.
 *
 * Counted: the way down, one turn of the scheduler, the way up; one figure is one such journey, not
 * one of its levels. The async form is what the transform makes of `async` functions.
 */
import { now } from "../benchmark.js";

const DEPTH = 50;

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const settled = Promise.resolve();
  /** @param {number} depth @returns {Promise<number>} */
  async function descend(depth) {
    if (depth > 1) return 1 + (await descend(depth - 1));
    await settled;
    return 1;
  }
  const start = now();
  for (let i = 0; i < size; i++) check(await descend(DEPTH));
  return (now() - start) / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  /** @param {number} depth @returns {import("tsyncio").Coroutine<number>} */
  function* descend(depth) {
    if (depth > 1) return 1 + (yield* descend(depth - 1));
    yield* asyncio.sleep(0);
    return 1;
  }
  return asyncio.run(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) check(yield* descend(DEPTH));
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncioAsync(size) {
  const asyncio = await import("tsyncio");
  const { at, describeFunction, lowered } = await import("tsyncio/coroutine");
  const descendInfo = describeFunction("descend", "deep.ts", 1, 0, [
    [2, 30],
    [3, 2],
  ]);
  const mainInfo = describeFunction("main", "deep.ts", 6, 0, [[8, 43]]);
  /** @param {number} depth @returns {Generator<unknown, number, number>} */
  function* descendBody(depth) {
    if (depth > 1) return 1 + (yield at(0, descend(depth - 1)));
    yield at(1, asyncio.sleep(0));
    return 1;
  }
  /** @param {number} depth */
  function descend(depth) {
    return lowered(descendInfo, descendBody(depth));
  }
  /** @returns {Generator<unknown, number, number>} */
  function* body() {
    const start = now();
    for (let i = 0; i < size; i++) check(yield at(0, descend(DEPTH)));
    return (now() - start) / size;
  }
  return asyncio.run(() => lowered(mainInfo, body()));
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  /** @param {number} depth @returns {import("effect").Effect.fn.Return<number>} */
  const body = function* body(depth) {
    if (depth > 1) return 1 + (yield* descend(depth - 1));
    yield* Effect.yieldNow;
    return 1;
  };
  const descend = Effect.fnUntraced(body);
  const main = Effect.gen(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) check(yield* descend(DEPTH));
    return (now() - start) / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, until } = await import("effection");
  const settled = Promise.resolve();
  /** @param {number} depth @returns {import("effection").Operation<number>} */
  function* descend(depth) {
    if (depth > 1) return 1 + (yield* descend(depth - 1));
    yield* until(settled);
    return 1;
  }
  return run(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) check(yield* descend(DEPTH));
    return (now() - start) / size;
  });
}

/** @param {number} depth */
function check(depth) {
  if (depth !== DEPTH) throw new Error(`Expected a depth of ${DEPTH}, found ${depth}`);
}

/** @type {import("../benchmark.js").Benchmark} */
export const deep = {
  name: "deep-50",
  title: "50 levels deep, one suspension",
  unit: "ns",
  size: 10_000,
  warmups: 3,
  samples: 3,
  python: { program: "deep" },
  columns: { native, tsyncio, tsyncioAsync, effect, effection },
};
