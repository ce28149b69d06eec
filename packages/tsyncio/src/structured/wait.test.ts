import { describe, expect, it } from "vitest";
import {
  ALL_COMPLETED,
  type Coroutine,
  createTask,
  currentTask,
  type Duration,
  type ExceptionContext,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  getRunningLoop,
  isCancelled,
  type ReturnWhen,
  sleep,
  type Task,
  wait,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps } from "./steps.contract.js";

function* ends(delay: number, result = "ended"): Coroutine<string> {
  yield* sleep(delay);
  return result;
}

function* fails(delay: number, message = "failed"): Coroutine<string> {
  yield* sleep(delay);
  throw new Error(message);
}

function names(tasks: Iterable<Task<unknown>>): string {
  return [...tasks].map((task) => task.name).join("");
}

/** Tasks a, b, c, … that end after so many seconds; a negative one fails after as many. */
function tasksFor(delays: readonly number[]): Task<string>[] {
  return delays.map((delay, i) =>
    createTask(delay < 0 ? fails(-delay) : ends(delay), { name: "abcdefgh".charAt(i) }),
  );
}

function waitOn(
  delays: readonly number[],
  options: { timeout?: Duration | null; returnWhen?: ReturnWhen },
): [done: string, pending: string, time: number] {
  return runVirtual(function* main() {
    const tasks = tasksFor(delays);
    const [done, pending] = yield* wait(tasks, options);
    for (const task of tasks) task.cancel();
    return [names(done), names(pending), getRunningLoop().time()] as [string, string, number];
  });
}

describe("wait", () => {
  it.each<
    [
      name: string,
      delays: number[],
      options: Parameters<typeof waitOn>[1],
      expected: [string, string, number],
    ]
  >([
    ["gives all when all are done", [3, 1, 2], {}, ["abc", "", 3]],
    [
      "ALL_COMPLETED does not stop at an error",
      [3, -1],
      { returnWhen: ALL_COMPLETED },
      ["ab", "", 3],
    ],
    [
      "FIRST_COMPLETED stops at the first",
      [3, 1, 2],
      { returnWhen: FIRST_COMPLETED },
      ["b", "ac", 1],
    ],
    [
      "FIRST_COMPLETED gives all that are done when it wakes",
      [1, 1, 2],
      { returnWhen: FIRST_COMPLETED },
      ["ab", "c", 1],
    ],
    [
      "FIRST_EXCEPTION stops at the first error",
      [1, -2, 3],
      { returnWhen: FIRST_EXCEPTION },
      ["ab", "c", 2],
    ],
    [
      "FIRST_EXCEPTION without an error gives all",
      [1, 2],
      { returnWhen: FIRST_EXCEPTION },
      ["ab", "", 2],
    ],
    ["with a timeout raises nothing", [1, 5], { timeout: 2 }, ["a", "b", 2]],
    ["takes a timeout with a unit", [1, 5], { timeout: "1500ms" }, ["a", "b", 1.5]],
    ["with a timeout of null waits for ever", [5], { timeout: null }, ["a", "", 5]],
    ["does not wait for its timeout when all are done", [1], { timeout: 100 }, ["a", "", 1]],
  ])("wait() %s", (_name, delays, options, expected) => {
    expect(waitOn(delays, options)).toEqual(expected);
  });

  it("wait() keeps the order of the argument in its sets", () => {
    expect(waitOn([4, 3, 9, 2, 1, 8], { timeout: 5 })).toEqual(["abde", "cf", 5]);
  });

  it("wait() leaves pending members running", () => {
    const seen = runVirtual(function* main() {
      const [slow] = tasksFor([5]) as [Task<string>];
      yield* wait([slow], { timeout: 1 });
      return [slow.done(), slow.cancelling(), yield* slow, getRunningLoop().time()];
    });
    expect(seen).toEqual([false, 0, "ended", 5]);
  });

  it("wait() with FIRST_EXCEPTION is not woken by a cancelled member", () => {
    const seen = runVirtual(function* main() {
      const [a, b] = tasksFor([10, 3]) as [Task<string>, Task<string>];
      getRunningLoop().callLater(1, () => a.cancel());
      const [done] = yield* wait([a, b], { returnWhen: FIRST_EXCEPTION });
      return [names(done), a.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual(["ab", true, 3]);
  });

  it("wait() of what is done already takes two turns", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const future = new Future<number>();
      future.setResult(1);
      const loop = getRunningLoop();
      loop.callSoon(() => {
        steps.at(1);
        loop.callSoon(() => {
          steps.at(2);
          loop.callSoon(() => steps.end(4));
        });
      });
      yield* wait([future]);
      steps.at(3);
      yield* sleep(0);
    });
  });

  it("wait() with a timeout of zero takes two turns", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const task = createTask(sleep(5));
      const loop = getRunningLoop();
      loop.callSoon(() => {
        steps.at(1);
        loop.callSoon(() => {
          steps.at(2);
          loop.callSoon(() => steps.end(4));
        });
      });
      const [done, pending] = yield* wait([task], { timeout: 0 });
      steps.at(3);
      expect([done.size, pending.size, loop.time()]).toEqual([0, 1, 0]);
      yield* sleep(0);
    });
  });

  it("wait() that is cancelled leaves its members running and takes its callbacks back", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<number>();
      const task = createTask(ends(5));
      const waiter = createTask(wait([future, task]));
      yield* sleep(1);
      const during = [future.waiters !== undefined, task.waiters !== undefined];
      waiter.cancel();
      const error = yield* raisedBy(waiter);
      const after = [future.waiters !== undefined, task.waiters !== undefined];
      return [during, isCancelled(error), after, task.cancelling(), yield* task];
    });
    expect(seen).toEqual([[true, true], true, [false, false], 0, "ended"]);
  });

  it("wait() that ends takes its callbacks back from members that are pending", () => {
    const left = runVirtual(function* main() {
      const future = new Future<number>();
      yield* wait([future, createTask(ends(1))], { returnWhen: FIRST_COMPLETED });
      return future.waiters;
    });
    expect(left).toBe(undefined);
  });

  it("wait() takes what is given twice as one", () => {
    const seen = runVirtual(function* main() {
      const [task] = tasksFor([1]) as [Task<string>];
      const [done, pending] = yield* wait([task, task]);
      return [done.size, pending.size];
    });
    expect(seen).toEqual([1, 0]);
  });

  it("wait() iterates its argument once", () => {
    const seen = runVirtual(function* main() {
      let iterations = 0;
      const [task] = tasksFor([1]) as [Task<string>];
      const source = {
        *[Symbol.iterator]() {
          iterations++;
          yield task;
        },
      };
      const [done] = yield* wait(source);
      return [iterations, names(done)];
    });
    expect(seen).toEqual([1, "a"]);
  });

  it("wait() does not count as having seen its members' errors", () => {
    const reports: ExceptionContext[] = [];
    runVirtual(
      function* main() {
        yield* wait(tasksFor([-1, -2]));
        yield* wait(tasksFor([-1]), { returnWhen: FIRST_EXCEPTION });
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(reports.map(({ message }) => message)).toEqual([
      'Task "a" exception was never retrieved',
      'Task "b" exception was never retrieved',
      'Task "a" exception was never retrieved',
    ]);
  });

  it("wait() that is cancelled when it has been woken ends cancelled", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<number>();
      const waiter = createTask(function* waits() {
        const error = yield* raisedBy(wait([future]));
        return [isCancelled(error), currentTask()?.cancelling()];
      });
      yield* sleep(1);
      future.setResult(1);
      yield* sleep(0);
      waiter.cancel();
      return yield* waiter;
    });
    expect(seen).toEqual([true, 1]);
  });
});

