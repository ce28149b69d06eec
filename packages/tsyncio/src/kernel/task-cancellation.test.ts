import { describe, expect, test } from "vitest";
import { errorOf, raisedBy } from "../../test/errors.js";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  getRunningLoop,
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
