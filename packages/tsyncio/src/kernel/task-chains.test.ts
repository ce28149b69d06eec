import { describe, expect, test } from "vitest";
import { raisedBy } from "../../test/errors.js";
import {
  CancelledError,
  type Coroutine,
  createTask,
  type Future,
  gather,
  getRunningLoop,
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
