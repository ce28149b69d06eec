import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  getRunningLoop,
  isCancelled,
  sleep,
  type Task,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** Awaits `future` and notes in `log` what came of it. */
function* noting(log: unknown[], future: Future<unknown>): Coroutine<unknown> {
  try {
    const value = yield* future;
    log.push(value);
    return value;
  } catch (error) {
    log.push(error);
    throw error;
  }
}

function me(): Task<unknown> {
  return currentTask() as Task<unknown>;
}

describe("cleanup", () => {
  test("in finally may await (B2 68)", () => {
    const { at, end } = steps();
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          at(1);
          yield* sleep(100);
        } finally {
          at(3);
          yield* sleep(1);
          at(4);
        }
      });
      yield* sleep(0);
      at(2);
      task.cancel();
      yield* raisedBy(task);
      expect(getRunningLoop().time()).toBe(1);
      end(5);
    });
  });

  test("is interrupted by a second cancel() at its own await (B2 40)", () => {
    const log: unknown[] = [];
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          yield* sleep(100);
        } catch (first) {
          log.push((first as CancelledError).reason);
          try {
            yield* sleep(100);
          } catch (second) {
            log.push((second as CancelledError).reason);
            throw second;
          }
        }
      });
      yield* sleep(1);
      task.cancel("first");
      yield* sleep(1);
      task.cancel("second");
      yield* raisedBy(task);
      expect([log, task.cancelling()]).toEqual([["first", "second"], 2]);
    });
  });

  test("that swallows the cancellation is not disturbed at later awaits (B2 41, 75)", () => {
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          yield* sleep(100);
        } catch (error) {
          if (!isCancelled(error)) throw error;
        }
        yield* sleep(1);
        yield* sleep(1);
        return me().cancelling();
      });
      yield* sleep(0);
      task.cancel();
      task.cancel();
      expect(yield* task).toBe(2);
      expect(task.cancelled()).toBe(false);
    });
  });

  test("that raises another error ends the task with that (B2 54)", () => {
    const error = new RangeError("cleanup failed");
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          yield* sleep(100);
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: replacing the cancellation is the point
          throw error;
        }
      });
      yield* sleep(0);
      task.cancel();
      expect(yield* raisedBy(task)).toBe(error);
      expect(task.cancelled()).toBe(false);
    });
  });

  test("that returns from finally ends the task normally, the count kept (B2 76)", () => {
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          yield* sleep(100);
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: swallowing the cancellation is the point
          return "swallowed";
        }
      });
      yield* sleep(0);
      task.cancel();
      expect(yield* task).toBe("swallowed");
      expect([task.cancelled(), task.cancelling()]).toEqual([false, 1]);
    });
  });
});

describe("Task.cancelling() and Task.uncancel()", () => {
  test("count, and never below zero (B2 42)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1));
      expect([task.cancelling(), task.uncancel(), task.uncancel()]).toEqual([0, 0, 0]);
      task.cancel();
      task.cancel();
      expect([task.cancelling(), task.uncancel(), task.uncancel()]).toEqual([2, 1, 0]);
      yield* task;
    });
  });

  test("uncancel() to one keeps the cancellation pending", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1));
      task.cancel();
      task.cancel();
      expect(task.uncancel()).toBe(1);
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
    });
  });

  test("uncancel() cannot take back what the awaited future took already (B2 47)", () => {
    runVirtual(function* main() {
      const task = createTask(noting([], new Future()));
      yield* sleep(0);
      task.cancel();
      task.uncancel();
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
      expect(task.cancelling()).toBe(0);
    });
  });
});

