/** The face that awaitables turn to plain `async` code. On the engine's own loop: promises settle in real time. */
import { describe, expect, test } from "vitest";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  Loop,
  run,
  sleep,
  type Task,
  VirtualHost,
} from "../index.js";

function* quick(): Coroutine<string> {
  yield* sleep(0);
  return "value";
}

function* fails(): Coroutine<string> {
  yield* sleep(0);
  throw new Error("failed");
}

/** A task that outlives the run that makes it no longer than its own end. */
function startIn<T>(make: () => Coroutine<T>): Promise<T> {
  let task: Task<T> | undefined;
  const started = run(function* main() {
    task = createTask(make());
    try {
      yield* task;
    } catch {
      // The promise has it.
    }
  });
  return started.then(() => task as Task<T>);
}

describe("a task or future", () => {
  test("is an instance of Promise, and no promise of the engine's", async () => {
    await run(function* main() {
      const task = createTask(quick());
      expect(task instanceof Promise).toBe(true);
      expect(Object.prototype.toString.call(task)).toBe("[object Task]");
      expect(Object.prototype.toString.call(new Future())).toBe("[object Future]");
      yield* task;
    });
  });

  test("can be awaited: the value, the error, the cancellation", async () => {
    expect(await startIn(quick)).toBe("value");
    await expect(startIn(fails)).rejects.toThrow("failed");
    const cancelled = function* (): Coroutine<string> {
      (currentTask() as Task<unknown>).cancel("own");
      yield* sleep(0);
      return "not reached";
    };
    await expect(startIn(cancelled)).rejects.toBeInstanceOf(CancelledError);
  });

  test("can be awaited while it is pending", async () => {
    const loop = new Loop(new VirtualHost());
    const future = loop.createFuture<string>();
    const awaited = (async () => await future)();
    loop.callLater(1, () => future.setResult("later"));
    loop.runUntilComplete(future);
    expect(await awaited).toBe("later");
  });

  test("has then(), catch() and finally() as a promise has", async () => {
    const loop = new Loop(new VirtualHost());
    const done = loop.createFuture<number>();
    done.setResult(1);
    const failed = loop.createFuture<number>();
    failed.setException(new Error("failed"));
    const log: unknown[] = [];
    expect(await done.then((n) => n + 1)).toBe(2);
    expect(await done.finally(() => log.push("finally"))).toBe(1);
    expect(await failed.catch((error) => (error as Error).message)).toBe("failed");
    expect(await failed.then(null, () => "handled")).toBe("handled");
    await expect(failed.finally(() => log.push("finally 2"))).rejects.toThrow("failed");
    expect(log).toEqual(["finally", "finally 2"]);
  });

  test("goes into Promise.all() and Promise.race()", async () => {
    const loop = new Loop(new VirtualHost());
    const [a, b] = [loop.createFuture<string>(), loop.createFuture<string>()];
    const all = Promise.all([a, b]);
    const race = Promise.race([b, loop.createFuture<string>()]);
    a.setResult("a");
    loop.callLater(1, () => b.setResult("b"));
    loop.runUntilComplete(b);
    expect(await all).toEqual(["a", "b"]);
    expect(await race).toBe("b");
  });

  test("calls nothing back inside setResult()", async () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    const future = loop.createFuture<void>();
    const promise = future.then(() => log.push("then"));
    loop.callSoon(() => {
      future.setResult(undefined);
      log.push("set");
      loop.callSoon(() => {
        log.push("next turn");
        loop.stop();
      });
    });
    void loop.runForever();
    await promise;
    expect(log).toEqual(["set", "next turn", "then"]);
  });
});

describe("an operation", () => {
  test("awaited by plain code starts as a task, once", async () => {
    const nap = sleep("1ms", "slept");
    expect(await nap).toBe("slept");
    expect(await nap).toBe("slept");
  });
});
