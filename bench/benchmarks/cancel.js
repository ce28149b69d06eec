/**
 * Cancel 50,000 tasks that are parked in a long sleep, each with cleanup.
 *
 * Counted: from the first request to cancel until all have ended and their cleanup has run; making
 * them and the turn in which they start are not. Native has no cancellation: its tasks each have an
 * `AbortController` and a sleep that listens to it, written by hand. An Effect generator's `finally`
 * does not run on interruption; its cleanup is `Effect.ensuring`.
 */
import { now } from "../benchmark.js";

const LONG = 3_600;

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  let cleaned = 0;
  /** @param {number} milliseconds @param {AbortSignal} signal @returns {Promise<void>} */
  function sleep(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(finish, milliseconds);
      function finish() {
        signal.removeEventListener("abort", abort);
        resolve();
      }
      function abort() {
        clearTimeout(timer);
        reject(signal.reason);
      }
      signal.addEventListener("abort", abort, { once: true });
    });
  }
  /** @param {AbortSignal} signal */
  async function parked(signal) {
    try {
      await sleep(LONG * 1_000, signal);
    } finally {
      cleaned += 1;
    }
  }
  const controllers = Array.from({ length: size }, () => new AbortController());
  const ends = Promise.allSettled(controllers.map(({ signal }) => parked(signal)));
  const start = now();
  for (const controller of controllers) controller.abort();
  await ends;
  const elapsed = now() - start;
  check(cleaned, size);
  return elapsed / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  let cleaned = 0;
  function* parked() {
    try {
      yield* asyncio.sleep(LONG);
    } finally {
      cleaned += 1;
    }
  }
  return asyncio.run(function* main() {
    const tasks = Array.from({ length: size }, () => asyncio.createTask(parked()));
    yield* asyncio.sleep(0);
    const start = now();
    for (const task of tasks) task.cancel();
    yield* asyncio.wait(tasks);
    const elapsed = now() - start;
    check(cleaned, size);
    return elapsed / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect, Fiber } = await import("effect");
  let cleaned = 0;
  const cleanup = Effect.sync(() => {
    cleaned += 1;
  });
  const parked = Effect.ensuring(Effect.sleep(LONG * 1_000), cleanup);
  const main = Effect.gen(function* main() {
    const fibers = [];
    for (let i = 0; i < size; i++) fibers.push(yield* Effect.forkChild(parked));
    yield* Effect.yieldNow;
    const start = now();
    yield* Fiber.interruptAll(fibers);
    const elapsed = now() - start;
    check(cleaned, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, sleep, spawn } = await import("effection");
  let cleaned = 0;
  function* parked() {
    try {
      yield* sleep(LONG * 1_000);
    } finally {
      cleaned += 1;
    }
  }
  return run(function* main() {
    const tasks = [];
    for (let i = 0; i < size; i++) tasks.push(yield* spawn(parked));
    yield* sleep(1);
    const start = now();
    for (const task of tasks) yield* task.halt();
    const elapsed = now() - start;
    check(cleaned, size);
    return elapsed / size;
  });
}

/** @param {number} cleaned @param {number} size */
function check(cleaned, size) {
  if (cleaned !== size) throw new Error(`Expected ${size} cleanups to have run, ${cleaned} did`);
}

/** @type {import("../benchmark.js").Benchmark} */
export const cancel = {
  name: "cancel-50000",
  title: "cancel 50,000 parked tasks with cleanup",
  unit: "ns",
  size: 50_000,
  warmups: 1,
  samples: 2,
  python: { program: "cancel" },
  columns: { native, tsyncio, effect, effection },
  sizes: { effection: 5_000 },
};