describe("wait, misused", () => {
  it.each<[string, () => unknown, string | RegExp]>([
    [
      "a coroutine in the iterable",
      () => [ends(1)],
      /^Cannot wait: got .+; a coroutine must be made a task first: createTask\(\.\.\.\)$/,
    ],
    [
      "an operation in the iterable",
      () => [sleep(1)],
      "Cannot wait: got Sleep; a coroutine must be made a task first: createTask(...)",
    ],
    [
      "a number in the iterable",
      () => [42],
      "Cannot wait: got number 42; pass futures, tasks or promises",
    ],
    [
      "a future",
      () => new Future<number>(),
      "Cannot wait: expected an iterable of futures, got Future; pass an array",
    ],
    [
      "a coroutine",
      () => ends(1),
      /^Cannot wait: expected an iterable of futures, got .+; pass an array$/,
    ],
    [
      "nothing",
      () => undefined,
      "Cannot wait: expected an iterable of futures, got undefined; pass an array",
    ],
  ])("wait() of %s is a TypeError, and the task goes on", (_name, make, message) => {
    const [error, after] = runVirtual(function* main() {
      const error = yield* raisedBy(wait(make() as Task<unknown>[]));
      return [error, yield* ends(1)];
    });
    expect(error).toMatchObject({ name: "TypeError", code: "ERR_INVALID_ARG" });
    expect((error as Error).message).toMatch(message);
    expect(after).toBe("ended");
  });

  it("wait() of nothing is a RangeError", () => {
    expect(runVirtual(() => raisedBy(wait([])))).toMatchObject({
      name: "RangeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot wait: no futures were given; pass one or more",
    });
  });

  it("wait() with an unknown returnWhen is a RangeError", () => {
    const error = runVirtual(function* main() {
      return yield* raisedBy(wait(tasksFor([1]), { returnWhen: "FIRST" as ReturnWhen }));
    });
    expect(error).toMatchObject({
      name: "RangeError",
      code: "ERR_INVALID_ARG",
      message:
        'Cannot wait: returnWhen must be FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED, got string "FIRST"',
    });
  });

  it("wait() with a timeout of NaN is a RangeError and leaves nothing behind", () => {
    const seen = runVirtual(function* main() {
      const future = new Future<number>();
      const error = yield* raisedBy(wait([future], { timeout: Number.NaN }));
      return [error, future.waiters];
    });
    expect(seen).toMatchObject([{ name: "RangeError", code: "ERR_INVALID_DURATION" }, undefined]);
  });
});
