import { describe, expect, test } from "vitest";
import { type AsyncBody, asyncFunction } from "../../test/async-function.js";
import { errorOf, raisedBy } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  allTasks,
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  fromPromise,
  getRunningLoop,
  isCancelled,
  Lock,
  sleep,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";

/** A chain of lowered functions, which says in `log` what passes them. */
function chain(log: string[], depth: number, bottom: () => unknown) {
  const level = asyncFunction("level", function* (n: number): AsyncBody<unknown> {
    try {
      return yield n === 0 ? bottom() : level(n - 1);
    } catch (error) {
      log.push(`${n} ${isCancelled(error) ? error.reason : error}`);
      throw error;
    } finally {
      log.push(`${n} out`);
    }
  });
  return level(depth);
}

describe("cancelling a task of lowered functions", () => {
  test("before its first step runs nothing of it", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const coroutine = chain(log, 2, () => sleep(1));
      const task = createTask(coroutine);
      task.cancel("early");
      expect(yield* raisedBy(task)).toBeInstanceOf(CancelledError);
      expect([task.cancelled(), log]).toEqual([true, []]);
      expect(isCancelled(yield* raisedBy(coroutine))).toBe(true);
    });
  });

  test.each([0, 1, 2, 5])("raises it from the bottom up, at depth %i", (depth) => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = createTask(chain(log, depth, () => sleep(1)));
      yield* sleep(0.5);
      expect(task.cancel("why")).toBe(true);
      const error = (yield* raisedBy(task)) as CancelledError;
      expect([error.reason, error.requestedBy === currentTask()]).toEqual(["why", true]);
      expect(getRunningLoop().time()).toBe(0.5);
    });
    const levels = Array.from({ length: depth + 1 }, (_, n) => [`${n} why`, `${n} out`]);
    expect(log).toEqual(levels.flat());
  });

  test.each<[string, () => unknown]>([
    ["a task", () => createTask(sleep(9))],
    ["a generator", () => generatorNap()],
    ["a promise", () => new Promise(() => {})],
    ["a lock", () => held().acquire()],
    ["a plain value, which only takes a turn", () => 1],
  ])("raises it where the bottom waits for %s", async (_name, bottom) => {
    const log: string[] = [];
    await runVirtualAsync(function* main() {
      const task = createTask(chain(log, 1, bottom));
      yield* sleep(0);
      task.cancel("why");
      yield* raisedBy(task);
      expect(task.cancelled()).toBe(true);
      yield* sleep(0);
      expect(allTasks().size).toBe(1);
    });
    expect(log).toEqual(["0 why", "0 out", "1 why", "1 out"]);
  });

  test("lets each `finally` on the way wait", () => {
    const log: string[] = [];
    const at = (what: string): void => {
      log.push(`${getRunningLoop().time()} ${what}`);
    };
    const level = asyncFunction("level", function* (n: number): AsyncBody<void> {
      try {
        yield n === 0 ? sleep(9) : level(n - 1);
      } finally {
        at(`level ${n} cleans`);
        yield sleep(1);
        at(`level ${n} is clean`);
      }
    });
    runVirtual(function* main() {
      const task = createTask(level(2));
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
    });
    expect(log).toEqual([
      "1 level 0 cleans",
      "2 level 0 is clean",
      "2 level 1 cleans",
      "3 level 1 is clean",
      "3 level 2 cleans",
      "4 level 2 is clean",
    ]);
  });

  test("a second time raises it in the `finally` of the first", () => {
    const log: string[] = [];
    const stubborn = asyncFunction("stubborn", function* () {
      try {
        yield sleep(9);
      } finally {
        try {
          yield sleep(9);
        } catch (error) {
          log.push(`in finally: ${(error as CancelledError).reason}`);
        }
      }
    });
    runVirtual(function* main() {
      const task = createTask(stubborn());
      yield* sleep(0);
      task.cancel("first");
      yield* sleep(0);
      task.cancel("second");
      expect(((yield* raisedBy(task)) as CancelledError).reason).toBe("first");
      expect(task.cancelling()).toBe(2);
    });
    expect(log).toEqual(["in finally: second"]);
  });

  test("can be refused at any level, and the task goes on from there", () => {
    const log: string[] = [];
    const guards = asyncFunction("guards", function* () {
      try {
        yield chain(log, 1, () => sleep(9));
      } catch (error) {
        expect(isCancelled(error)).toBe(true);
      }
      currentTask()?.uncancel();
      return yield sleep(1, "went on");
    });
    const outer = asyncFunction("outer", function* () {
      return yield guards();
    });
    runVirtual(function* main() {
      const task = createTask(outer());
      yield* sleep(0);
      task.cancel("no");
      expect(yield* task).toBe("went on");
      expect([task.cancelled(), task.cancelling()]).toEqual([false, 0]);
    });
  });

  test("in the very turn in which the bottom's wait is over raises it all the same", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = createTask(chain(log, 1, () => sleep(1)));
      yield* sleep(1);
      task.cancel("late");
      expect(isCancelled(yield* raisedBy(task))).toBe(true);
    });
    expect(log).toEqual(["0 late", "0 out", "1 late", "1 out"]);
  });

  test("by itself raises it at its next await that waits, and not at one that does not", () => {
    const log: string[] = [];
    const quick = asyncFunction("quick", function* () {
      return "quick";
    });
    const selfish = asyncFunction("selfish", function* () {
      currentTask()?.cancel();
      log.push(yield quick());
      yield sleep(0);
      log.push("unreachable");
    });
    runVirtual(function* main() {
      const task = createTask(selfish());
      yield* raisedBy(task);
      expect(task.cancelled()).toBe(true);
      yield* stillWorks();
    });
    expect(log).toEqual(["quick"]);
  });

  test("aborts the signal of what the bottom waits for", async () => {
    let aborted: unknown;
    const fetches = asyncFunction("fetches", function* () {
      yield fromPromise((signal) => {
        signal.addEventListener("abort", () => {
          aborted = signal.reason;
        });
        return new Promise(() => {});
      });
    });
    await runVirtualAsync(function* main() {
      const task = createTask(fetches());
      yield* sleep(0);
      task.cancel("why");
      yield* raisedBy(task);
    });
    expect((aborted as CancelledError).reason).toBe("why");
  });

  test("that ends with another error fails with that", () => {
    const error = new Error("in the cleanup");
    const fails = asyncFunction("fails", function* () {
      try {
        yield sleep(9);
      } finally {
        yield sleep(0);
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw error;
      }
    });
    const outer = asyncFunction("outer", function* () {
      yield fails();
    });
    runVirtual(function* main() {
      const task = createTask(outer());
      yield* sleep(0);
      task.cancel();
      expect(yield* raisedBy(task)).toBe(error);
    });
  });
});

