/** Lowered functions that are called where no loop runs: on the thread's own loop, in real time. */
import { describe, expect, test } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import { errorOf, withCode } from "../../test/errors.js";
import { threadReports } from "../../test/reports.js";
import { steps } from "../../test/steps.js";
import { discard } from "../coroutine.js";
import { threadLoop } from "../hosts/thread-loop.js";
import { createTask, currentTask, getRunningLoop, run, sleep } from "../index.js";

const reports = threadReports();

const nap = asyncFunction("nap", function* <T>(result: T) {
  yield sleep("1ms");
  return result;
});

const fails = asyncFunction("fails", function* (error: unknown) {
  yield sleep("1ms");
  throw error;
});

describe("a lowered function that is called outside any task", () => {
  test("begins at once, synchronously up to its first wait", async () => {
    const { at, end } = steps();
    const inner = asyncFunction("inner", function* () {
      at(2);
      yield sleep("1ms");
      at(4);
    });
    const outer = asyncFunction("outer", function* () {
      at(1);
      yield inner();
      at(5);
    });
    const promise = outer();
    at(3);
    await promise;
    end(6);
  });

  test("runs as a task on the loop of the thread, and leaves plain code outside", async () => {
    const where = asyncFunction("where", function* () {
      yield 1;
      return [getRunningLoop(), currentTask() !== undefined];
    });
    const [loop, inTask] = await where();
    expect(loop === threadLoop()).toBe(true);
    expect(inTask).toBe(true);
    expect(errorOf(getRunningLoop)).toEqual(withCode("ERR_NO_RUNNING_LOOP"));
  });

  test("that never waits has ended when the call returns", async () => {
    let ended = false;
    const quick = asyncFunction("quick", function* () {
      ended = true;
      return "quick";
    });
    const promise = quick();
    expect(ended).toBe(true);
    expect(await promise).toBe("quick");
  });

  test("calls others lazily, as in any task", async () => {
    const log: string[] = [];
    const inner = asyncFunction("inner", function* () {
      log.push("inner");
    });
    const outer = asyncFunction("outer", function* () {
      const kept = inner();
      log.push("called");
      yield kept;
    });
    await outer();
    expect(log).toEqual(["called", "inner"]);
  });

  test("begins at once also in a microtask and in a timer", async () => {
    const { at, end } = steps();
    const begins = asyncFunction("begins", function* (first: number) {
      at(first);
      yield sleep(0);
      at(first + 2);
    });
    await Promise.resolve();
    let promise: PromiseLike<void> = begins(1);
    at(2);
    await promise;
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        promise = begins(4);
        at(5);
        resolve();
      });
    });
    await promise;
    end(7);
  });

  test("can throw its call away", async () => {
    let ended = (): void => {};
    const promise = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const work = asyncFunction("work", function* () {
      yield sleep(0);
      ended();
    });
    discard(work());
    await promise;
  });
});

describe("to plain code it is a promise", () => {
  test("by instanceof, and by its methods", async () => {
    const promise = nap("value") as unknown as Promise<string>;
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise.then((value) => `${value}!`)).toBe("value!");
    expect(await promise.finally(() => {})).toBe("value");
    const error = new Error("no");
    expect(await (fails(error) as unknown as Promise<unknown>).catch((e) => e)).toBe(error);
    const seen: unknown[] = [];
    await (fails(error) as unknown as Promise<unknown>)
      .finally(() => seen.push("finally"))
      .then(undefined, (e) => seen.push(e));
    expect(seen).toEqual(["finally", error]);
  });

  test("in Promise.all, race, any, allSettled and resolve", async () => {
    const error = new Error("no");
    expect(await Promise.all([nap(1), nap(2), Promise.resolve(3)])).toEqual([1, 2, 3]);
    expect(await Promise.race([nap(1), new Promise(() => {})])).toBe(1);
    expect(await Promise.any([fails(error), nap(2)])).toBe(2);
    expect(await Promise.resolve(nap(4))).toBe(4);
    expect(await Promise.allSettled([nap(1), fails(error)])).toEqual([
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: error },
    ]);
  });

  test("that gives its outcome each time it is awaited, also after it has ended", async () => {
    const object = {};
    const promise = nap(object);
    expect(await promise).toBe(object);
    expect(await promise).toBe(object);
    const error = new Error("no");
    const failed = fails(error);
    for (let n = 0; n < 2; n++) await expect(Promise.resolve(failed)).rejects.toBe(error);
  });

  test("that a native async function may return", async () => {
    const plain = async (): Promise<string> => nap("value") as unknown as Promise<string>;
    expect(await plain()).toBe("value");
  });
});

describe("an error of a call outside any task", () => {
  test("that nobody looks at is reported once, with the task", async () => {
    void fails(new Error("lost"));
    await nap(undefined);
    await reports.all();
    expect(reports.list).toEqual([
      expect.stringMatching(/^Task "Task-\d+" exception was never retrieved: Error: lost$/),
    ]);
  });

  test("that it raises before its first wait is no error of the call", async () => {
    const throws = asyncFunction("throws", function* () {
      throw new Error("at once");
    });
    const promise = throws();
    await reports.all();
    await expect(Promise.resolve(promise)).rejects.toThrow("at once");
  });

  test.each<[string, (promise: Promise<unknown>) => unknown]>([
    ["catch()", (promise) => promise.catch(() => {})],
    ["then()", (promise) => promise.then(undefined, () => {})],
    [
      "await",
      async (promise) => {
        try {
          await promise;
        } catch {}
      },
    ],
    ["Promise.allSettled()", (promise) => Promise.allSettled([promise])],
    [
      "a run that awaits it",
      (promise) =>
        run(function* () {
          try {
            yield* promise as never as Iterable<never>;
          } catch {}
        }),
    ],
    ["a run that adopts it", (promise) => run(promise).catch(() => {})],
  ])("is not reported when it is seen by %s", async (_name, look) => {
    const throws = asyncFunction("throws", function* () {
      throw new Error("at once");
    });
    for (const promise of [throws(), fails(new Error("later"))]) {
      await look(promise as unknown as Promise<unknown>);
    }
    await reports.all();
    expect(reports.list).toEqual([]);
  });

  test("of a child that it started is reported too, and so is a call that nobody started", async () => {
    const forgotten = asyncFunction("forgotten", function* () {});
    const parent = asyncFunction("parent", function* () {
      createTask(fails("the child's"));
      forgotten();
      yield sleep("2ms");
    });
    await parent();
    await reports.all();
    expect(reports.list).toEqual([
      expect.stringMatching(/exception was never retrieved: the child's$/),
      "coroutine forgotten() was never awaited (it is defined at forgotten.ts:1:1)",
    ]);
  });
});
