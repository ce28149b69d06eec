import { describe, expect, it } from "vitest";
import {
  type Coroutine,
  createTask,
  currentTask,
  fromPromise,
  getRunningLoop,
  isCancelled,
  run,
  sleep,
  TimeoutError,
  waitFor,
} from "../index.js";
import { raisedBy, Steps, thrownBy } from "../structured/steps.contract.js";
import { runVirtualAsync } from "../testing.js";

/** A promise and its two ends. */
function open<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

describe("fromPromise", () => {
  it("fromPromise() gives the promise's value", async () => {
    const seen = await run(function* main() {
      return [
        yield* fromPromise(Promise.resolve(1)),
        yield* fromPromise(Promise.resolve(undefined)),
        yield* fromPromise(new Promise<string>((resolve) => setTimeout(resolve, 1, "late"))),
      ];
    });
    expect(seen).toEqual([1, undefined, "late"]);
  });

  it("fromPromise() raises what the promise rejects with", async () => {
    const error = new RangeError("rejected");
    const seen = await run(function* main() {
      return [
        yield* raisedBy(fromPromise(Promise.reject(error))),
        yield* raisedBy(fromPromise(Promise.reject(undefined))),
      ];
    });
    expect(seen[0] === error).toBe(true);
    expect(seen[1]).toBe(undefined);
  });

  it("fromPromise() takes any thenable, one that calls back at once too", async () => {
    const seen = await run(function* main() {
      const thenable = {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
        then(resolve: (value: string) => void) {
          resolve("at once");
        },
      } as PromiseLike<string>;
      return yield* fromPromise(thenable);
    });
    expect(seen).toBe("at once");
  });

  it("fromPromise() of a function calls it when it is awaited, not before", async () => {
    const seen = await runVirtualAsync(function* main() {
      let calls = 0;
      const waiting = fromPromise(async () => ++calls);
      yield* sleep(1);
      const before = calls;
      return [before, yield* waiting, calls];
    });
    expect(seen).toEqual([0, 1, 1]);
  });

  it("fromPromise() of a function that returns no promise gives what it returns, at once", async () => {
    const steps = new Steps();
    await run(function* main() {
      getRunningLoop().callSoon(() => steps.end(3));
      steps.at(1);
      expect(yield* fromPromise(() => "plain")).toBe("plain");
      expect(yield* fromPromise(() => null)).toBe(null);
      steps.at(2);
      yield* sleep(0);
    });
  });

  it("fromPromise() of a function that throws raises it at the await", async () => {
    const seen = await run(function* main() {
      const error = yield* raisedBy(
        fromPromise((): Promise<void> => {
          throw new RangeError("sync");
        }),
      );
      return [error, yield* sleep(0, "after")];
    });
    expect(seen).toEqual([new RangeError("sync"), "after"]);
  });

  it("fromPromise() of a function gives it a signal that is not aborted when all goes well", async () => {
    const seen = await run(function* main() {
      let given: AbortSignal | undefined;
      const value = yield* fromPromise(async (signal) => {
        given = signal;
        return "value";
      });
      yield* sleep(0);
      return [value, given instanceof AbortSignal, given?.aborted];
    });
    expect(seen).toEqual(["value", true, false]);
  });

  it("fromPromise() wakes its task in the microtask checkpoint in which the promise settles", async () => {
    const steps = new Steps();
    const { promise, resolve } = open<string>();
    const running = run(function* main() {
      yield* fromPromise(promise);
      steps.at(2);
    });
    await new Promise((wait) => setTimeout(wait));
    setTimeout(() => steps.end(3));
    steps.at(1);
    resolve("now");
    await running;
    await new Promise((wait) => setTimeout(wait));
  });

  it("fromPromise() is awaited once, a promise any number of times", async () => {
    const promise = Promise.resolve("value");
    const seen = await run(function* main() {
      const once = fromPromise(promise);
      yield* once;
      return [yield* raisedBy(once), yield* fromPromise(promise)];
    });
    expect(seen).toMatchObject([{ code: "ERR_AWAITED_TWICE" }, "value"]);
  });
});

