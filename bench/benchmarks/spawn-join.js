/**
 * One child at a time: start it, wait for its result.
 *
 * Counted: making the child, its one step and its join. The child returns its argument at once.
 * Native has no tasks: the column is a call of an async function and its await, the floor of what a
 * join can cost. An Effect is a value, so its child is made once, outside the loop, as its users would;
 * `effectFast` is the fastest of its forks, `forkDetach` started immediately (`forkChild` started
 * immediately took 1.4 times as long). `tsyncioEager` is the counterpart: the child runs inside
 * `createTask`.
 */
import { now } from "../benchmark.js";

/** @param {number} total @param {number} size */
function check(total, size) {
  if (total !== size) throw new Error(`Expected ${size} children to have run, ${total} did`);
}

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  async function child() {
    return 1;
  }
  let total = 0;
  const start = now();
  for (let i = 0; i < size; i++) total += await child();
  const elapsed = now() - start;
  check(total, size);
  return elapsed / size;
}

/** @param {number} size @param {boolean} eagerStart */
async function tsyncioWith(size, eagerStart) {
  const asyncio = await import("tsyncio");
  const options = eagerStart ? { eagerStart } : undefined;
  function* child() {
    return 1;
  }
  return asyncio.run(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) total += yield* asyncio.createTask(child(), options);
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @param {number} size @param {"forkChild" | "forkDetach"} fork @param {boolean} startImmediately */
async function effectWith(size, fork, startImmediately) {
  const { Effect, Fiber } = await import("effect");
  const options = { startImmediately };
  const child = Effect.gen(function* child() {
    return 1;
  });
  const main = Effect.gen(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) {
      const fiber = yield* Effect[fork](child, options);
      total += yield* Fiber.join(fiber);
    }
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, spawn } = await import("effection");
  function* child() {
    return 1;
  }
  return run(function* main() {
    let total = 0;
    const start = now();
    for (let i = 0; i < size; i++) {
      const task = yield* spawn(child);
      total += yield* task;
    }
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const spawnJoin = {
  name: "spawn-join",
  title: "spawn and join a child",
  unit: "ns",
  size: 100_000,
  warmups: 3,
  samples: 3,
  python: { program: "spawn_join" },
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
