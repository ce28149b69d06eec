import { describe, expect, it } from "vitest";
import { type Coroutine, createTask, gather, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { PriorityQueue } from "./priority-queue.js";
import { queueContract } from "./queue.contract.js";

queueContract("PriorityQueue", (maxsize = 0) => new PriorityQueue(maxsize, byValue));

describe("PriorityQueue", () => {
  it("PriorityQueue.getNowait() gives the smallest item first, by the comparator", () => {
    const queue = new PriorityQueue<number>(0, byValue);
    for (const item of [5, 1, 4, 2, 3]) queue.putNowait(item);
    expect(drain(queue)).toEqual([1, 2, 3, 4, 5]);
    const descending = new PriorityQueue<number>(0, (a, b) => b - a);
    for (const item of [5, 1, 4, 2, 3]) descending.putNowait(item);
    expect(drain(descending)).toEqual([5, 4, 3, 2, 1]);
  });

  it("PriorityQueue gives equal items in the order they were put", () => {
    const queue = new PriorityQueue<[number, number]>(0, ([a], [b]) => a - b);
    const items = Array.from({ length: 200 }, (_, i): [number, number] => [(i * 7919) % 5, i]);
    for (const item of items) queue.putNowait(item);
    expect(drain(queue)).toEqual([...items].sort(([a, i], [b, j]) => a - b || i - j));
  });

  it("PriorityQueue agrees with sorting under any mix of putting and getting", () => {
    const queue = new PriorityQueue<[number, number]>(0, ([a], [b]) => a - b);
    const model: [number, number][] = [];
    let random = 42;
    for (let i = 0; i < 5000; i++) {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      if (random % 5 < 3 || model.length === 0) {
        const item: [number, number] = [random % 23, i];
        queue.putNowait(item);
        model.push(item);
      } else {
        model.sort(([a, m], [b, n]) => a - b || m - n);
        expect(queue.getNowait()).toBe(model.shift());
      }
    }
    expect(queue.qsize()).toBe(model.length);
  });

  it("a comparator that throws makes put() throw and leaves queue and counter as they were", () => {
    const seen = runVirtual(function* main() {
      const queue = new PriorityQueue<unknown>(0, strict);
      for (const item of [3, 1, 2]) queue.putNowait(item);
      const before = String(queue);
      expect(() => queue.putNowait("x")).toThrow(TypeError);
      const after = String(queue);
      const [outcome] = yield* gather([queue.put("y")], { returnExceptions: true });
      return [before === after, outcome instanceof TypeError, ...drain(queue)];
    });
    expect(seen).toEqual([true, true, 1, 2, 3]);
  });

  it("a comparator that throws makes getNowait() throw and leaves the queue as it was", () => {
    let comparisons = Infinity;
    const queue = new PriorityQueue<number>(0, (a, b) => {
      if (--comparisons < 0) throw new Error("no more");
      return a - b;
    });
    const items = [5, 3, 8, 1, 9, 2, 7];
    for (const item of items) queue.putNowait(item);
    let failures = 0;
    for (let allowed = 0; ; allowed++) {
      comparisons = allowed;
      try {
        expect(queue.getNowait()).toBe(1);
        break;
      } catch {
        failures++;
        expect(queue.qsize()).toBe(items.length);
      }
    }
    comparisons = Infinity;
    expect(failures).toBeGreaterThan(2);
    expect(drain(queue)).toEqual([2, 3, 5, 7, 8, 9]);
  });

  it("a get() whose comparison fails leaves the item to the next getter", () => {
    const seen = runVirtual(function* main() {
      let failing = false;
      const queue = new PriorityQueue<number>(0, (a, b) => {
        if (failing) throw new Error("no order");
        return a - b;
      });
      const log: unknown[] = [];
      function* take(who: string): Coroutine<void> {
        try {
          log.push(`${who} ${yield* queue.get()}`);
        } catch (error) {
          log.push(`${who} ${(error as Error).message}`);
          failing = false;
        }
      }
      const takers = ["a", "b", "c"].map((who) => createTask(take(who)));
      yield* sleep(0);
      for (const item of [3, 2, 1]) queue.putNowait(item);
      failing = true;
      yield* gather(takers);
      return [...log, queue.qsize()];
    });
    expect(seen).toEqual(["a no order", "b 1", "c 2", 1]);
  });

  it("a waiting put() whose comparison fails leaves the place to the next", () => {
    const seen = runVirtual(function* main() {
      const queue = new PriorityQueue<unknown>(2, strict);
      for (const item of [1, 2]) queue.putNowait(item);
      const putters = ["x", 3].map((item) => createTask(queue.put(item)));
      yield* sleep(0);
      queue.getNowait();
      const [first] = yield* gather(putters, { returnExceptions: true });
      return [first instanceof TypeError, ...drain(queue)];
    });
    expect(seen).toEqual([true, 2, 3]);
  });

  it("compare must be a function", () => {
    expect(() => new PriorityQueue(0, undefined as never)).toThrow(
      expect.objectContaining({ name: "TypeError", code: "ERR_INVALID_ARG" }),
    );
  });
});

function byValue(a: number, b: number): number {
  return a - b;
}

/** Compares numbers only. */
function strict(a: unknown, b: unknown): number {
  if (typeof a !== "number" || typeof b !== "number") throw new TypeError("not comparable");
  return a - b;
}

function drain<T>(queue: PriorityQueue<T>): T[] {
  return Array.from({ length: queue.qsize() }, () => queue.getNowait());
}
