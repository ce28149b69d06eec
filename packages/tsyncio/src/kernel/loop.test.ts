import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { expectStillWorks, stillWorks } from "../../test/still-works.js";
import {
  createTask,
  type Duration,
  type Executor,
  Future,
  getRunningLoop,
  Loop,
  type Runnable,
  sleep,
  Task,
  type TaskOptions,
  toThread,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

function virtualLoop(): Loop {
  return new Loop(new VirtualHost());
}

function* three() {
  yield* sleep(1);
  return 3;
}

describe("Loop.callSoon()", () => {
  test.each([
    ["nothing", undefined, /expected a function/],
    ["a number", 42, /expected a function/],
    ["a coroutine", three(), /createTask/],
    ["a function*", three, /createTask/],
  ])("refuses %s in place of a callback, and the loop goes on", (_name, callback, cure) => {
    runVirtual(function* main() {
      const loop = getRunningLoop();
      for (const call of [
        () => loop.callSoon(callback as never),
        () => loop.callSoonThreadsafe(callback as never),
        () => loop.callLater(1, callback as never),
        () => loop.callAt(1, callback as never),
      ]) {
        const error = errorOf(call);
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({
          code: "ERR_INVALID_ARG",
          message: expect.stringMatching(cure),
        });
      }
      yield* stillWorks();
    });
  });

  test("callSoonThreadsafe() queues as callSoon() does", () => {
    const log: number[] = [];
    runVirtual(function* main() {
      const loop = getRunningLoop();
      loop.callSoon(() => log.push(1));
      loop.callSoonThreadsafe(() => log.push(2));
      loop.callSoon(() => log.push(3));
      yield* sleep(0);
    });
    expect(log).toEqual([1, 2, 3]);
  });
});

describe("Loop.callLater() and Loop.callAt()", () => {
  test.each([
    [null, TypeError],
    [undefined, TypeError],
    [{}, TypeError],
    [Number.NaN, RangeError],
    ["soon", RangeError],
    ["5 s", RangeError],
    ["5d", RangeError],
    ["", RangeError],
  ])("refuse %j as a time, and the loop goes on (B2 18)", (delay, kind) => {
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const later = errorOf(() => loop.callLater(delay as Duration, () => {}));
      expect(later).toBeInstanceOf(kind);
      expect(later).toEqual(withCode("ERR_INVALID_DURATION"));
      if (typeof delay !== "string") {
        expect(errorOf(() => loop.callAt(delay as never, () => {}))).toEqual(
          withCode("ERR_INVALID_DURATION"),
        );
      }
      yield* stillWorks();
    });
  });

  test.each([
    [2, 2],
    ["250ms", 0.25],
    ["1.5s", 1.5],
    ["2m", 120],
    ["1h", 3600],
    [-3, 0],
  ] as const)("callLater(%j) calls back at %d s", (delay, expected) => {
    let called = Number.NaN;
    const loop = virtualLoop();
    loop.callLater(delay, () => {
      called = loop.time();
      loop.stop();
    });
    void loop.runForever();
    expect(called).toBe(expected);
  });

  test("a time in the past gives a TimerHandle all the same", () => {
    const loop = virtualLoop();
    expect(loop.callAt(-7, () => loop.stop()).when()).toBe(-7);
    void loop.runForever();
    expect(loop.time()).toBe(0);
  });
});

