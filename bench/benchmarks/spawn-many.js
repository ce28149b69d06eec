/**
 * Start 50,000 children, then wait for all of them.
 *
 * Counted: making the children and waiting for each in the order they were made; all are alive at
 * once. Each child gives way once before it returns, so that starting it at once does not finish it:
 * native waits for a settled promise, the others go through their scheduler.
 */
import { now } from "../benchmark.js";

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const settled = Promise.resolve();
  async function child() {
    await settled;
    return 1;
  }
  const start = now();
  const children = [];
  for (let i = 0; i < size; i++) children.push(child());
  for (const each of children) await each;
  return (now() - start) / size;
}

/** @param {number} size @param {boolean} eagerStart */
async function tsyncioWith(size, eagerStart) {
  const asyncio = await import("tsyncio");
  const options = eagerStart ? { eagerStart } : undefined;
  function* child() {
    yield* asyncio.sleep(0);
    return 1;
  }
  return asyncio.run(function* main() {
    const start = now();
    const tasks = [];
    for (let i = 0; i < size; i++) tasks.push(asyncio.createTask(child(), options));
    for (const task of tasks) yield* task;
    return (now() - start) / size;
  });
}

/** @param {number} size @param {"forkChild" | "forkDetach"} fork @param {boolean} startImmediately */
async function effectWith(size, fork, startImmediately) {
  const { Effect, Fiber } = await import("effect");
  const options = { startImmediately };
  const child = Effect.gen(function* child() {
    yield* Effect.yieldNow;
    return 1;
  });
  const main = Effect.gen(function* main() {
    const start = now();
    const fibers = [];
    for (let i = 0; i < size; i++) fibers.push(yield* Effect[fork](child, options));
    for (const fiber of fibers) yield* Fiber.join(fiber);
    return (now() - start) / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, spawn, until } = await import("effection");
  const settled = Promise.resolve();
  function* child() {
    yield* until(settled);
    return 1;
  }
  return run(function* main() {
    const start = now();
    const tasks = [];
    for (let i = 0; i < size; i++) tasks.push(yield* spawn(child));
    for (const task of tasks) yield* task;
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const spawnMany = {
  name: "spawn-50000",
  title: "spawn 50,000, join all",
  unit: "ns",
  size: 50_000,
  warmups: 3,
  samples: 3,
  python: { program: "spawn_many" },
  columns: {
    native,
    tsyncio: (size) => tsyncioWith(size, false),
    tsyncioEager: (size) => tsyncioWith(size, true),
    effect: (size) => effectWith(size, "forkChild", false),
    effectFast: (size) => effectWith(size, "forkDetach", true),
    effection,
  },
  sizes: { effection: 5_000 },
};
