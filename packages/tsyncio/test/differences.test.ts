/**
 * Each difference from CPython that docs/differences.md lists, by the number of its row: what
 * tasks, timers, the loop, combinators and queues do. Those of runs, and those that need Node,
 * are in the files beside this one.
 */

import {
  asCompleted,
  asyncFor,
  asyncGenerator,
  asyncWith,
  BREAK,
  type CancelledError,
  ContextVar,
  type Coroutine,
  copyContext,
  createTask,
  currentTask,
  ExceptionGroup,
  Future,
  fromPromise,
  gather,
  getRunningLoop,
  InvalidStateError,
  isCancelled,
  isCoroutine,
  PriorityQueue,
  shield,
  sleep,
  TaskGroup,
  timeout,
  toThread,
  wait,
  waitFor,
} from "tsyncio";
import { runVirtual, runVirtualAsync } from "tsyncio/testing";
import { describe, expect, it } from "vitest";
import { errorOf, raisedBy } from "./errors.js";

describe("tasks", () => {
  it("D13 an error that nobody retrieves is reported at the end of the run at the latest", () => {
    const reports: [string, unknown][] = [];
    const kept = runVirtual(
      function* main() {
        const task = createTask(failing("lost"), { name: "background" });
        yield* sleep(1);
        reports.push(["main ends", undefined]);
        return task;
      },
      { exceptionHandler: (_loop, { message, exception }) => reports.push([message, exception]) },
    );
    expect(reports).toEqual([
      ["main ends", undefined],
      ['Task "background" exception was never retrieved', new Error("lost")],
    ]);
    expect(kept.done()).toBe(true);
  });

  it("D14 a coroutine that is never awaited does nothing and leaves no trace", () => {
    const trace: unknown[] = [];
    runVirtual(
      function* main() {
        failing("never raised");
        sleep("not a duration" as "1s");
        yield* sleep(1);
      },
      { debug: true, exceptionHandler: (_loop, context) => trace.push(context) },
    );
    expect(trace).toEqual([]);
  });

  it("D15 a coroutine that has ended gives undefined; what can be told is refused", () => {
    const outcomes = runVirtual(function* main() {
      const [coroutine, shared, nap] = [double(21), double(4), sleep(1, "slept")];
      createTask(shared);
      return [
        yield* coroutine,
        yield* coroutine,
        errorOf(() => createTask(shared)),
        yield* nap,
        yield* raisedBy(nap),
      ];
    });
    const refused = expect.objectContaining({ code: "ERR_AWAITED_TWICE" });
    expect(outcomes).toEqual([42, undefined, refused, "slept", refused]);
  });

  it("D16 every generator object is a coroutine", () => {
    function* numbers(): Generator<number> {
      yield 1;
    }
    expect([isCoroutine(numbers()), isCoroutine([1].values())]).toEqual([true, false]);
  });

  it("D17 catch catches a CancelledError, and isCancelled() tells it from the others", () => {
    const seen = runVirtual(function* main() {
      const stubborn = createTask(function* stubborn() {
        try {
          yield* sleep(60);
        } catch (error) {
          return isCancelled(error);
        }
        return undefined;
      });
      yield* sleep(1);
      stubborn.cancel();
      return [yield* stubborn, stubborn.cancelled(), isCancelled(new Error("other"))];
    });
    expect(seen).toEqual([true, false, false]);
  });

  it("D18 later retrievers get a fresh CancelledError with the first one as its cause", () => {
    const [first, second] = runVirtual(function* main() {
      const task = createTask(sleep(60));
      yield* sleep(1);
      task.cancel("enough");
      yield* sleep(1);
      return [errorOf(() => task.result()), errorOf(() => task.result())] as CancelledError[];
    });
    expect([first?.message, second?.message]).toEqual(["enough", ""]);
    expect(second?.cause).toBe(first);
  });

  it("D19 errors have a code, and the class that JavaScript has for what Python raises", () => {
    const [runtime, value, type, state] = runVirtual(function* main() {
      yield* sleep(0);
      return [
        errorOf(() => getRunningLoop().runUntilComplete(sleep(1))),
        yield* raisedBy(wait([])),
        yield* raisedBy(wait([sleep(1)] as never)),
        errorOf(() => new Future().result()),
      ];
    });
    expect(runtime).toMatchObject({ name: "UsageError", code: "ERR_LOOP_RUNNING" });
    expect(value).toMatchObject({ name: "RangeError", code: "ERR_INVALID_ARG" });
    expect(type).toMatchObject({ name: "TypeError", code: "ERR_INVALID_ARG" });
    expect(state).toBeInstanceOf(InvalidStateError);
    expect(state).toMatchObject({ code: "ERR_INVALID_STATE" });
  });

  it("D20 there is one class of exception groups, an AggregateError to be split", () => {
    const group = runVirtual(function* main() {
      return yield* raisedBy(
        asyncWith(new TaskGroup(), function* (tasks) {
          tasks.createTask(failing("one"));
          yield* sleep(1);
        }),
      );
    }) as ExceptionGroup;
    expect(group).toBeInstanceOf(AggregateError);
    const mixed = new ExceptionGroup("mixed", [new RangeError("a"), new TypeError("b")]);
    const [matching, rest] = mixed.split(RangeError);
    expect([group.errors, matching?.errors, rest?.errors]).toEqual([
      [new Error("one")],
      [new RangeError("a")],
      [new TypeError("b")],
    ]);
  });
});