describe("fromPromise, cancelled", () => {
  it("fromPromise() that is cancelled releases its task at once and aborts the signal", async () => {
    const seen = await runVirtualAsync(function* main() {
      let given: AbortSignal | undefined;
      const task = createTask(
        fromPromise((signal) => {
          given = signal;
          return new Promise<void>(() => {});
        }),
      );
      yield* sleep(1);
      const before = given?.aborted;
      task.cancel("enough");
      const during = given?.aborted;
      const error = yield* raisedBy(task);
      return [before, during, isCancelled(error), given?.reason, getRunningLoop().time()];
    });
    expect(seen).toEqual([false, true, true, expect.objectContaining({ reason: "enough" }), 1]);
    expect(isCancelled(seen[3])).toBe(true);
  });

  it("fromPromise() at the deadline of waitFor() aborts the signal", async () => {
    const seen = await runVirtualAsync(function* main() {
      let given: AbortSignal | undefined;
      const error = yield* raisedBy(
        waitFor(
          fromPromise((signal) => {
            given = signal;
            return new Promise<void>(() => {});
          }),
          2,
        ),
      );
      return [error instanceof TimeoutError, given?.aborted, getRunningLoop().time()];
    });
    expect(seen).toEqual([true, true, 2]);
  });

  it("fromPromise() in a task that is cancelled before its first step never calls the function", async () => {
    const seen = await run(function* main() {
      let calls = 0;
      const task = createTask(
        fromPromise(async (_signal) => {
          calls++;
        }),
      );
      task.cancel();
      yield* raisedBy(task);
      return [task.cancelled(), calls];
    });
    expect(seen).toEqual([true, 0]);
  });

  it("fromPromise() cancelled when the promise has settled loses the value, and aborts the signal", async () => {
    const { promise, resolve } = open<string>();
    const seen = await run(function* main() {
      let given: AbortSignal | undefined;
      const task = createTask(
        fromPromise((signal) => {
          given = signal;
          return promise;
        }),
      );
      yield* sleep(0);
      void promise.then(() => task.cancel());
      resolve("lost");
      yield* raisedBy(task);
      return [task.cancelled(), given?.aborted];
    });
    expect(seen).toEqual([true, true]);
  });

  it("fromPromise() whose task goes on after the cancellation drops the late value", async () => {
    const { promise, resolve } = open<string>();
    const seen = await run(function* main() {
      const task = createTask(function* body() {
        yield* raisedBy(fromPromise(promise));
        currentTask()?.uncancel();
        resolve("late");
        yield* fromPromise(new Promise((wait) => setTimeout(wait)));
        return "went on";
      });
      yield* sleep(0);
      task.cancel();
      return yield* task;
    });
    expect(seen).toBe("went on");
  });
});

describe("fromPromise, misused", () => {
  it.each<[string, unknown, string]>([
    ["a number", 42, "number 42"],
    ["undefined", undefined, "undefined"],
    ["an object", {}, "Object"],
  ])("fromPromise() of %s is an error, and the task goes on", async (_name, bad, got) => {
    const seen = await run(function* main() {
      const error = thrownBy(() => fromPromise(bad as Promise<unknown>));
      return [error, yield* sleep(0, "after")];
    });
    expect(seen).toMatchObject([
      {
        name: "TypeError",
        code: "ERR_INVALID_ARG",
        message: `Cannot wait for promise: expected a promise or a function returning one, got ${got}`,
      },
      "after",
    ]);
  });

  it("yield* on a promise says what to write", async () => {
    const error = await run(function* main() {
      yield* Promise.resolve(1) as unknown as Coroutine<number>;
    }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      /a promise is awaited by yield\* fromPromise\(promise\)$/,
    );
  });

  it("yield on a promise says what to write", async () => {
    const error = await run(function* main() {
      yield Promise.resolve(1) as never;
    }).catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_BAD_YIELD",
      message: "Cannot await Promise by yield: write yield* fromPromise(promise)",
    });
  });
});
