/** Promises given to the functions that wait on several things. */
import { describe, expect, it } from "vitest";
import {
  asCompleted,
  asyncFor,
  createTask,
  currentTask,
  type ExceptionContext,
  ensureFuture,
  FIRST_COMPLETED,
  Future,
  fromPromise,
  gather,
  getRunningLoop,
  isAwaitable,
  isCancelled,
  isCoroutine,
  isFuture,
  run,
  shield,
  sleep,
  TimeoutError,
  wait,
  waitFor,
} from "../index.js";
import { raisedBy, thrownBy } from "../structured/steps.contract.js";
import { runVirtualAsync } from "../testing.js";

/** A task, to be waited for beside promises. */
const sleeping = () => createTask(sleep(0));
const stuck = new Promise<never>(() => {});

describe("promises as awaitables", () => {
  it("gather() takes promises beside coroutines", async () => {
    const seen = await run(function* main() {
      const promise = Promise.resolve("promise");
      return yield* gather(promise, sleep(0, "coroutine"), promise);
    });
    expect(seen).toEqual(["promise", "coroutine", "promise"]);
  });

  it("gather() raises the rejection of a promise", async () => {
    const error = new RangeError("rejected");
    const seen = await run(function* main() {
      return [
        yield* raisedBy(gather(Promise.reject(error), sleep(0))),
        yield* gather([Promise.reject(error)], { returnExceptions: true }),
      ];
    });
    expect(seen).toEqual([error, [error]]);
  });

  it("gather() that is cancelled lets go of a promise at once", async () => {
    const seen = await runVirtualAsync(function* main() {
      const task = createTask(gatherStuck());
      function* gatherStuck() {
        yield* gather(stuck, sleep(10));
      }
      yield* sleep(1);
      task.cancel();
      const error = yield* raisedBy(task);
      return [isCancelled(error), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, 1]);
  });

  it("wait() gives the promises themselves in its sets", async () => {
    const seen = await runVirtualAsync(function* main() {
      const done = Promise.resolve(1);
      const [first, pending] = yield* wait([done, stuck], { returnWhen: FIRST_COMPLETED });
      const [, late] = yield* wait([stuck], { timeout: 1 });
      return [first.has(done), first.size, pending.has(stuck), pending.size, late.has(stuck)];
    });
    expect(seen).toEqual([true, 1, true, 1, true]);
  });

  it("wait() leaves the error of a promise to whoever has the promise", async () => {
    const reports: ExceptionContext[] = [];
    const seen = await runVirtualAsync(
      function* main() {
        const promise = Promise.reject(new RangeError("rejected"));
        const [done] = yield* wait([promise, sleeping()]);
        return yield* raisedBy(fromPromise([...done][0] as Promise<never>));
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(seen).toEqual(new RangeError("rejected"));
    expect(reports).toEqual([]);
  });

  it("waitFor() gives a promise's value, or TimeoutError at the deadline", async () => {
    const seen = await runVirtualAsync(function* main() {
      const value = yield* waitFor(Promise.resolve("value"), 1);
      const error = yield* raisedBy(waitFor(stuck, 2));
      const atOnce = yield* raisedBy(waitFor(stuck, 0));
      const unlimited = yield* waitFor(Promise.resolve("unlimited"), null);
      return [
        value,
        error instanceof TimeoutError,
        atOnce instanceof TimeoutError,
        unlimited,
        getRunningLoop().time(),
        currentTask()?.cancelling(),
      ];
    });
    expect(seen).toEqual(["value", true, true, "unlimited", 2, 0]);
  });

  it("shield() of a promise ends as the promise does", async () => {
    const seen = await run(function* main() {
      const error = new RangeError("rejected");
      return [
        yield* shield(Promise.resolve("value")),
        (yield* raisedBy(shield(Promise.reject(error)))) === error,
      ];
    });
    expect(seen).toEqual(["value", true]);
  });

  it("asCompleted() orders promises by when they settle", async () => {
    const later = (ms: number, value: string): Promise<string> =>
      new Promise((resolve) => setTimeout(resolve, ms, value));
    const seen = await run(function* main() {
      const seen: string[] = [];
      for (const next of asCompleted([later(150, "c"), Promise.resolve("a"), sleep("50ms", "b")])) {
        seen.push(yield* next);
      }
      yield* asyncFor(asCompleted([later(50, "e"), Promise.resolve("d")]), function* block(future) {
        seen.push(future.result());
      });
      return seen;
    });
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("createTask() and run() refuse a promise", async () => {
    await expect(
      run(function* main() {
        createTask(Promise.resolve(1));
        yield* sleep(0);
      }),
    ).rejects.toMatchObject({ code: "ERR_NOT_A_COROUTINE" });
    const error = await Promise.resolve()
      .then(() => run(Promise.resolve(1)))
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "ERR_NOT_A_COROUTINE" });
  });
});

describe("ensureFuture", () => {
  it("ensureFuture() gives a future itself, a task for a coroutine, a future for a promise", async () => {
    const seen = await run(function* main() {
      const future = new Future<number>();
      future.setResult(1);
      const task = ensureFuture(sleep(0, "task"));
      const promise = ensureFuture(Promise.resolve("promise"));
      return [
        ensureFuture(future) === future,
        ensureFuture(task) === task,
        isFuture(promise),
        yield* task,
        yield* promise,
      ];
    });
    expect(seen).toEqual([true, true, true, "task", "promise"]);
  });

  it("ensureFuture() of what cannot be awaited is an error", async () => {
    const error = await run(function* main() {
      yield* sleep(0);
      return thrownBy(() => ensureFuture(42 as never));
    });
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_NOT_AWAITABLE",
      message:
        "Cannot wait: expected something to await, got number 42; pass a coroutine, future, task or promise",
    });
  });

  it("isFuture(), isCoroutine() and isAwaitable() tell promises from their own", async () => {
    const seen = await run(function* main() {
      const task = createTask(sleep(0));
      const coroutine = raisedBy(task);
      const all = [task, coroutine, sleep(0), Promise.resolve(), function* fn() {}, 42, null];
      yield* coroutine;
      return all.map((each) => [isFuture(each), isCoroutine(each), isAwaitable(each)].map(Number));
    });
    expect(seen).toEqual([
      [1, 0, 1],
      [0, 1, 1],
      [0, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});