describe("Loop.runUntilComplete()", () => {
  test("gives the result of a coroutine, a function*, a future and a task", () => {
    const loop = virtualLoop();
    expect(loop.runUntilComplete(three())).toBe(3);
    expect(loop.runUntilComplete(three)).toBe(3);
    expect(loop.runUntilComplete(loop.createTask(three()))).toBe(3);
    const future = loop.createFuture<string>();
    loop.callLater(1, () => future.setResult("result"));
    expect(loop.runUntilComplete(future)).toBe("result");
    expect(loop.runUntilComplete(future)).toBe("result");
  });

  test("raises the error of what it runs", () => {
    const error = new Error("it failed");
    const failing = function* () {
      yield* sleep(1);
      throw error;
    };
    expect(errorOf(() => virtualLoop().runUntilComplete(failing()))).toBe(error);
  });

  test("throws ERR_LOOP_STOPPED when stop() comes before the end (B2 15)", () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    loop.callSoon(() => loop.stop());
    expect(() => loop.runUntilComplete(future)).toThrow(withCode("ERR_LOOP_STOPPED"));
    expect(() => loop.runUntilComplete(future)).toThrow(withCode("ERR_DEADLOCK"));
    expectStillWorks(loop);
  });

  test("refuses what is no coroutine", () => {
    const loop = virtualLoop();
    expect(() => loop.runUntilComplete(42 as never)).toThrow(withCode("ERR_NOT_A_COROUTINE"));
    expect(() => loop.runUntilComplete(Promise.resolve(1))).toThrow(
      withCode("ERR_NOT_A_COROUTINE"),
    );
    expectStillWorks(loop);
  });

  test("refuses a future of another loop", () => {
    const loop = virtualLoop();
    const future = virtualLoop().createFuture();
    expect(() => loop.runUntilComplete(future)).toThrow(withCode("ERR_FOREIGN_LOOP"));
    expectStillWorks(loop);
  });

  test("does not stop the loop when something else ends", () => {
    const loop = virtualLoop();
    const quick = loop.createTask(three());
    const slow = function* () {
      yield* sleep(10);
      return quick.done();
    };
    expect(loop.runUntilComplete(slow())).toBe(true);
  });
});

describe("a loop that runs", () => {
  test.each([
    ["runForever()", (loop: Loop) => loop.runForever()],
    ["runUntilComplete()", (loop: Loop) => loop.runUntilComplete(loop.createFuture())],
  ])("refuses %s, and goes on", (_name, start) => {
    runVirtual(function* main() {
      const loop = getRunningLoop();
      expect(() => start(loop)).toThrow(withCode("ERR_LOOP_RUNNING"));
      expect(() => start(virtualLoop())).toThrow(withCode("ERR_LOOP_RUNNING"));
      yield* stillWorks();
    });
  });

  test("refuses close(), and goes on (B2 16)", () => {
    const loop = virtualLoop();
    loop.runUntilComplete(function* main() {
      expect(() => loop.close()).toThrow(withCode("ERR_LOOP_RUNNING"));
      yield* stillWorks();
    });
  });

  test("is known as running, and not afterwards", () => {
    const loop = virtualLoop();
    expect(loop.isRunning()).toBe(false);
    loop.runUntilComplete(function* main() {
      expect(loop.isRunning()).toBe(true);
      expect(getRunningLoop()).toBe(loop);
    });
    expect(loop.isRunning()).toBe(false);
    expect(() => getRunningLoop()).toThrow(withCode("ERR_NO_RUNNING_LOOP"));
  });
});

describe("Loop.close()", () => {
  test("ends the use of the loop; a second time does nothing (B2 16)", () => {
    const loop = virtualLoop();
    loop.close();
    expect(() => loop.close()).not.toThrow();
    expect(loop.isClosed()).toBe(true);
    const closed = withCode("ERR_LOOP_CLOSED");
    expect(() => loop.callSoon(() => {})).toThrow(closed);
    expect(() => loop.callSoonThreadsafe(() => {})).toThrow(closed);
    expect(() => loop.callLater(1, () => {})).toThrow(closed);
    expect(() => loop.callAt(1, () => {})).toThrow(closed);
    expect(() => loop.createTask(three())).toThrow(closed);
    expect(() => loop.runForever()).toThrow(closed);
    expect(() => loop.runUntilComplete(three())).toThrow(closed);
  });

  test("drops what is queued", () => {
    const log: string[] = [];
    const loop = virtualLoop();
    loop.callSoon(() => log.push("soon"));
    loop.callLater(1, () => log.push("later"));
    loop.close();
    expectStillWorks(virtualLoop());
    expect(log).toEqual([]);
  });

  test("reports a task that is pending (B2 64)", () => {
    const loop = virtualLoop();
    const messages: string[] = [];
    loop.setExceptionHandler((_loop, { message, task }) =>
      messages.push(`${message} ${task?.name}`),
    );
    loop.createTask(three(), { name: "left behind" });
    loop.callSoon(() => loop.stop());
    void loop.runForever();
    loop.close();
    expect(messages).toEqual(["Task was destroyed but it is pending! left behind"]);
  });

  test("shuts the executor down", () => {
    const log: string[] = [];
    const loop = virtualLoop();
    loop.setDefaultExecutor({
      submit: () => Promise.resolve() as never,
      shutdown: () => log.push("shutdown"),
    });
    loop.close();
    expect(log).toEqual(["shutdown"]);
  });
});

