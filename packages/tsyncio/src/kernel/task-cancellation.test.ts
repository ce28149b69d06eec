import { describe, expect, test } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  Lock,
  Queue,
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

describe("Task.cancel() before the first step", () => {
  test("keeps the body from running, finally included (B2 38)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          log.push("body");
        } finally {
          log.push("finally");
        }
      });
      expect(task.cancel("early")).toBe(true);
      expect(yield* raisedBy(task)).toMatchObject({ code: "ERR_CANCELLED", reason: "early" });
      expect(task.cancelled()).toBe(true);
    });
    expect(log).toEqual([]);
  });

  test("and uncancel() lets the body run (B2 48)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1, "ran"));
      task.cancel();
      expect(task.uncancel()).toBe(0);
      expect(yield* task).toBe("ran");
    });
  });

  test("uses the last reason (B2 39)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1));
      task.cancel("first");
      task.cancel("last");
      expect(task.cancelling()).toBe(2);
      expect(yield* raisedBy(task)).toMatchObject({ reason: "last" });
    });
  });
});

describe("Task.cancel() of a task that waits", () => {
  test("raises CancelledError at the await, with the reason and who asked", () => {
    runVirtual(function* main() {
      const log: CancelledError[] = [];
      const future = new Future<void>();
      const task = createTask(noting(log, future));
      yield* sleep(0);
      expect(task.cancel("not needed")).toBe(true);
      yield* sleep(0);
      expect(log[0]).toBeInstanceOf(CancelledError);
      expect(log[0]).toMatchObject({ message: "not needed", reason: "not needed" });
      expect(log[0]?.requestedBy === me()).toBe(true);
      expect(future.cancelled()).toBe(true);
      expect(task.cancelled()).toBe(true);
    });
  });

  test("twice before the delivery raises once, with the first reason; both count (B2 39)", () => {
    runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(noting(log, new Future()));
      yield* sleep(0);
      task.cancel("first");
      expect(task.cancel("second")).toBe(true);
      expect(task.cancelling()).toBe(2);
      yield* sleep(1);
      expect(log).toEqual([expect.objectContaining({ reason: "first" })]);
    });
  });

  test("keeps a reason that is no string as it is", () => {
    const reason = { why: "a reason of its own" };
    runVirtual(function* main() {
      const task = createTask(sleep(1));
      yield* sleep(0);
      task.cancel(reason);
      const error = (yield* raisedBy(task)) as CancelledError;
      expect(error.reason).toBe(reason);
      expect(error.message).toBe("[object Object]");
    });
  });

  test("removes the timer of a sleep at once (B2 67)", () => {
    const end = runVirtual(function* main() {
      const task = createTask(sleep(1000));
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
      return getRunningLoop().time();
    });
    expect(end).toBe(1);
  });

  test("on the very turn the timer fires wins over the timer (B2 67)", () => {
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const when = loop.time() + 1;
      const task = createTask(sleep(1));
      yield* sleep(0);
      loop.callAt(when, () => task.cancel());
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
    });
  });

  test("leaves the queue of a lock clean (B2 74)", () => {
    runVirtual(function* main() {
      const lock = new Lock();
      yield* lock.acquire();
      const waits = function* (): Coroutine<string> {
        yield* lock.acquire();
        return "acquired";
      };
      const [first, second] = [createTask(waits()), createTask(waits())];
      yield* sleep(0);
      first.cancel();
      yield* raisedBy(first);
      lock.release();
      expect(yield* second).toBe("acquired");
    });
  });

  test("does not lose the item of a queue", () => {
    runVirtual(function* main() {
      const queue = new Queue<number>();
      const task = createTask(queue.get());
      yield* sleep(0);
      queue.putNowait(1);
      task.cancel();
      yield* raisedBy(task);
      expect(queue.getNowait()).toBe(1);
    });
  });
});

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

describe("a chain of tasks", () => {
  test("is cancelled from the inside out; the reason passes up (B2 49)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const child = createTask(function* childBody() {
        try {
          yield* sleep(100);
        } catch (error) {
          log.push(`child ${(error as CancelledError).reason}`);
          throw error;
        }
      });
      const parent = createTask(function* parentBody() {
        try {
          yield* child;
        } catch (error) {
          log.push(`parent ${(error as CancelledError).reason}`);
          throw error;
        }
      });
      yield* sleep(0);
      parent.cancel("why");
      expect([parent.cancelling(), child.cancelling()]).toEqual([1, 1]);
      yield* raisedBy(parent);
      expect([parent.cancelled(), child.cancelled()]).toEqual([true, true]);
    });
    expect(log).toEqual(["child why", "parent why"]);
  });

  test("goes on with the value of a child that swallows the cancellation (B2 50)", () => {
    runVirtual(function* main() {
      const child = createTask(function* childBody() {
        try {
          yield* sleep(100);
        } catch {
          return "recovered";
        }
        return "slept";
      });
      const parent = createTask(noting([], child));
      yield* sleep(0);
      parent.cancel();
      expect(yield* parent).toBe("recovered");
      expect([parent.cancelled(), parent.cancelling()]).toEqual([false, 1]);
    });
  });

  test("waits for the child's cleanup (B2 51)", () => {
    runVirtual(function* main() {
      const child = createTask(function* childBody() {
        try {
          yield* sleep(100);
        } finally {
          yield* sleep(5);
        }
      });
      const parent = createTask(noting([], child));
      yield* sleep(1);
      parent.cancel();
      yield* raisedBy(parent);
      expect(getRunningLoop().time()).toBe(6);
    });
  });

  test("with two awaiters of one task: cancelling one cancels it, and so the other (B2 52)", () => {
    runVirtual(function* main() {
      const shared = createTask(sleep(100));
      const [one, other] = [createTask(noting([], shared)), createTask(noting([], shared))];
      yield* sleep(0);
      one.cancel();
      yield* raisedBy(other);
      expect([shared.cancelled(), one.cancelled(), other.cancelled()]).toEqual([true, true, true]);
      expect([one.cancelling(), other.cancelling()]).toEqual([1, 0]);
    });
  });

  test("of 5,000 tasks is cancelled as one of two is", () => {
    runVirtual(function* main() {
      let last: Future<unknown> = createTask(sleep(100));
      for (let i = 0; i < 5_000; i++) last = createTask(noting([], last));
      yield* sleep(0);
      last.cancel();
      expect(yield* raisedBy(last)).toBeInstanceOf(CancelledError);
    });
  });
});

