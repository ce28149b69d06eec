import { describe, expect, it } from "vitest";
import {
  ContextVar,
  createTask,
  type Executor,
  Future,
  getRunningLoop,
  isCancelled,
  Loop,
  sleep,
  toThread,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";
import { raisedBy, thrownBy } from "./steps.contract.js";

/** Runs the functions in a promise job; what it gives is a promise. */
class PromiseExecutor implements Executor {
  readonly submitted: string[] = [];
  ended = 0;

  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): PromiseLike<Awaited<R>> {
    this.submitted.push(fn.name);
    return Promise.resolve().then(() => fn(...args)) as PromiseLike<Awaited<R>>;
  }

  shutdown(): void {
    this.ended++;
  }
}

/** Gives futures of the loop, which end after a second; notes those that were cancelled. */
class FutureExecutor implements Executor {
  readonly futures: Future<unknown>[] = [];

  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): PromiseLike<Awaited<R>> {
    const future = new Future<unknown>();
    this.futures.push(future);
    getRunningLoop().callLater(1, () => {
      if (!future.done()) future.setResult(fn(...args));
    });
    return future as unknown as PromiseLike<Awaited<R>>;
  }
}

function add(a: number, b: number): number {
  return a + b;
}

function fail(): never {
  throw new RangeError("job");
}

describe("toThread", () => {
  it("toThread() gives the function's result", async () => {
    const executor = new PromiseExecutor();
    const seen = await runVirtualAsync(function* main() {
      getRunningLoop().setDefaultExecutor(executor);
      return yield* toThread(add, 1, 2);
    });
    expect([seen, executor.submitted]).toEqual([3, ["add"]]);
  });

  it("toThread() raises the function's error", async () => {
    const error = await runVirtualAsync(function* main() {
      getRunningLoop().setDefaultExecutor(new PromiseExecutor());
      return yield* raisedBy(toThread(fail));
    });
    expect(error).toEqual(new RangeError("job"));
  });

  it("toThread() submits nothing before it is awaited", async () => {
    const executor = new PromiseExecutor();
    const seen = await runVirtualAsync(function* main() {
      getRunningLoop().setDefaultExecutor(executor);
      const job = toThread(add, 1, 2);
      yield* sleep(1);
      const before = executor.submitted.length;
      yield* job;
      return [before, executor.submitted.length];
    });
    expect(seen).toEqual([0, 1]);
  });

  it("toThread() submits in a copy of the current context", () => {
    const variable = new ContextVar<string>("variable");
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      variable.set("caller's");
      getRunningLoop().setDefaultExecutor({
        submit() {
          seen.push(variable.get());
          variable.set("job's");
          const future = new Future<never>();
          future.setResult(undefined as never);
          return future;
        },
      });
      yield* toThread(() => {});
      return [...seen, variable.get()];
    });
    expect(seen).toEqual(["caller's", "caller's"]);
  });

  it("toThread() that is cancelled releases the task at once, and the job goes on", async () => {
    let ended = (): void => {};
    const job = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const seen = await runVirtualAsync(function* main() {
      getRunningLoop().setDefaultExecutor({ submit: () => job as Promise<never> });
      const task = createTask(toThread(() => {}));
      yield* sleep(1);
      task.cancel();
      const error = yield* raisedBy(task);
      ended();
      yield* sleep(1);
      return [isCancelled(error), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, 2]);
  });

  it("toThread() that is cancelled cancels a future that its executor gave", () => {
    const executor = new FutureExecutor();
    const seen = runVirtual(function* main() {
      getRunningLoop().setDefaultExecutor(executor);
      const result = yield* toThread(add, 1, 2);
      const task = createTask(toThread(add, 3, 4));
      yield* sleep(0.5);
      task.cancel();
      yield* raisedBy(task);
      return [result, task.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual([3, true, 1.5]);
    expect(executor.futures.map((future) => future.cancelled())).toEqual([false, true]);
  });

  it("toThread() without an executor says what to install, and the task goes on", () => {
    const seen = runVirtual(function* main() {
      const error = yield* raisedBy(toThread(add, 1, 2));
      return [error, yield* sleep(1, "after")];
    });
    expect(seen).toMatchObject([
      {
        name: "UsageError",
        code: "ERR_NO_EXECUTOR",
        message:
          "Cannot run in an executor: the loop has no executor; npm install @tsyncio/workers and import it, or call loop.setDefaultExecutor(...)",
      },
      "after",
    ]);
  });
});

describe("Loop.runInExecutor", () => {
  it("Loop.runInExecutor() runs on the executor it is given, else on the loop's own", async () => {
    const own = new PromiseExecutor();
    const given = new PromiseExecutor();
    const seen = await runVirtualAsync(function* main() {
      const loop = getRunningLoop();
      loop.setDefaultExecutor(own);
      return [
        yield* loop.runInExecutor(given, add, 1, 2),
        yield* loop.runInExecutor(null, add, 3, 4),
      ];
    });
    expect(seen).toEqual([3, 7]);
    expect([given.submitted, own.submitted]).toEqual([["add"], ["add"]]);
  });

  it("Loop.runInExecutor() gives a future, which is the executor's own when it gives one", () => {
    const executor = new FutureExecutor();
    const seen = runVirtual(function* main() {
      const job = getRunningLoop().runInExecutor(executor, add, 1, 2);
      return [job instanceof Future, job === executor.futures[0], yield* job];
    });
    expect(seen).toEqual([true, true, 3]);
  });

  it("Loop.runInExecutor() whose future is cancelled lets go of the job at once", async () => {
    const seen = await runVirtualAsync(function* main() {
      const loop = getRunningLoop();
      const job = loop.runInExecutor({ submit: () => new Promise<never>(() => {}) }, add, 1, 2);
      yield* sleep(1);
      job.cancel();
      return [isCancelled(yield* raisedBy(job)), loop.time()];
    });
    expect(seen).toEqual([true, 1]);
  });

  it("Loop.runInExecutor() without an executor is an error", () => {
    const error = runVirtual(function* main() {
      yield* sleep(0);
      return thrownBy(() => getRunningLoop().runInExecutor(null, add, 1, 2));
    });
    expect(error).toMatchObject({ name: "UsageError", code: "ERR_NO_EXECUTOR" });
  });

  it("Loop.executorFactory makes the executor of a loop that was given none, once", async () => {
    const made: PromiseExecutor[] = [];
    Loop.executorFactory = () => {
      const executor = new PromiseExecutor();
      made.push(executor);
      return executor;
    };
    try {
      const seen = await runVirtualAsync(function* main() {
        return [yield* toThread(add, 1, 2), yield* toThread(add, 3, 4)];
      });
      expect(seen).toEqual([3, 7]);
    } finally {
      Loop.executorFactory = undefined;
    }
    expect(made.map(({ submitted, ended }) => [submitted, ended])).toEqual([[["add", "add"], 1]]);
  });

  it("Loop.setDefaultExecutor() of what cannot submit is an error", () => {
    const error = runVirtual(function* main() {
      yield* sleep(0);
      return thrownBy(() => getRunningLoop().setDefaultExecutor({} as Executor));
    });
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot set default executor: expected an object with submit(), got Object",
    });
  });
});