describe("time and the loop", () => {
  it("D22 timers with equal deadlines fire in the order they were made", () => {
    const fired = runVirtual(function* main() {
      const order: number[] = [];
      const loop = getRunningLoop();
      for (let n = 0; n < 12; n++) loop.callAt(5, () => order.push(n));
      yield* sleep(6);
      return order;
    });
    expect(fired).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("D23 NaN is refused as a delay and as a deadline", () => {
    const codes = runVirtual(function* main() {
      const loop = getRunningLoop();
      const nothing = (): void => {};
      const errors = [
        errorOf(() => loop.callLater(Number.NaN, nothing)),
        errorOf(() => loop.callAt(Number.NaN, nothing)),
        errorOf(() => timeout(Number.NaN)),
        yield* raisedBy(sleep(Number.NaN)),
        yield* raisedBy(waitFor(sleep(1), Number.NaN)),
      ];
      return errors.map((error) => [(error as Error).name, (error as { code?: string }).code]);
    });
    expect(codes).toEqual(Array.from({ length: 5 }, () => ["RangeError", "ERR_INVALID_DURATION"]));
  });

  it("D24 callbacks are called without arguments: what they need is in their closure", () => {
    const calls = runVirtual(function* main() {
      const calls: unknown[][] = [];
      const loop = getRunningLoop();
      const record = (...args: unknown[]): unknown => calls.push(args);
      loop.callSoon(record);
      // @ts-expect-error what follows the callback is its options
      loop.callSoon(record, "argument");
      loop.callLater(1, () => record("from the closure"));
      yield* sleep(2);
      return calls;
    });
    expect(calls).toEqual([[], [], ["from the closure"]]);
  });

  it("D25 callSoonThreadsafe() is callSoon()", () => {
    const order = runVirtual(function* main() {
      const order: string[] = [];
      const loop = getRunningLoop();
      loop.callSoonThreadsafe(() => order.push("first"));
      loop.callSoon(() => order.push("second"));
      yield* sleep(0);
      return order;
    });
    expect(order).toEqual(["first", "second"]);
  });

  it("D26 without an executor toThread() and runInExecutor() say what to install", () => {
    const errors = runVirtual(function* main() {
      return [
        yield* raisedBy(toThread(() => 1)),
        errorOf(() => getRunningLoop().runInExecutor(null, () => 1)),
      ];
    });
    for (const error of errors) {
      expect(error).toMatchObject({ code: "ERR_NO_EXECUTOR" });
      expect(String(error)).toContain("npm install @tsyncio/workers");
    }
  });
});

describe("combinators and blocks", () => {
  it("D27 sets keep the order given, and asCompleted() starts what it is given in that order", () => {
    const seen = runVirtual(function* main() {
      const started: number[] = [];
      const note = function* note(n: number): Coroutine<number> {
        started.push(n);
        yield* sleep(n % 3);
        return n;
      };
      const numbers = [5, 3, 8, 1, 9, 2];
      for (const next of asCompleted(numbers.map(note))) yield* next;
      const tasks = numbers.map((n) => createTask(note(n)));
      const [done] = yield* wait(tasks);
      return [started, [...done].map((task) => task.result())];
    });
    expect(seen).toEqual([
      [5, 3, 8, 1, 9, 2, 5, 3, 8, 1, 9, 2],
      [5, 3, 8, 1, 9, 2],
    ]);
  });

  it("D28 functions that wait take promises as they are", async () => {
    const results = await runVirtualAsync(function* main() {
      const [done] = yield* wait([Promise.resolve("wait")]);
      const [completed] = asCompleted([Promise.resolve("asCompleted")]);
      return [
        yield* gather(Promise.resolve("gather"), sleep(1, "coroutine")),
        done.size,
        yield* waitFor(Promise.resolve("waitFor"), 1),
        yield* shield(Promise.resolve("shield")),
        yield* completed ?? sleep(0),
        yield* fromPromise(Promise.resolve("yield*")),
      ];
    });
    expect(results).toEqual([
      ["gather", "coroutine"],
      1,
      "waitFor",
      "shield",
      "asCompleted",
      "yield*",
    ]);
  });

  it("D29 TaskGroup.cancel() ends the group without an error", () => {
    const ended = runVirtual(function* main() {
      const loop = getRunningLoop();
      yield* asyncWith(new TaskGroup(), function* (group) {
        group.createTask(sleep(60));
        yield* sleep(1);
        group.cancel();
        yield* sleep(60);
      });
      return [loop.time(), currentTask()?.cancelling()];
    });
    expect(ended).toEqual([1, 0]);
  });

  it("D30 asyncFor() closes the iterator when the block returns BREAK", () => {
    const log = runVirtual(function* main() {
      const log: string[] = [];
      const numbers = asyncGenerator<number>(function* (emit) {
        try {
          for (let n = 1; ; n++) yield* emit(n);
        } finally {
          log.push("closed");
        }
      });
      yield* asyncFor(numbers, function* (n) {
        if (n === 2) return BREAK;
      });
      log.push("after");
      return log;
    });
    expect(log).toEqual(["closed", "after"]);
  });

  it("D32 a Context is iterated as a Map is, in pairs", () => {
    const pairs = runVirtual(function* main() {
      const user = new ContextVar("user", { default: "nobody" });
      const before = copyContext().get(user);
      user.set("ann");
      return [before, copyContext().size, [...copyContext()].map(([{ name }, v]) => [name, v])];
    });
    expect(pairs).toEqual([undefined, 1, [["user", "ann"]]]);
  });

  it("D33 callbacks of the engine run in the outermost context, those of the loop in the task's", async () => {
    const seen = await runVirtualAsync(function* main() {
      const user = new ContextVar("user", { default: "nobody" });
      user.set("ann");
      const answer = new Future<string>();
      getRunningLoop().callSoon(() => answer.setResult(user.get()));
      return [yield* answer, yield* fromPromise(Promise.resolve().then(() => user.get()))];
    });
    expect(seen).toEqual(["ann", "nobody"]);
  });
});

describe("queues", () => {
  it("D34 PriorityQueue takes a comparator, and equal items leave in the order they came", () => {
    const left = runVirtual(function* main() {
      const queue = new PriorityQueue<[number, string]>(0, (a, b) => a[0] - b[0]);
      for (const item of ["b1", "a1", "b2", "a2", "b3"]) {
        queue.putNowait([item.startsWith("a") ? 1 : 2, item]);
      }
      const names: string[] = [];
      while (!queue.empty()) names.push((yield* queue.get())[1]);
      return names;
    });
    expect(left).toEqual(["a1", "a2", "b1", "b2", "b3"]);
  });

  it("D35 a comparison that throws leaves the queue as it was", () => {
    const queue = new PriorityQueue<number | string>(0, (a, b) => {
      if (typeof a !== typeof b) throw new TypeError("not comparable");
      return a < b ? -1 : 1;
    });
    queue.putNowait(2);
    expect(() => queue.putNowait("x")).toThrow("not comparable");
    queue.putNowait(1);
    expect([queue.getNowait(), queue.getNowait(), queue.empty()]).toEqual([1, 2, true]);
    queue.taskDone();
    queue.taskDone();
    expect(() => queue.taskDone()).toThrow(RangeError);
  });
});

function* failing(message: string): Coroutine<never> {
  throw new Error(message);
}

function* double(n: number): Coroutine<number> {
  yield* sleep(1);
  return 2 * n;
}
