import { describe, expect, test } from "vitest";
import { errorOf } from "../../test/errors.js";
import {
  type Coroutine,
  createTask,
  DeadlockError,
  Event,
  Future,
  gather,
  Lock,
  Queue,
  sleep,
  type Task,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** The lines of the report of `main`, which comes to a standstill. */
function reportOf(main: () => Coroutine<unknown>): string[] {
  const error = errorOf(() => runVirtual(main, { name: "main" }));
  expect(error).toBeInstanceOf(DeadlockError);
  expect(error).toMatchObject({ code: "ERR_DEADLOCK" });
  return (error as Error).message.split("\n");
}

describe("DeadlockError", () => {
  test("says which task waits for what (B2 247)", () => {
    const report = reportOf(function* main() {
      createTask(new Event().wait(), { name: "waits for an event" });
      createTask(new Queue().get(), { name: "waits for an item" });
      yield* sleep(100);
      yield* new Future();
    });
    expect(report[0]).toBe("Deadlock: nothing can run any more; 3 tasks wait:");
    expect(report.slice(1)).toEqual([
      '  Task "main" waits for Future',
      expect.stringMatching(/^ {2}Task "waits for an event" waits for Event/),
      expect.stringMatching(/^ {2}Task "waits for an item" waits for Queue/),
    ]);
  });

  test("says who holds the lock", () => {
    const report = reportOf(function* main() {
      const lock = new Lock();
      createTask(
        function* holds() {
          yield* lock.acquire();
          yield* new Future();
        },
        { name: "holder" },
      );
      yield* sleep(0);
      yield* lock.acquire();
    });
    expect(report[1]).toMatch(/^ {2}Task "main" waits for Lock.*, held by Task "holder"$/);
  });

  test("names the circle of two tasks that await each other", () => {
    const report = reportOf(function* main() {
      const tasks: Task<void>[] = [];
      const awaits = function* (n: number): Coroutine<void> {
        yield* tasks[n] as Task<void>;
      };
      tasks.push(createTask(awaits(1), { name: "a" }), createTask(awaits(0), { name: "b" }));
      yield* gather(tasks);
    });
    expect(report.at(-1)).toBe('in a circle: Task "a" -> Task "b" -> Task "a"');
  });

  test("names the circle of two locks taken in opposite order", () => {
    const report = reportOf(function* main() {
      const locks = [new Lock(), new Lock()] as const;
      const takes = function* (first: Lock, second: Lock): Coroutine<void> {
        yield* first.acquire();
        yield* sleep(1);
        yield* second.acquire();
      };
      createTask(takes(locks[0], locks[1]), { name: "a" });
      createTask(takes(locks[1], locks[0]), { name: "b" });
      yield* new Future();
    });
    expect(report.at(-1)).toBe('in a circle: Task "a" -> Task "b" -> Task "a"');
  });

  test("does not come while a timer is set", () => {
    runVirtual(function* main() {
      const future = new Future<string>();
      createTask(function* resolves() {
        yield* sleep("1h");
        future.setResult("in time");
      });
      expect(yield* future).toBe("in time");
    });
  });
});
