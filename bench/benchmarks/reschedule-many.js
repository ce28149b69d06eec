/**
 * A thousand tasks that give way in turn.
 *
 * Counted: from before the first task is made until the last has ended, divided by all reschedules;
 * each task makes 100 or more, so that making it hardly shows.
 */
import { now } from "../benchmark.js";

const TASKS = 1_000;

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const settled = Promise.resolve();
  const turns = size / TASKS;
  async function worker() {
    for (let i = 0; i < turns; i++) await settled;
  }
  const start = now();
  await Promise.all(Array.from({ length: TASKS }, worker));
  return (now() - start) / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  const turns = size / TASKS;
  function* worker() {
    for (let i = 0; i < turns; i++) yield* asyncio.sleep(0);
  }
  return asyncio.run(function* main() {
    const start = now();
    yield* asyncio.gather(Array.from({ length: TASKS }, worker));
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const turns = size / TASKS;
  const worker = Effect.gen(function* worker() {
    for (let i = 0; i < turns; i++) yield* Effect.yieldNow;
  });
  const main = Effect.gen(function* main() {
    const start = now();
    yield* Effect.all(
      Array.from({ length: TASKS }, () => worker),
      { concurrency: "unbounded", discard: true },
    );
    return (now() - start) / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { all, run, until } = await import("effection");
  const settled = Promise.resolve();
  const turns = size / TASKS;
  function* worker() {
    for (let i = 0; i < turns; i++) yield* until(settled);
  }
  return run(function* main() {
    const start = now();
    yield* all(Array.from({ length: TASKS }, worker));
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const rescheduleMany = {
  name: "reschedule-1000",
  title: "reschedule, 1,000 tasks in turn",
  unit: "ns",
  size: 200_000,
  warmups: 3,
  samples: 3,
  python: { program: "reschedule_many" },
  columns: { native, tsyncio, effect, effection },
};
