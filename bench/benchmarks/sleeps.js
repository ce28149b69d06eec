/**
 * 100,000 tasks that sleep 1 to 500 milliseconds each.
 *
 * Counted: from before the first task is made until the last has woken, over the longest sleep, 500 ms;
 * 1 would be a program that costs nothing. The durations come in the same scattered order in every
 * column: 7919 is prime to 500, so each length occurs equally often.
 */
import { now } from "../benchmark.js";

const LONGEST = 500;
const IDEAL = LONGEST * 1e6;

/** Milliseconds that the task `index` sleeps. @param {number} index */
function duration(index) {
  return 1 + ((index * 7919) % LONGEST);
}

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  /** @param {unknown} _ @param {number} index */
  async function nap(_, index) {
    await new Promise((resolve) => setTimeout(resolve, duration(index)));
  }
  const start = now();
  await Promise.all(Array.from({ length: size }, nap));
  return (now() - start) / IDEAL;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  /** @param {unknown} _ @param {number} index */
  function* nap(_, index) {
    yield* asyncio.sleep(duration(index) / 1_000);
  }
  return asyncio.run(function* main() {
    const start = now();
    yield* asyncio.gather(Array.from({ length: size }, nap));
    return (now() - start) / IDEAL;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const nap = Effect.fnUntraced(function* nap(/** @type {number} */ index) {
    yield* Effect.sleep(duration(index));
  });
  const main = Effect.gen(function* main() {
    const start = now();
    yield* Effect.all(
      Array.from({ length: size }, (_, index) => nap(index)),
      { concurrency: "unbounded", discard: true },
    );
    return (now() - start) / IDEAL;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { all, run, sleep } = await import("effection");
  /** @param {number} index */
  function* nap(index) {
    yield* sleep(duration(index));
  }
  return run(function* main() {
    const start = now();
    yield* all(Array.from({ length: size }, (_, index) => nap(index)));
    return (now() - start) / IDEAL;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const sleeps = {
  name: "sleeps",
  title: "100,000 sleeps of 1 to 500 ms, wall / ideal",
  unit: "x",
  size: 100_000,
  warmups: 1,
  samples: 1,
  python: { program: "sleeps" },
  columns: { native, tsyncio, effect, effection },
  sizes: { effection: 20_000 },
};