describe("tasks that await each other in a circle", () => {
  /** Three tasks in a circle, a fourth that awaits the first, and what each was raised. */
  function* circle(log: string[], join: (next: Task<void>) => Future<unknown>) {
    const tasks: Task<void>[] = [];
    const member = function* (n: number): Coroutine<void> {
      try {
        yield* join(tasks[(n + 1) % 3] as Task<void>);
      } catch (error) {
        log.push(`${n} ${(error as Error).name}`);
        throw error;
      }
    };
    for (const n of [0, 1, 2]) tasks.push(createTask(member(n)));
    const outside = createTask(noting([], tasks[0] as Task<void>));
    yield* sleep(0);
    yield* sleep(0);
    return [...tasks, outside];
  }

  test.each<[string, (next: Task<void>) => Future<unknown>]>([
    ["directly", (next) => next],
    ["by gather()", (next) => gather(next)],
  ])("%s are released by a cancellation of one of them, or from outside", (_name, join) => {
    for (const n of [0, 1, 2, 3]) {
      const log: string[] = [];
      const main = function* (): Coroutine<void> {
        const tasks = yield* circle(log, join);
        expect(tasks[n]?.cancel()).toBe(true);
        yield* sleep(1);
        expect(tasks.map((task) => task.cancelled())).toEqual([true, true, true, true]);
      };
      // The gather() whose awaiter was released is left with a CancelledError that nobody asks for.
      runVirtual(main, { exceptionHandler: () => {} });
      expect(log.toSorted()).toEqual(["0 CancelledError", "1 CancelledError", "2 CancelledError"]);
    }
  });

  test("are released when all are cancelled in one go", () => {
    runVirtual(function* main() {
      const tasks = yield* circle([], (next) => next);
      for (const task of tasks) task.cancel();
      yield* sleep(1);
      expect(tasks.map((task) => task.cancelled())).toEqual([true, true, true, true]);
    });
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

describe("Task.cancel() of a task that is done", () => {
  test("is false and changes nothing (B2 55)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(0, "result"));
      yield* task;
      expect(task.cancel()).toBe(false);
      expect([task.cancelling(), task.result()]).toEqual([0, "result"]);
    });
  });
});

describe("cancelling at every turn", () => {
  test("of a lock's and a queue's life loses no lock and no item", () => {
    for (let turn = 0; turn < 12; turn++) {
      runVirtual(function* main() {
        const lock = new Lock();
        const queue = new Queue<number>();
        const taken: number[] = [];
        const worker = function* (): Coroutine<void> {
          for (;;) {
            yield* lock.acquire();
            try {
              // Nothing is awaited between the get and the note.
              taken.push(yield* queue.get());
            } finally {
              lock.release();
            }
          }
        };
        const tasks = [createTask(worker()), createTask(worker()), createTask(worker())];
        createTask(function* feeds() {
          for (let i = 0; i < 5; i++) {
            yield* queue.put(i);
            yield* sleep(0);
          }
        });
        for (let i = 0; i < turn; i++) yield* sleep(0);
        tasks[0]?.cancel();
        tasks[1]?.cancel();
        yield* sleep(1);
        expect(taken).toEqual([0, 1, 2, 3, 4]);
        expect([tasks[0]?.cancelled(), tasks[1]?.cancelled()]).toEqual([true, true]);
        tasks[2]?.cancel();
        yield* raisedBy(tasks[2] as Task<void>);
        expect(lock.locked()).toBe(false);
      });
    }
  });
});

test("Future.cancel() wakes who awaits it with the reason", () => {
  runVirtual(function* main() {
    const log: unknown[] = [];
    const future = new Future<void>();
    const task = createTask(noting(log, future));
    yield* sleep(0);
    future.cancel("dropped");
    yield* raisedBy(task);
    expect(log).toEqual([expect.objectContaining({ reason: "dropped" })]);
    expect([task.cancelled(), task.cancelling()]).toEqual([true, 0]);
    expect(errorOf(() => future.result())).toMatchObject({ reason: "dropped" });
  });
});
