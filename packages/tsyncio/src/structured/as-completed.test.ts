import { describe, expect, it } from "vitest";
import {
  allTasks,
  asCompleted,
  asyncFor,
  BREAK,
  type Coroutine,
  createTask,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  type Operation,
  sleep,
  TimeoutError,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

function* ends(delay: number, result: string): Coroutine<string> {
  yield* sleep(delay);
  return result;
}

function* fails(delay: number, message: string): Coroutine<string> {
  yield* sleep(delay);
  throw new Error(message);
}

describe("asCompleted, iterated plainly", () => {
  it("asCompleted() gives the outcomes in the order of completion", () => {
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      for (const next of asCompleted([ends(3, "c"), ends(1, "a"), fails(2, "b")])) {
        try {
          seen.push(yield* next);
        } catch (error) {
          seen.push((error as Error).message);
        }
        seen.push(getRunningLoop().time());
      }
      return seen;
    });
    expect(seen).toEqual(["a", 1, "b", 2, "c", 3]);
  });

  it("asCompleted() makes the k-th awaited the k-th to end, whichever is awaited first", () => {
    const results = runVirtual(function* main() {
      const nexts = [...asCompleted([ends(3, "c"), ends(1, "a"), ends(2, "b")])];
      const [first, second, third] = nexts as [
        Operation<string>,
        Operation<string>,
        Operation<string>,
      ];
      return [yield* third, yield* first, yield* second];
    });
    expect(results).toEqual(["a", "b", "c"]);
  });

  it("asCompleted() serves several waiters in the order in which they began to wait", () => {
    const results = runVirtual(function* main() {
      return yield* gather(asCompleted([ends(3, "c"), ends(1, "a"), ends(2, "b")]));
    });
    expect(results).toEqual(["a", "b", "c"]);
  });

  it("asCompleted() starts everything at the call", () => {
    const seen = runVirtual(function* main() {
      const all = asCompleted([ends(1, "a"), ends(1, "b")]);
      const tasks = allTasks().size;
      yield* sleep(5);
      const results: string[] = [];
      for (const next of all) results.push(yield* next);
      return [tasks, results, getRunningLoop().time()];
    });
    expect(seen).toEqual([3, ["a", "b"], 5]);
  });

  it("asCompleted() with a timeout raises TimeoutError for each that is left", () => {
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      const slow = createTask(ends(9, "slow"));
      for (const next of asCompleted([ends(1, "a"), slow, ends(8, "b")], { timeout: "2s" })) {
        try {
          seen.push(yield* next);
        } catch (error) {
          seen.push(error instanceof TimeoutError, getRunningLoop().time());
        }
      }
      return [seen, slow.cancelling(), yield* slow];
    });
    expect(seen).toEqual([["a", true, 2, true, 2], 0, "slow"]);
  });

  it("asCompleted() of nothing iterates nothing", () => {
    const rounds = runVirtual(function* main() {
      let rounds = 0;
      for (const next of asCompleted([])) {
        yield* next;
        rounds++;
      }
      yield* asyncFor(asCompleted([]), function* block() {
        rounds++;
        yield* sleep(0);
      });
      return rounds;
    });
    expect(rounds).toBe(0);
  });

  it("asCompleted() takes what is given twice as one", () => {
    const results = runVirtual(function* main() {
      const task = createTask(ends(1, "a"));
      const results: string[] = [];
      for (const next of asCompleted([task, task])) results.push(yield* next);
      return results;
    });
    expect(results).toEqual(["a"]);
  });

  it("asCompleted() takes each sleep(0) as one of its own", () => {
    const rounds = runVirtual(function* main() {
      let rounds = 0;
      for (const next of asCompleted([sleep(0), sleep(0)])) {
        yield* next;
        rounds++;
      }
      return rounds;
    });
    expect(rounds).toBe(2);
  });

  it("asCompleted() left early cancels nothing", () => {
    const seen = runVirtual(function* main() {
      const slow = createTask(ends(5, "slow"));
      for (const next of asCompleted([ends(1, "a"), slow])) {
        yield* next;
        break;
      }
      return [slow.cancelling(), yield* slow, getRunningLoop().time()];
    });
    expect(seen).toEqual([0, "slow", 5]);
  });

  it("asCompleted() loses no completion to a waiter that is cancelled when it was woken", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<string>();
      const [first, second] = [...asCompleted([future, sleep(9, "late")])] as [
        Operation<string>,
        Operation<string>,
      ];
      const cancelled = createTask(first);
      const next = createTask(second);
      yield* sleep(1);
      future.setResult("early");
      yield* sleep(0);
      cancelled.cancel();
      const error = yield* raisedBy(cancelled);
      return [isCancelled(error), yield* next, getRunningLoop().time()];
    });
    expect(seen).toEqual([true, "early", 1]);
  });

  it("asCompleted() whose waiter is cancelled gives the completion to the next", () => {
    const seen = runVirtual(function* main() {
      const [first, second] = [...asCompleted([ends(2, "a"), ends(3, "b")])] as [
        Operation<string>,
        Operation<string>,
      ];
      const cancelled = createTask(first);
      const next = createTask(second);
      yield* sleep(1);
      cancelled.cancel();
      return [yield* next, getRunningLoop().time()];
    });
    expect(seen).toEqual(["a", 2]);
  });
});

