/**
 * Take a lock, do next to nothing, give it back: alone, then as one of 100 tasks.
 *
 * Counted: acquire, the section and release; contended also one turn of the scheduler inside the
 * section, without which nobody would ever find the lock taken, so that part of the figure is the
 * figure of `reschedule`. Effect's lock is a semaphore with one permit. Effection has none.
 */
import { now } from "../benchmark.js";
import { PromiseLock } from "./promise-lock.js";

const TASKS = 100;

/** @param {number} size @param {number} tasks */
async function native(size, tasks) {
  const lock = new PromiseLock();
  const settled = Promise.resolve();
  const contended = tasks > 1;
  let total = 0;
  async function worker() {
    for (let i = 0; i < size / tasks; i++) {
      await lock.acquire();
      try {
        if (contended) await settled;
        total += 1;
      } finally {
        lock.release();
      }
    }
  }
  const start = now();
  await Promise.all(Array.from({ length: tasks }, worker));
  const elapsed = now() - start;
  check(total, size);
  return elapsed / size;
}

/** @param {number} size @param {number} tasks */
async function tsyncio(size, tasks) {
  const asyncio = await import("tsyncio");
  const contended = tasks > 1;
  return asyncio.run(function* main() {
    const lock = new asyncio.Lock();
    let total = 0;
    function* worker() {
      for (let i = 0; i < size / tasks; i++) {
        yield* lock.acquire();
        try {
          if (contended) yield* asyncio.sleep(0);
          total += 1;
        } finally {
          lock.release();
        }
      }
    }
    const start = now();
    yield* asyncio.gather(Array.from({ length: tasks }, worker));
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @param {number} size @param {number} tasks */
async function effect(size, tasks) {
  const { Effect, Semaphore } = await import("effect");
  const contended = tasks > 1;
  const main = Effect.gen(function* main() {
    const lock = yield* Semaphore.make(1);
    let total = 0;
    const add = Effect.sync(() => {
      total += 1;
    });
    const section = lock.withPermits(1)(contended ? Effect.andThen(Effect.yieldNow, add) : add);
    const worker = Effect.gen(function* worker() {
      for (let i = 0; i < size / tasks; i++) yield* section;
    });
    const start = now();
    yield* Effect.all(
      Array.from({ length: tasks }, () => worker),
      { concurrency: "unbounded", discard: true },
    );
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @param {number} total @param {number} size */
function check(total, size) {
  if (total !== size) throw new Error(`Expected ${size} sections to have run, ${total} did`);
}

/** @type {import("../benchmark.js").Benchmark} */
export const lockFree = {
  name: "lock-free",
  title: "lock, uncontended",
  unit: "ns",
  size: 200_000,
  warmups: 3,
  samples: 3,
  python: { program: "lock", argument: 1 },
  columns: {
    native: (size) => native(size, 1),
    tsyncio: (size) => tsyncio(size, 1),
    effect: (size) => effect(size, 1),
  },
};

/** @type {import("../benchmark.js").Benchmark} */
export const lockContended = {
  name: "lock-contended",
  title: "lock, contended by 100 tasks",
  unit: "ns",
  size: 100_000,
  warmups: 3,
  samples: 3,
  python: { program: "lock", argument: TASKS },
  columns: {
    native: (size) => native(size, TASKS),
    tsyncio: (size) => tsyncio(size, TASKS),
    effect: (size) => effect(size, TASKS),
  },
};
