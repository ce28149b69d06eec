import { describe, expect, it } from "vitest";
import {
  type Coroutine,
  createTask,
  currentTask,
  type ExceptionContext,
  Future,
  getRunningLoop,
  isCancelled,
  shield,
  sleep,
  type Task,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

function* ends(delay: number, result = "ended"): Coroutine<string> {
  yield* sleep(delay);
  return result;
}

function* fails(delay: number): Coroutine<string> {
  yield* sleep(delay);
  throw new RangeError("inner");
}

/** What the exception handler is told while `main` runs. */
function reportsOf(main: () => Coroutine<unknown>): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  runVirtual(main, { exceptionHandler: (_loop, context) => reports.push(context) });
  return reports;
}

describe("shield", () => {
  it("shield() gives the result and raises the error of what it shields", () => {
    const seen = runVirtual(function* main() {
      return [
        yield* shield(ends(1, "coroutine")),
        yield* shield(createTask(ends(1, "task"))),
        yield* shield(sleep(1, "operation")),
        yield* raisedBy(shield(fails(1))),
      ];
    });
    expect(seen).toEqual(["coroutine", "task", "operation", new RangeError("inner")]);
  });

  it("shield() keeps the inner task running when the outer wait is cancelled", () => {
    const seen = runVirtual(function* main() {
      const inner = createTask(ends(3, "inner"));
      const outer = createTask(function* waits() {
        return yield* shield(inner);
      });
      yield* sleep(1);
      outer.cancel();
      const error = yield* raisedBy(outer);
      const after = [isCancelled(error), inner.cancelling(), getRunningLoop().time()];
      return [after, yield* inner, getRunningLoop().time()];
    });
    expect(seen).toEqual([[true, 0, 1], "inner", 3]);
  });

  it("shield() holds the task it made: it runs to its end without a reference", () => {
    const seen = runVirtual(function* main() {
      let ended = false;
      const outer = shield(
        (function* body() {
          yield* sleep(3);
          ended = true;
        })(),
      );
      outer.cancel();
      yield* sleep(5);
      return ended;
    });
    expect(seen).toBe(true);
  });

  it("shield() raises CancelledError when the inner task is cancelled", () => {
    const seen = runVirtual(function* main() {
      const inner = createTask(ends(3));
      getRunningLoop().callLater(1, () => inner.cancel());
      const outer = shield(inner);
      const error = yield* raisedBy(outer);
      return [isCancelled(error), outer.cancelled(), currentTask()?.cancelling()];
    });
    expect(seen).toEqual([true, true, 0]);
  });

  it("shield() of what is done is that itself", () => {
    const same = runVirtual(function* main() {
      const done = new Future<number>();
      done.setResult(1);
      const task = createTask(ends(1));
      yield* task;
      return [shield(done) === done, shield(task) === (task as Future<unknown>)];
    });
    expect(same).toEqual([true, true]);
  });

  it("shield() makes a future of its own for each call", () => {
    const seen = runVirtual(function* main() {
      const inner = createTask(ends(1));
      const first = shield(inner);
      const second = shield(inner);
      first.cancel();
      return [first === second, first.cancelled(), second.cancelled(), yield* second];
    });
    expect(seen).toEqual([false, true, false, "ended"]);
  });

  it("shield() of a coroutine that does not wait takes three turns", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const shielded = shield((function* body(): Coroutine<void> {})());
      loop.callSoon(() => {
        steps.at(1);
        loop.callSoon(() => {
          steps.at(2);
          loop.callSoon(() => steps.end(4));
        });
      });
      yield* shielded;
      steps.at(3);
      yield* sleep(0);
    });
  });

  it("shield() whose outer is cancelled reports the error of the inner, once", () => {
    const reports = reportsOf(function* main() {
      const outer = shield(fails(2));
      yield* sleep(1);
      outer.cancel();
      yield* sleep(5);
    });
    expect(reports).toMatchObject([
      {
        message: "RangeError exception in shielded future",
        exception: new RangeError("inner"),
      },
    ]);
  });

  it("shield() reports one error once, however many shields of it were cancelled", () => {
    const reports = reportsOf(function* main() {
      const inner = createTask(fails(2));
      const outers = [shield(inner), shield(inner), shield(inner)];
      yield* sleep(1);
      for (const outer of outers) outer.cancel();
      yield* sleep(5);
    });
    expect(reports.map(({ message }) => message)).toEqual([
      "RangeError exception in shielded future",
    ]);
  });

  it("shield() that was not cancelled still gets the error that a cancelled one reports", () => {
    let received: unknown;
    const reports = reportsOf(function* main() {
      const inner = createTask(fails(2));
      const givenUp = shield(inner);
      const live = shield(inner);
      yield* sleep(1);
      givenUp.cancel();
      received = yield* raisedBy(live);
    });
    expect(received).toEqual(new RangeError("inner"));
    expect(reports.map(({ message }) => message)).toEqual([
      "RangeError exception in shielded future",
    ]);
  });

  it("shield() whose outer was cancelled is silent about a result and a cancellation", () => {
    const reports = reportsOf(function* main() {
      const inner = createTask(ends(2));
      const cancelled = createTask(ends(2));
      shield(inner).cancel();
      shield(cancelled).cancel();
      yield* sleep(1);
      cancelled.cancel();
      yield* sleep(5);
    });
    expect(reports).toEqual([]);
  });

  it("shield() of a shield keeps the innermost running", () => {
    const seen = runVirtual(function* main() {
      const inner = createTask(ends(1));
      const middle = shield(inner);
      const outer = shield(middle);
      outer.cancel();
      return [outer.cancelled(), middle.cancelled(), yield* middle];
    });
    expect(seen).toEqual([true, false, "ended"]);
  });

  it("Task.cancel() of the shielded task ends both", () => {
    const seen = runVirtual(function* main() {
      const inner: Task<string> = createTask(ends(10));
      const outer = createTask(function* waits() {
        yield* shield(inner);
      });
      yield* sleep(1);
      inner.cancel();
      yield* raisedBy(outer);
      return [inner.cancelled(), outer.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, true, 1]);
  });
});

describe("shield, misused", () => {
  it("shield() of what cannot be awaited is an error, and the loop works on", () => {
    const seen = runVirtual(function* main() {
      const error = thrownBy(() => shield(42 as unknown as Coroutine<unknown>));
      return [error, yield* shield(ends(1))];
    });
    expect(seen).toMatchObject([
      {
        name: "TypeError",
        code: "ERR_NOT_AWAITABLE",
        message:
          "Cannot shield: expected something to await, got number 42; pass a coroutine, future, task or promise",
      },
      "ended",
    ]);
  });

  it("shield() of a coroutine outside a running loop is an error", () => {
    expect(thrownBy(() => shield(ends(1)))).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_RUNNING_LOOP",
      message: "Cannot shield: no running event loop; do it inside a coroutine started by run()",
    });
  });
});
