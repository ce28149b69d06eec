/**
 * One producer hands 100,000 numbers to one consumer through a queue.
 *
 * Counted: from the start of the producer until the consumer has added up the last number, divided
 * by the numbers. With a capacity of 100 the producer is held back; without one it is not, so where a
 * `put` that need not wait does not give way (asyncio, tsyncio) it fills the queue first. Effection's
 * queue has no capacity, its `add` never waits and its array makes that quadratic.
 */
import { now } from "../benchmark.js";
import { PromiseQueue } from "./promise-queue.js";

/** @param {number} size @param {number} capacity */
async function native(size, capacity) {
  const queue = new PromiseQueue(capacity);
  async function produce() {
    for (let i = 0; i < size; i++) await queue.put(i);
  }
  let total = 0;
  const start = now();
  const producer = produce();
  for (let i = 0; i < size; i++) total += await queue.get();
  await producer;
  const elapsed = now() - start;
  check(total, size);
  return elapsed / size;
}

/** @param {number} size @param {number} capacity */
async function tsyncio(size, capacity) {
  const asyncio = await import("tsyncio");
  return asyncio.run(function* main() {
    /** @type {import("tsyncio").Queue<number>} */
    const queue = new asyncio.Queue(Number.isFinite(capacity) ? capacity : 0);
    function* produce() {
      for (let i = 0; i < size; i++) yield* queue.put(i);
    }
    let total = 0;
    const start = now();
    const producer = asyncio.createTask(produce());
    for (let i = 0; i < size; i++) total += yield* queue.get();
    yield* producer;
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @param {number} size @param {number} capacity */
async function effect(size, capacity) {
  const { Effect, Fiber, Queue } = await import("effect");
  const main = Effect.gen(function* main() {
    /** @type {import("effect").Queue.Queue<number>} */
    const queue = yield* Number.isFinite(capacity) ? Queue.bounded(capacity) : Queue.unbounded();
    const produce = Effect.gen(function* produce() {
      for (let i = 0; i < size; i++) yield* Queue.offer(queue, i);
    });
    let total = 0;
    const start = now();
    const producer = yield* Effect.forkChild(produce);
    for (let i = 0; i < size; i++) total += yield* Queue.take(queue);
    yield* Fiber.join(producer);
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
  return Effect.runPromise(main);
}

/** @param {number} size */
async function effection(size) {
  const { createQueue, run, spawn } = await import("effection");
  return run(function* main() {
    /** @type {import("effection").Queue<number, void>} */
    const queue = createQueue();
    function* produce() {
      for (let i = 0; i < size; i++) queue.add(i);
    }
    let total = 0;
    const start = now();
    const producer = yield* spawn(produce);
    for (let i = 0; i < size; i++) {
      const next = yield* queue.next();
      if (next.value !== undefined) total += next.value;
    }
    yield* producer;
    const elapsed = now() - start;
    check(total, size);
    return elapsed / size;
  });
}

/** @param {number} total @param {number} size */
function check(total, size) {
  const expected = (size * (size - 1)) / 2;
  if (total !== expected) throw new Error(`Expected a sum of ${expected}, found ${total}`);
}

/** @type {import("../benchmark.js").Benchmark} */
export const queueBounded = {
  name: "queue-100",
  title: "queue hand-off, capacity 100",
  unit: "ns",
  size: 100_000,
  warmups: 3,
  samples: 3,
  python: { program: "queue_hand_off", argument: 100 },
  columns: {
    native: (size) => native(size, 100),
    tsyncio: (size) => tsyncio(size, 100),
    effect: (size) => effect(size, 100),
  },
};

/** @type {import("../benchmark.js").Benchmark} */
export const queueUnbounded = {
  name: "queue-unbounded",
  title: "queue hand-off, unbounded",
  unit: "ns",
  size: 100_000,
  warmups: 3,
  samples: 3,
  python: { program: "queue_hand_off", argument: 0 },
  columns: {
    native: (size) => native(size, Number.POSITIVE_INFINITY),
    tsyncio: (size) => tsyncio(size, Number.POSITIVE_INFINITY),
    effect: (size) => effect(size, Number.POSITIVE_INFINITY),
    effection,
  },
};
