/**
 * Memory of a task parked in a sleep.
 *
 * Counted: bytes in use after a full collection with the tasks parked, less those before the first was
 * made, per task; on JavaScript the heap and the typed arrays beside it, in Python the resident set of
 * the process. Nobody keeps the tasks but their runtime. The process ends without waking them.
 */
import { bytesInUse } from "../benchmark.js";

const LONG = 3_600;

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  async function parked() {
    await new Promise((resolve) => setTimeout(resolve, LONG * 1_000));
  }
  const before = bytesInUse();
  for (let i = 0; i < size; i++) void parked();
  return (bytesInUse() - before) / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  function* parked() {
    yield* asyncio.sleep(LONG);
  }
  return new Promise((resolve, reject) => {
    const ended = asyncio.run(function* main() {
      const before = bytesInUse();
      for (let i = 0; i < size; i++) asyncio.createTask(parked());
      yield* asyncio.sleep(0);
      resolve((bytesInUse() - before) / size);
      yield* asyncio.sleep(LONG);
    });
    ended.catch(reject);
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const parked = Effect.fnUntraced(function* parked() {
    yield* Effect.sleep(LONG * 1_000);
  });
  return new Promise((resolve, reject) => {
    const main = Effect.gen(function* main() {
      const before = bytesInUse();
      for (let i = 0; i < size; i++) yield* Effect.forkChild(parked());
      yield* Effect.yieldNow;
      resolve((bytesInUse() - before) / size);
      yield* Effect.never;
    });
    Effect.runPromise(main).catch(reject);
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, sleep, spawn, suspend } = await import("effection");
  function* parked() {
    yield* sleep(LONG * 1_000);
  }
  return new Promise((resolve, reject) => {
    const ended = run(function* main() {
      const before = bytesInUse();
      for (let i = 0; i < size; i++) void (yield* spawn(parked));
      yield* sleep(1);
      resolve((bytesInUse() - before) / size);
      yield* suspend();
    });
    ended.catch(reject);
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const memory = {
  name: "memory",
  title: "memory of a task parked in a sleep, 100,000 at once",
  unit: "bytes",
  size: 100_000,
  warmups: 0,
  samples: 1,
  python: { program: "memory" },
  columns: { native, tsyncio, effect, effection },
  sizes: { effection: 10_000 },
};

/** @type {import("../benchmark.js").Benchmark} */
export const memoryMillion = {
  name: "memory-million",
  title: "memory of a task parked in a sleep, 1,000,000 at once",
  unit: "bytes",
  size: 1_000_000,
  warmups: 0,
  samples: 1,
  columns: { native, tsyncio },
  nodeFlags: ["--max-old-space-size=4096"],
};
