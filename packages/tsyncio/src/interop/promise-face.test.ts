/** Tasks, futures and operations as plain `async` code and frameworks see them: as promises. */
import { describe, expect, it } from "vitest";
import {
  CancelledError,
  type Coroutine,
  createTask,
  Event,
  Future,
  fromPromise,
  gather,
  getRunningLoop,
  isCancelled,
  Lock,
  Queue,
  run,
  shield,
  sleep,
  type Task,
  waitFor,
} from "../index.js";

function* ends(result: string): Coroutine<string> {
  yield* sleep(0);
  return result;
}

function* fails(message: string): Coroutine<never> {
  yield* sleep(0);
  throw new RangeError(message);
}

type Spawn = <T>(coroutine: Coroutine<T>) => Task<T>;

/** Runs `body`, plain async code, with a way to make tasks on the loop whose steps it is not part of. */
function fromPlainCode<T>(body: (spawn: Spawn) => Promise<T>): Promise<T> {
  return run(function* main() {
    const loop = getRunningLoop();
    return yield* fromPromise(() => body((coroutine) => loop.createTask(coroutine)));
  });
}

describe("a task in plain async code", () => {
  it("Task is awaited by await", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const task = spawn(ends("value"));
      return [await task, await task];
    });
    expect(seen).toEqual(["value", "value"]);
  });

  it("Task that fails makes await raise its error", async () => {
    await expect(fromPlainCode(async (spawn) => await spawn(fails("failed")))).rejects.toEqual(
      new RangeError("failed"),
    );
  });

  it("Task that is cancelled makes await raise CancelledError", async () => {
    const error = await fromPlainCode(async (spawn) => {
      const task = spawn(sleep(100));
      task.cancel("enough");
      return await task.then(
        () => undefined,
        (error: unknown) => error,
      );
    });
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ reason: "enough" });
  });

  it("Task, Future and operations are instances of Promise", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const task = spawn(ends("value"));
      const seen = [task, new Future<number>(), sleep(1), gather(), shield(task)];
      return seen.map((each) => each instanceof Promise);
    });
    expect(seen).toEqual([true, true, true, true, true]);
  });

  it("Task.then(), catch() and finally() work as a promise's", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const log: unknown[] = [];
      const good = spawn(ends("value"));
      const bad = spawn(fails("failed"));
      log.push(await good.then((value) => `${value}!`));
      log.push(await good.then((value) => spawn(ends(`${value}?`))));
      log.push(await good.then());
      log.push(await good.finally(() => log.push("finally")));
      log.push(await good.catch(() => "not called"));
      log.push(await bad.catch((error: unknown) => (error as Error).message));
      log.push(await bad.then(undefined, (error: unknown) => (error as Error).name));
      log.push(await bad.finally(() => log.push("finally")).catch(() => "caught"));
      return log;
    });
    expect(seen).toEqual([
      "value!",
      "value?",
      "value",
      "finally",
      "value",
      "value",
      "failed",
      "RangeError",
      "finally",
      "caught",
    ]);
  });

  it("Task.then() calls back in a microtask, not at once, and gives an engine's promise", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const task = spawn(ends("value"));
      await task;
      const log: string[] = [];
      const then = task.then(() => log.push("called"));
      log.push("after then()");
      await then;
      return [...log, Object.getPrototypeOf(then) === Promise.prototype];
    });
    expect(seen).toEqual(["after then()", "called", true]);
  });

  it("Promise.all(), race(), any() and allSettled() take tasks, futures and operations", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const future = new Future<string>();
      getRunningLoop().callSoon(() => future.setResult("future"));
      const never = spawn(sleep(1000));
      const all = await Promise.all([spawn(ends("task")), future, sleep(0, "sleep")]);
      const race = await Promise.race([never, spawn(ends("first"))]);
      const any = await Promise.any([spawn(fails("x")), spawn(ends("any"))]);
      const settled = await Promise.allSettled([spawn(fails("x")), spawn(ends("y"))]);
      return [all, race, any, settled.map(({ status }) => status)];
    });
    expect(seen).toEqual([["task", "future", "sleep"], "first", "any", ["rejected", "fulfilled"]]);
  });

  it("Promise.resolve() of a task is a promise of its result", async () => {
    const seen = await fromPlainCode(async (spawn) => await Promise.resolve(spawn(ends("value"))));
    expect(seen).toBe("value");
  });

  it("a promise may be resolved with a task", async () => {
    const seen = await fromPlainCode(
      async (spawn) => await new Promise<string>((resolve) => resolve(spawn(ends("value")))),
    );
    expect(seen).toBe("value");
  });

  it("an async function may return a task", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const load = async (): Promise<string> => spawn(ends("value"));
      return await load();
    });
    expect(seen).toBe("value");
  });

  it("String() and Object.prototype.toString name the class", async () => {
    const seen = await fromPlainCode(async (spawn) => {
      const task = spawn(ends("value"));
      task.name = "load";
      await task;
      return [String(task), Object.prototype.toString.call(task)];
    });
    expect(seen).toEqual(['<Task finished result=string "value" name="load">', "[object Task]"]);
  });
});

