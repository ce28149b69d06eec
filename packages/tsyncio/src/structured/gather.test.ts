import { describe, expect, it } from "vitest";
import {
  type AnyAwaitable,
  allTasks,
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  type ExceptionContext,
  Future,
  gather,
  getRunningLoop,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

function* ends(delay: number, result: string): Coroutine<string> {
  yield* sleep(delay);
  return result;
}

function* fails(delay: number, message: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error(message);
}

/** Sleeps for long; when cancelled, cleans up for `cleanup` seconds and then does as `then` says. */
function* cleansUp(cleanup: number, then: () => unknown = rethrow): Coroutine<unknown> {
  try {
    yield* sleep(1000);
  } catch (error) {
    yield* sleep(cleanup);
    if (then === rethrow) throw error;
    return then();
  }
  return undefined;
}
function rethrow(): void {}

describe("gather", () => {
  it("gather() gives the results in the order of the arguments", () => {
    const seen = runVirtual(function* main() {
      const results = yield* gather(ends(3, "a"), ends(1, "b"), ends(2, "c"));
      return [results, getRunningLoop().time()];
    });
    expect(seen).toEqual([["a", "b", "c"], 3]);
  });

  it("gather() takes an iterable as well", () => {
    const seen = runVirtual(function* main() {
      const fromArray = yield* gather([ends(2, "a"), ends(1, "b")]);
      const fromSet = yield* gather(new Set([ends(2, "c")]), { returnExceptions: true });
      const fromIterator = yield* gather([ends(1, "d")].values());
      return [fromArray, fromSet, fromIterator];
    });
    expect(seen).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  it("gather() takes tasks, futures, operations and coroutines together", () => {
    const results = runVirtual(function* main() {
      const task = createTask(ends(1, "task"));
      const future = new Future<string>();
      getRunningLoop().callLater(2, () => future.setResult("future"));
      return yield* gather(task, future, sleep(1, "operation"), ends(1, "coroutine"));
    });
    expect(results).toEqual(["task", "future", "operation", "coroutine"]);
  });

  it("gather() of nothing is done at once with an empty array", () => {
    const seen = runVirtual(function* main() {
      const none = gather();
      const empty = gather([]);
      const options = gather([], { returnExceptions: true });
      return [none.done(), none.result(), empty.done(), empty.result(), yield* options];
    });
    expect(seen).toEqual([true, [], true, [], []]);
  });

  it("gather() runs what is given twice once, and fills both places", () => {
    const seen = runVirtual(function* main() {
      let runs = 0;
      function* once(): Coroutine<number> {
        yield* sleep(1);
        return ++runs;
      }
      const coroutine = once();
      const task = createTask(ends(1, "t"));
      return yield* gather(coroutine, task, coroutine, task);
    });
    expect(seen).toEqual([1, "t", 1, "t"]);
  });

  it("gather() makes a task for each sleep(0)", () => {
    const tasks = runVirtual(function* main() {
      const both = gather(sleep(0), sleep(0));
      const tasks = allTasks().size;
      yield* both;
      return tasks;
    });
    expect(tasks).toBe(3);
  });

  it("gather() starts at the call and needs no await", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const both = gather(
        (function* body() {
          steps.at(2);
          yield* sleep(0);
          steps.at(4);
        })(),
      );
      steps.at(1);
      yield* sleep(0);
      steps.at(3);
      yield* both;
      steps.end(5);
    });
  });

  it("gather() of coroutines that do not wait takes three turns", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const both = gather(
        (function* body() {
          steps.at(1);
        })(),
      );
      loop.callSoon(() => {
        steps.at(2);
        loop.callSoon(() => {
          steps.at(3);
          loop.callSoon(() => steps.end(5));
        });
      });
      yield* both;
      steps.at(4);
      yield* sleep(0);
    });
  });

  it("gather() of what is all done is done at the call", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(ends(1, "a"));
      yield* task;
      const all = gather(task, task);
      return [all.done(), all.result()];
    });
    expect(seen).toEqual([true, ["a", "a"]]);
  });

  it("gather() raises the first error when it comes, and the others go on", () => {
    const log: unknown[] = [];
    const reports: ExceptionContext[] = [];
    runVirtual(
      function* main() {
        const loop = getRunningLoop();
        const slow = createTask(ends(5, "slow"));
        log.push(yield* raisedBy(gather(slow, fails(1, "first"), fails(2, "second"))), loop.time());
        log.push(slow.done(), yield* slow, loop.time());
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(log).toEqual([new Error("first"), 1, false, "slow", 5]);
    // The second error is dropped without a word.
    expect(reports).toEqual([]);
  });

  it("gather() with returnExceptions gives errors as results and waits for all", () => {
    const [results, time] = runVirtual(function* main() {
      const results = yield* gather(fails(1, "x"), ends(2, "y"), fails(3, "z"), {
        returnExceptions: true,
      });
      return [results, getRunningLoop().time()] as const;
    });
    expect(results).toEqual([new Error("x"), "y", new Error("z")]);
    expect(time).toBe(3);
  });

  it("gather() with returnExceptions gives a CancelledError for a cancelled member", () => {
    const results = runVirtual(function* main() {
      const task = createTask(sleep(10));
      getRunningLoop().callLater(1, () => task.cancel());
      return yield* gather(task, ends(2, "b"), { returnExceptions: true });
    });
    expect(results[0]).toBeInstanceOf(CancelledError);
    expect(results[1]).toBe("b");
  });

  it("gather() raises CancelledError for a cancelled member, and is itself not cancelled", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(sleep(10));
      getRunningLoop().callLater(1, () => task.cancel());
      const all = gather(task, ends(2, "b"));
      const error = yield* raisedBy(all);
      return [error instanceof CancelledError, all.cancelled(), currentTask()?.cancelling()];
    });
    expect(seen).toEqual([true, false, 0]);
  });

  it("gather() that is not awaited and fails is reported once", () => {
    const reports: ExceptionContext[] = [];
    runVirtual(
      function* main() {
        gather(fails(1, "lost"));
        yield* sleep(2);
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(reports.map((report) => [report.message, report.exception])).toEqual([
      ["gather of 1 exception was never retrieved", new Error("lost")],
    ]);
  });
});

