/**
 * One task that gives way to the loop again and again.
 *
 * Counted: the loop inside a running task, not the start of the runtime. Every column goes through
 * its scheduler at each turn: native through the microtask queue, tsyncio and asyncio through the
 * ready queue, Effect through its dispatcher (a macrotask). Effection's own `sleep(0)` is a timer of a
 * millisecond, so it waits for a settled promise instead, which is the quickest it has.
 */
import { now } from "../benchmark.js";

/** @type {import("../benchmark.js").Measure} */
async function native(size) {
  const settled = Promise.resolve();
  const start = now();
  for (let i = 0; i < size; i++) await settled;
  return (now() - start) / size;
}

/** @type {import("../benchmark.js").Measure} */
async function tsyncio(size) {
  const asyncio = await import("tsyncio");
  return asyncio.run(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) yield* asyncio.sleep(0);
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Measure} */
async function effect(size) {
  const { Effect } = await import("effect");
  const main = Effect.gen(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) yield* Effect.yieldNow;
    return (now() - start) / size;
  });
  return Effect.runPromise(main);
}

/** @type {import("../benchmark.js").Measure} */
async function effection(size) {
  const { run, until } = await import("effection");
  const settled = Promise.resolve();
  return run(function* main() {
    const start = now();
    for (let i = 0; i < size; i++) yield* until(settled);
    return (now() - start) / size;
  });
}

/** @type {import("../benchmark.js").Benchmark} */
export const reschedule = {
  name: "reschedule",
  title: "reschedule, one task",
  unit: "ns",
  size: 200_000,
  warmups: 3,
  samples: 3,
  python: { program: "reschedule" },
  columns: { native, tsyncio, effect, effection },
};