describe("an operation in plain async code", () => {
  it("sleep(), Lock.acquire(), Queue.get() and waitFor() are awaited outside any run", async () => {
    const lock = new Lock();
    const queue = new Queue<string>();
    const event = new Event();
    setTimeout(() => {
      queue.putNowait("item");
      event.set();
    });
    expect([
      await sleep(0, "slept"),
      await lock.acquire(),
      lock.locked(),
      await queue.get(),
      await event.wait(),
      await waitFor(sleep(0, "in time"), 5),
    ]).toEqual(["slept", true, true, "item", true, "in time"]);
  });

  it("an operation that plain code awaits twice runs once", async () => {
    let runs = 0;
    const operation = fromPromise(async () => ++runs);
    expect([await operation, await operation, await operation.then()]).toEqual([1, 1, 1]);
  });

  it("an operation does not begin before then() is called", async () => {
    let runs = 0;
    const operation = fromPromise(async () => ++runs);
    await new Promise((resolve) => setTimeout(resolve));
    const before = runs;
    await operation;
    expect([before, runs]).toEqual([0, 1]);
  });

  it("an operation that fails makes await raise", async () => {
    await expect(waitFor(sleep(10), "1ms")).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("sleep(0) may be awaited by plain code any number of times", async () => {
    const turn = sleep(0);
    const log: number[] = [];
    const spin = async (n: number): Promise<void> => {
      for (let i = 0; i < 2; i++) {
        await turn;
        log.push(n);
      }
    };
    await Promise.all([spin(1), spin(2)]);
    expect(log).toEqual([1, 2, 1, 2]);
  });
});

describe("plain async code beside a run", () => {
  it("a task of a run that has ended still gives its result to await", async () => {
    let task: Task<string> | undefined;
    await run(function* main() {
      task = createTask(ends("value"));
      yield* task;
    });
    expect(await task).toBe("value");
  });

  it("a task that the end of its run cancelled makes await raise CancelledError", async () => {
    let task: Task<unknown> | undefined;
    await run(function* main() {
      task = createTask(sleep(100));
      yield* sleep(0);
    });
    const error = await Promise.resolve(task).catch((error: unknown) => error);
    expect(isCancelled(error)).toBe(true);
  });

  it("an async function called from a step resumes outside of it, and cannot use the task's loop", async () => {
    const seen = await fromPlainCode(async () => {
      const first = getRunningLoop() !== undefined;
      await Promise.resolve();
      try {
        getRunningLoop();
        return [first, "still there"];
      } catch (error) {
        return [first, (error as { code: string }).code];
      }
    });
    expect(seen).toEqual([true, "ERR_NO_RUNNING_LOOP"]);
  });
});