test("what main leaves behind is cancelled at any depth when its run ends", () => {
  const log: string[] = [];
  const main = asyncFunction("main", function* () {
    createTask(chain(log, 2, () => sleep(9)));
    yield sleep(1);
    return "main's";
  });
  expect(runVirtual(main)).toBe("main's");
  expect(log).toEqual(["0 undefined", "0 out", "1 undefined", "1 out", "2 undefined", "2 out"]);
});

test("a body may raise a CancelledError of its own, which ends its task as cancelled", () => {
  const gives = asyncFunction("gives", function* () {
    yield sleep(0);
    throw new CancelledError("my own");
  });
  runVirtual(function* main() {
    const coroutine = gives();
    const task = createTask(coroutine);
    expect(errorOf(() => task.result())).toMatchObject({ code: "ERR_INVALID_STATE" });
    expect(((yield* raisedBy(task)) as CancelledError).reason).toBe("my own");
    expect(((yield* raisedBy(coroutine)) as CancelledError).reason).toBe("my own");
    expect(task.cancelled()).toBe(true);
  });
});

function* generatorNap(): Coroutine<void> {
  yield* sleep(9);
}

function held(): Lock {
  const lock = new Lock();
  createTask(lock.acquire(), { eagerStart: true });
  return lock;
}
