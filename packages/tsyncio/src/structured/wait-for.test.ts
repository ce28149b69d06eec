import { describe, expect, it } from "vitest";
import {
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  type Duration,
  Future,
  getRunningLoop,
  isCancelled,
  Lock,
  Queue,
  sleep,
  TimeoutError,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps } from "./steps.contract.js";

function* ends(delay: number, result = "ended"): Coroutine<string> {
  yield* sleep(delay);
  return result;
}

/** Sleeps for long; when cancelled, cleans up for `cleanup` seconds and then does as `then` says. */
function* stubborn(cleanup: number, then: () => string): Coroutine<string> {
  try {
    yield* sleep(1000);
  } catch {
    yield* sleep(cleanup);
    return then();
  }
  return "never";
}

describe("waitFor", () => {
  it("waitFor() gives the result of what ends in time", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<string>();
      getRunningLoop().callLater(1, () => future.setResult("future"));
      return [
        yield* waitFor(ends(1, "coroutine"), 2),
        yield* waitFor(createTask(ends(1, "task")), "2s"),
        yield* waitFor(future, 2),
        yield* waitFor(sleep(1, "operation"), 2),
        getRunningLoop().time(),
      ];
    });
    expect(seen).toEqual(["coroutine", "task", "future", "operation", 3]);
  });

  it("waitFor() raises TimeoutError at the deadline, with the cancellation as its cause", () => {
    const [error, time, cancelling] = runVirtual(function* main() {
      const error = yield* raisedBy(waitFor(ends(5), 2));
      return [error as TimeoutError, getRunningLoop().time(), currentTask()?.cancelling()];
    });
    expect(error).toBeInstanceOf(TimeoutError);
    expect(isCancelled((error as TimeoutError).cause)).toBe(true);
    expect([time, cancelling]).toEqual([2, 0]);
  });

  it("waitFor() raises the error of what fails in time", () => {
    const error = runVirtual(function* main() {
      return yield* raisedBy(
        waitFor(
          (function* fails() {
            yield* sleep(1);
            throw new RangeError("own");
          })(),
          2,
        ),
      );
    });
    expect(error).toEqual(new RangeError("own"));
  });

  it("waitFor() of a coroutine runs it in the caller's task and context", () => {
    const variable = new ContextVar("variable", { default: "before" });
    const seen = runVirtual(function* main() {
      const caller = currentTask();
      const same = yield* waitFor(
        (function* body() {
          variable.set("after");
          yield* sleep(1);
          return currentTask() === caller;
        })(),
        5,
      );
      return [same, variable.get()];
    });
    expect(seen).toEqual([true, "after"]);
  });

  it("waitFor() of what does not wait does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(3));
      steps.at(1);
      yield* waitFor((function* body(): Coroutine<void> {})(), 5);
      steps.at(2);
      yield* sleep(0);
    });
  });

  it("waitFor() with null waits without a limit", () => {
    const seen = runVirtual(function* main() {
      return [yield* waitFor(ends(5000), null), getRunningLoop().time()];
    });
    expect(seen).toEqual(["ended", 5000]);
  });

  it("waitFor() at zero does not begin a coroutine", () => {
    const seen = runVirtual(function* main() {
      let begun = false;
      const error = yield* raisedBy(
        waitFor(
          (function* body() {
            begun = true;
            yield* sleep(1);
          })(),
          0,
        ),
      );
      return [begun, error instanceof TimeoutError, isCancelled((error as TimeoutError).cause)];
    });
    expect(seen).toEqual([false, true, true]);
  });

  it("waitFor() at zero gives the result of what is done already", () => {
    const seen = runVirtual(function* main() {
      const done = new Future<string>();
      done.setResult("done");
      return [yield* waitFor(done, 0), yield* waitFor(done, -1), yield* waitFor(done, null)];
    });
    expect(seen).toEqual(["done", "done", "done"]);
  });

  it("waitFor() at zero cancels a task, and gives its result when it ends with one all the same", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(stubborn(3, () => "kept"));
      yield* sleep(1);
      return [yield* waitFor(task, 0), getRunningLoop().time()];
    });
    expect(seen).toEqual(["kept", 4]);
  });

  it("waitFor() waits at the deadline until what it cancelled has ended", () => {
    const seen = runVirtual(function* main() {
      const error = yield* raisedBy(
        waitFor(
          createTask(
            (function* body() {
              try {
                yield* sleep(1000);
              } finally {
                yield* sleep(5);
              }
            })(),
          ),
          1,
        ),
      );
      return [error instanceof TimeoutError, getRunningLoop().time()];
    });
    expect(seen).toEqual([true, 6]);
  });

  it("waitFor() gives the value of a task that swallows the cancellation", () => {
    const seen = runVirtual(function* main() {
      const value = yield* waitFor(createTask(stubborn(0, () => "kept")), 1);
      return [value, currentTask()?.cancelling()];
    });
    expect(seen).toEqual(["kept", 0]);
  });

  it("waitFor() raises the error that a task makes of the cancellation", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(
        stubborn(0, () => {
          throw new RangeError("instead");
        }),
      );
      return [yield* raisedBy(waitFor(task, 1)), currentTask()?.cancelling()];
    });
    expect(seen).toEqual([new RangeError("instead"), 0]);
  });

  it("waitFor() cancelled in the very turn of the deadline raises the cancellation", () => {
    const seen = runVirtual(function* main() {
      const waiter = createTask(function* waits() {
        const error = yield* raisedBy(waitFor(sleep(10), 1));
        return [isCancelled(error), currentTask()?.cancelling()];
      });
      yield* sleep(0);
      getRunningLoop().callAt(1, () => waiter.cancel());
      return yield* waiter;
    });
    expect(seen).toEqual([true, 1]);
  });

  it("waitFor() that is cancelled cancels what it waits for", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(ends(10));
      const waiter = createTask(waitFor(task, 5));
      yield* sleep(1);
      waiter.cancel();
      yield* raisedBy(waiter);
      return [waiter.cancelled(), task.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, true, 1]);
  });
});