describe("the executor's place", () => {
  test("is empty without a package that fills it: the error says which", () => {
    const loop = virtualLoop();
    expect(() => loop.runInExecutor(null, () => 1)).toThrow(withCode("ERR_NO_EXECUTOR"));
    expect(() => loop.runInExecutor(null, () => 1)).toThrow(/@tsyncio\/workers/);
    expect(() => loop.runUntilComplete(toThread(() => 1))).toThrow(withCode("ERR_NO_EXECUTOR"));
    expectStillWorks(loop);
  });

  test("takes an executor, and refuses what is none", () => {
    const loop = virtualLoop();
    expect(() => loop.setDefaultExecutor({} as Executor)).toThrow(withCode("ERR_INVALID_ARG"));
    expect(() => loop.setDefaultExecutor(undefined as never)).toThrow(withCode("ERR_INVALID_ARG"));
    const future = loop.createFuture<string>();
    const jobs: unknown[] = [];
    const executor = {
      submit(fn: unknown, ...args: unknown[]) {
        jobs.push([fn, ...args]);
        return future;
      },
    };
    loop.setDefaultExecutor(executor as never);
    const fn = (a: number, b: number): number => a + b;
    expect(loop.runInExecutor(null, fn, 1, 2)).toBe(future);
    expect(jobs).toEqual([[fn, 1, 2]]);
    loop.callLater(1, () => future.setResult("from elsewhere"));
    expect(loop.runUntilComplete(toThread(fn, 3, 4))).toBe("from elsewhere");
  });
});

describe("Loop.setTaskFactory()", () => {
  test("lets the factory make the tasks, with all options (B2 70)", () => {
    const seen: unknown[] = [];
    const result = runVirtual(function* main() {
      const loop = getRunningLoop();
      expect(loop.getTaskFactory()).toBeNull();
      const factory = <T>(of: Loop, coroutine: Runnable<T>, options: TaskOptions): Task<T> => {
        seen.push(of === loop, options);
        return new Task<T>(coroutine, { ...options, loop: of });
      };
      loop.setTaskFactory(factory);
      expect(loop.getTaskFactory()).toBe(factory);
      const task = createTask(three(), { name: "made", color: "red" } as object);
      const value = yield* task;
      loop.setTaskFactory(null);
      return [task.name, value, createTask(three()) instanceof Task];
    });
    expect(result).toEqual(["made", 3, true]);
    expect(seen).toEqual([true, { name: "made", color: "red" }]);
  });

  test("refuses what is no function, and a factory that returns no task", () => {
    runVirtual(function* main() {
      const loop = getRunningLoop();
      expect(() => loop.setTaskFactory(42 as never)).toThrow(withCode("ERR_INVALID_ARG"));
      loop.setTaskFactory((() => 42) as never);
      expect(() => createTask(three())).toThrow(withCode("ERR_TASK_FACTORY"));
      loop.setTaskFactory(null);
      yield* stillWorks();
    });
  });
});

test("getRunningLoop() throws outside a loop, and so do those that need one", () => {
  const missing = withCode("ERR_NO_RUNNING_LOOP");
  expect(() => getRunningLoop()).toThrow(missing);
  expect(() => createTask(three())).toThrow(missing);
  expect(() => new Future()).toThrow(missing);
  expect(() => new Task(three())).toThrow(missing);
  expect(() => sleep(1).next()).toThrow(missing);
});

test("Loop.createFuture() makes a future of that loop", () => {
  const loop = virtualLoop();
  expect(loop.createFuture().getLoop()).toBe(loop);
});

test.each([undefined, null, 42, {}, VirtualHost])("new Loop() refuses %s as its host", (host) => {
  const error = errorOf(() => new Loop(host as never));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toEqual(withCode("ERR_INVALID_ARG"));
});