describe("a task that cancels itself", () => {
  test("and returns without awaiting ends cancelled (B2 43)", () => {
    runVirtual(function* main() {
      const task = createTask(function* body() {
        me().cancel("own");
        return "value";
      });
      expect(yield* raisedBy(task)).toMatchObject({ reason: "own" });
      expect(task.cancelled()).toBe(true);
    });
  });

  test("passes by awaits that do not wait, and is hit at the first that does (B2 44)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const done = new Future<void>();
      done.setResult(undefined);
      const task = createTask(function* body() {
        me().cancel();
        yield* done;
        log.push("a done future");
        yield* sleep(1);
        log.push("a sleep");
      });
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
      expect(getRunningLoop().time()).toBe(0);
    });
    expect(log).toEqual(["a done future"]);
  });

  test("is hit at sleep(0) as well", () => {
    runVirtual(function* main() {
      const task = createTask(function* body() {
        me().cancel();
        yield* sleep(0);
        return "not reached";
      });
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
    });
  });

  test("and raises an error ends with the error", () => {
    const error = new Error("own error");
    runVirtual(function* main() {
      const task = createTask(function* body() {
        me().cancel();
        throw error;
      });
      expect(yield* raisedBy(task)).toBe(error);
    });
  });
});

describe("Task.cancel() between the result and the step that would read it", () => {
  test("wins: the result is lost to the awaiter, the future keeps it (B2 45)", () => {
    runVirtual(function* main() {
      const log: unknown[] = [];
      const future = new Future<string>();
      const task = createTask(noting(log, future));
      yield* sleep(0);
      future.setResult("R");
      task.cancel("too late?");
      expect(yield* raisedBy(task)).toMatchObject({ reason: "too late?" });
      expect(log).toEqual([withCode("ERR_CANCELLED")]);
      expect(future.result()).toBe("R");
    });
  });

  test("uses the last reason (B2 39)", () => {
    runVirtual(function* main() {
      const future = new Future<string>();
      const task = createTask(noting([], future));
      yield* sleep(0);
      future.setResult("R");
      task.cancel("first");
      task.cancel("last");
      expect(yield* raisedBy(task)).toMatchObject({ reason: "last" });
    });
  });

  test("and uncancel() gives the result after all (B2 46)", () => {
    runVirtual(function* main() {
      const future = new Future<string>();
      const task = createTask(noting([], future));
      yield* sleep(0);
      future.setResult("R");
      task.cancel();
      task.uncancel();
      expect(yield* task).toBe("R");
    });
  });

  test("wins over an error, which counts as seen", () => {
    const reports: string[] = [];
    runVirtual(
      function* main() {
        const future = new Future<string>();
        const task = createTask(noting([], future));
        yield* sleep(0);
        future.setException(new Error("nobody's"));
        task.cancel();
        expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
      },
      { exceptionHandler: (_loop, { message }) => reports.push(message) },
    );
    expect(reports).toEqual([]);
  });
});

describe("a CancelledError", () => {
  test("raised by the program ends the task cancelled, the count zero (B2 53)", () => {
    const mine = new CancelledError("mine");
    runVirtual(function* main() {
      const task = createTask(function* body() {
        yield* sleep(0);
        throw mine;
      });
      expect(yield* raisedBy(task)).toBe(mine);
      expect([task.cancelled(), task.cancelling()]).toEqual([true, 0]);
    });
  });

  test("of another copy of the package ends the task cancelled as well", () => {
    const foreign = Object.assign(new Error("from elsewhere"), { code: "ERR_CANCELLED" });
    expect(isCancelled(foreign)).toBe(true);
    runVirtual(function* main() {
      const task = createTask(function* body() {
        throw foreign;
      });
      const error = yield* raisedBy(task);
      expect(error).toBeInstanceOf(CancelledError);
      expect((error as Error).cause).toBe(foreign);
      expect(task.cancelled()).toBe(true);
    });
  });

  test("is given once as it was, then without its reason, the first as its cause (B2 69)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1));
      yield* sleep(0);
      task.cancel("reason");
      const first = yield* raisedBy(task);
      const second = (yield* raisedBy(task)) as CancelledError;
      expect(first).toMatchObject({ reason: "reason" });
      expect([second.reason, second.message]).toEqual([undefined, ""]);
      expect(second.cause).toBe(first);
    });
  });
});