describe("waitFor, at the deadline's own turn", () => {
  it("waitFor() loses a result that comes with the deadline", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<string>();
      const waiting = createTask(waitFor(future, 1));
      yield* sleep(0);
      getRunningLoop().callAt(1, () => {
        if (!future.done()) future.setResult("late");
      });
      const error = yield* raisedBy(waiting);
      return [error instanceof TimeoutError, future.cancelled()];
    });
    expect(seen).toEqual([true, true]);
  });

  it("waitFor() of Queue.get() times out with the put, and the item stays", () => {
    const seen = runVirtual(function* main() {
      const queue = new Queue<string>();
      getRunningLoop().callAt(1, () => queue.putNowait("item"));
      const error = yield* raisedBy(waitFor(queue.get(), 1));
      return [error instanceof TimeoutError, queue.qsize()];
    });
    expect(seen).toEqual([true, 1]);
  });

  it("waitFor() of Lock.acquire() times out with the release, and the lock ends free", () => {
    const seen = runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      getRunningLoop().callAt(1, () => lock.release());
      const error = yield* raisedBy(waitFor(lock.acquire(), 1));
      return [error instanceof TimeoutError, lock.locked()];
    });
    expect(seen).toEqual([true, false]);
  });
});

describe("waitFor, misused", () => {
  it.each<[string, unknown, string]>([
    ["a number", 42, "number 42; pass a coroutine, future, task or promise"],
    ["a function*", ends, "function ends; call the function"],
    ["an array", [], "Array; pass a coroutine, future, task or promise"],
  ])("waitFor() of %s is an error when it is awaited, and the task goes on", (_name, bad, got) => {
    const seen = runVirtual(function* main() {
      const limited = yield* raisedBy(waitFor(bad as Coroutine<unknown>, 1));
      const atOnce = yield* raisedBy(waitFor(bad as Coroutine<unknown>, 0));
      return [limited, atOnce, yield* ends(1)];
    });
    const error = {
      name: "TypeError",
      code: "ERR_NOT_AWAITABLE",
      message: `Cannot wait: expected something to await, got ${got}`,
    };
    expect(seen).toMatchObject([error, error, "ended"]);
  });

  it.each([Number.NaN, "soon", "1 s"])("waitFor() with a timeout of %s is an error", (timeout) => {
    const seen = runVirtual(function* main() {
      const error = yield* raisedBy(waitFor(ends(1), timeout as Duration));
      return [error, yield* ends(1)];
    });
    expect(seen).toMatchObject([{ name: "RangeError", code: "ERR_INVALID_DURATION" }, "ended"]);
  });

  it("waitFor() does nothing before it is awaited", () => {
    const seen = runVirtual(function* main() {
      let begun = false;
      const waiting = waitFor(
        (function* body() {
          begun = true;
          yield* sleep(1);
        })(),
        5,
      );
      yield* sleep(10);
      const before = begun;
      yield* waiting;
      return [before, begun, getRunningLoop().time()];
    });
    expect(seen).toEqual([false, true, 11]);
  });
});