describe("asCompleted, iterated by asyncFor", () => {
  it("asCompleted() gives asyncFor() the very tasks, each of them done", () => {
    const seen = runVirtual(function* main() {
      const a = createTask(ends(2, "a"));
      const b = createTask(ends(1, "b"));
      const seen: unknown[] = [];
      yield* asyncFor(asCompleted([a, b]), function* block(task) {
        seen.push(task === a ? "a" : task === b ? "b" : "another", task.done());
        seen.push(yield* task);
      });
      return seen;
    });
    expect(seen).toEqual(["b", true, "b", "a", true, "a"]);
  });

  it("asCompleted() gives asyncFor() the tasks it made of coroutines", () => {
    const results = runVirtual(function* main() {
      const results: string[] = [];
      yield* asyncFor(asCompleted([ends(2, "a"), sleep(1, "b")]), function* block(task) {
        results.push(task.result());
      });
      return results;
    });
    expect(results).toEqual(["b", "a"]);
  });

  it("asCompleted() with a timeout makes asyncFor() raise TimeoutError", () => {
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      const error = yield* raisedBy(
        asyncFor(asCompleted([ends(1, "a"), ends(9, "b")], { timeout: 2 }), function* block(task) {
          seen.push(task.result());
        }),
      );
      return [seen, error instanceof TimeoutError, getRunningLoop().time()];
    });
    expect(seen).toEqual([["a"], true, 2]);
  });

  it("asCompleted() stops at BREAK, and what is left goes on", () => {
    const seen = runVirtual(function* main() {
      const slow = createTask(ends(5, "slow"));
      let rounds = 0;
      yield* asyncFor(asCompleted([slow, ends(1, "a")]), function* block() {
        rounds++;
        return BREAK;
      });
      return [rounds, getRunningLoop().time(), yield* slow];
    });
    expect(seen).toEqual([1, 1, "slow"]);
  });

  it("asCompleted() of what is done already takes one turn to give it", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const future = new Future<string>();
      future.setResult("a");
      const all = asCompleted([future]);
      getRunningLoop().callSoon(() => steps.at(1));
      for (const next of all) yield* next;
      steps.end(2);
    });
  });
});

describe("asCompleted, misused", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["a future", () => new Future<number>(), /got Future; pass an array$/],
    ["a coroutine", () => ends(1, "a"), /got .+; pass an array$/],
    ["an operation", () => sleep(1), /got Sleep; pass an array$/],
    ["a number", () => 42, /got number 42; pass an array$/],
  ])("asCompleted() of %s in place of an iterable is an error", (_name, make, message) => {
    const seen = runVirtual(function* main() {
      const error = thrownBy(() => asCompleted(make() as Coroutine<unknown>[]));
      return [error, yield* ends(1, "after")];
    });
    expect(seen).toMatchObject([{ name: "TypeError", code: "ERR_INVALID_ARG" }, "after"]);
    expect((seen[0] as Error).message).toMatch(
      /^Cannot iterate by completion: expected an iterable/,
    );
    expect((seen[0] as Error).message).toMatch(message);
  });

  it("asCompleted() of an iterable with something else in it is an error", () => {
    const seen = runVirtual(function* main() {
      return thrownBy(() => asCompleted([42 as unknown as Coroutine<unknown>]));
    });
    expect(seen).toMatchObject({ name: "TypeError", code: "ERR_NOT_AWAITABLE" });
  });

  it("asCompleted() outside a running loop is an error", () => {
    expect(thrownBy(() => asCompleted([ends(1, "a")]))).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_RUNNING_LOOP",
    });
  });

  it("asCompleted() with a timeout of NaN is an error", () => {
    const error = runVirtual(function* main() {
      return thrownBy(() => asCompleted([sleep(1)], { timeout: Number.NaN }));
    });
    expect(error).toMatchObject({ name: "RangeError", code: "ERR_INVALID_DURATION" });
  });
});