describe("gather, cancelled", () => {
  function cancelAt10(
    members: () => readonly AnyAwaitable<unknown>[],
    returnExceptions: boolean,
  ): unknown[] {
    const log: unknown[] = [];
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const tasks = members().map((member) => createTask(member as Coroutine<unknown>));
      for (const task of tasks) task.addDoneCallback(() => log.push(`member at ${loop.time()}`));
      const waiter = createTask(function* waits() {
        const error = yield* raisedBy(gather(tasks, { returnExceptions }));
        log.push(`${(error as Error).name} at ${loop.time()}`, currentTask()?.cancelling());
        throw error;
      });
      loop.callAt(10, () => waiter.cancel());
      yield* raisedBy(waiter);
      log.push(waiter.cancelled());
      yield* sleep(100);
    });
    return log;
  }

  it("gather() that is cancelled ends with the first member to end, while others clean up", () => {
    expect(cancelAt10(() => [cleansUp(1), cleansUp(5)], false)).toEqual([
      "member at 11",
      "CancelledError at 11",
      1,
      true,
      "member at 15",
    ]);
  });

  it("gather() with returnExceptions that is cancelled waits for all", () => {
    expect(cancelAt10(() => [cleansUp(1), cleansUp(5)], true)).toEqual([
      "member at 11",
      "member at 15",
      "CancelledError at 15",
      1,
      true,
    ]);
  });

  it("gather() that is cancelled raises what a member raises in place of the cancellation", () => {
    const raise = (): never => {
      throw new RangeError("cleanup failed");
    };
    expect(cancelAt10(() => [cleansUp(1, raise), cleansUp(5)], false)).toEqual([
      "member at 11",
      "RangeError at 11",
      1,
      false,
      "member at 15",
    ]);
  });

  it.each([false, true])(
    "gather() with returnExceptions %s whose members swallow the cancellation waits for all and is cancelled",
    (returnExceptions) => {
      const swallow = (): string => "swallowed";
      expect(
        cancelAt10(() => [cleansUp(1, swallow), cleansUp(5, swallow)], returnExceptions),
      ).toEqual(["member at 11", "member at 15", "CancelledError at 15", 1, true]);
    },
  );

  it("Future.cancel() of a gather after an error came out is false, and the members go on", () => {
    const seen = runVirtual(function* main() {
      const slow = createTask(ends(5, "slow"));
      const all = gather(slow, fails(1, "first"));
      yield* raisedBy(all);
      return [all.cancel(), slow.cancelling(), yield* slow];
    });
    expect(seen).toEqual([false, 0, "slow"]);
  });

  it("Future.cancel() of a gather cancels every member that is not done", () => {
    const seen = runVirtual(function* main() {
      const quick = createTask(ends(1, "quick"));
      const slow = createTask(ends(5, "slow"));
      const all = gather(quick, slow);
      yield* sleep(2);
      const accepted = all.cancel();
      yield* raisedBy(all);
      return [accepted, quick.cancelled(), slow.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, false, true, 2]);
  });
});

describe("gather, misused", () => {
  it.each<[string, unknown, string]>([
    ["a number", 42, "number 42; pass a coroutine, future, task or promise"],
    ["a function*", ends, "function ends; call the function"],
    ["null", null, "null; pass a coroutine, future, task or promise"],
  ])("gather() of %s is an error, and the loop works on", (_name, bad, got) => {
    const [error, after] = runVirtual(function* main() {
      const error = thrownBy(() => gather(bad as Coroutine<unknown>, sleep(1)));
      return [error, yield* gather(sleep(1, "after"))];
    });
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_NOT_AWAITABLE",
      message: `Cannot gather: expected something to await, got ${got}`,
    });
    expect(after).toEqual(["after"]);
  });

  it("gather() outside a running loop is an error", () => {
    expect(thrownBy(() => gather(ends(1, "a")))).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_RUNNING_LOOP",
      message: "Cannot gather: no running event loop; do it inside a coroutine started by run()",
    });
  });
});
