import { describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  currentSignal,
  currentTask,
  eagerTaskFactory,
  getRunningLoop,
  isCancelled,
  sleep,
  TaskGroup,
  timeout,
} from "../index.js";
import { raisedBy, thrownBy } from "../structured/steps.contract.js";
import { runVirtual } from "../testing.js";

/** Whether each of `signals` is aborted. */
function aborted(...signals: (AbortSignal | undefined)[]): boolean[] {
  return signals.map((signal) => signal?.aborted === true);
}

describe("currentSignal", () => {
  it("currentSignal() is aborted when its task is cancelled, before the task's next step", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(function* body() {
        const signal = currentSignal();
        signal.addEventListener("abort", () => log.push("aborted", signal.reason));
        try {
          yield* sleep(100);
        } finally {
          log.push("step");
        }
      });
      yield* sleep(1);
      task.cancel("enough");
      log.push("cancelled");
      yield* raisedBy(task);
      return log;
    });
    expect(seen).toEqual(["aborted", expect.anything(), "cancelled", "step"]);
    expect(isCancelled(seen[1])).toBe(true);
    expect(seen[1]).toMatchObject({ reason: "enough" });
  });

  it("currentSignal() is not aborted when its task ends by itself", () => {
    const signal = runVirtual(function* main() {
      return yield* createTask(function* body() {
        yield* sleep(1);
        return currentSignal();
      });
    });
    expect(signal.aborted).toBe(false);
  });

  it("currentSignal() gives the same signal again in the same block", () => {
    const seen = runVirtual(function* main() {
      const first = currentSignal();
      yield* sleep(1);
      const second = currentSignal();
      const [inner, innerAgain] = yield* asyncWith(timeout(5), function* block() {
        const inner = currentSignal();
        yield* sleep(1);
        return [inner, currentSignal()];
      });
      return [first === second, inner === innerAgain, inner === first, currentSignal() === first];
    });
    expect(seen).toEqual([true, true, false, true]);
  });

  it("currentSignal() belongs to its task: another task has another", () => {
    const seen = runVirtual(function* main() {
      const mine = currentSignal();
      const child = createTask(function* body() {
        const signal = currentSignal();
        yield* raisedBy(sleep(100));
        return signal;
      });
      yield* sleep(1);
      child.cancel();
      const theirs = yield* child;
      return [mine === theirs, ...aborted(mine, theirs)];
    });
    expect(seen).toEqual([false, false, true]);
  });
});

describe("currentSignal, in blocks", () => {
  it("currentSignal() in a timeout() is aborted at its deadline, that of the task is not", () => {
    const seen = runVirtual(function* main() {
      const outside = currentSignal();
      let inside: AbortSignal | undefined;
      yield* raisedBy(
        asyncWith(timeout(1), function* block() {
          inside = currentSignal();
          yield* sleep(100);
        }),
      );
      return [...aborted(inside, outside), isCancelled(inside?.reason)];
    });
    expect(seen).toEqual([true, false, true]);
  });

  it("currentSignal() in a timeout() in a timeout() is aborted by either", () => {
    function* nested(inner: number, outer: number): Coroutine<boolean[]> {
      let outside: AbortSignal | undefined;
      let inside: AbortSignal | undefined;
      let seen: boolean[] = [];
      yield* raisedBy(
        asyncWith(timeout(outer), function* outerBlock() {
          outside = currentSignal();
          yield* raisedBy(
            asyncWith(timeout(inner), function* innerBlock() {
              inside = currentSignal();
              yield* sleep(100);
            }),
          );
          seen = aborted(inside, outside);
        }),
      );
      return seen;
    }
    const seen = runVirtual(function* main() {
      return [yield* nested(1, 5), yield* nested(5, 1)];
    });
    expect(seen).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it("currentSignal() in a task group is aborted when a member fails", () => {
    const seen = runVirtual(function* main() {
      const outside = currentSignal();
      let inBlock: AbortSignal | undefined;
      let inMember: AbortSignal | undefined;
      yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          inBlock = currentSignal();
          group.createTask(function* member() {
            inMember = currentSignal();
            yield* sleep(100);
          });
          group.createTask(function* fails() {
            yield* sleep(1);
            throw new Error("member");
          });
          yield* sleep(100);
        }),
      );
      return aborted(inBlock, inMember, outside);
    });
    expect(seen).toEqual([true, true, false]);
  });

  it("currentSignal() in a task group is aborted by TaskGroup.cancel()", () => {
    const seen = runVirtual(function* main() {
      const outside = currentSignal();
      let inBlock: AbortSignal | undefined;
      yield* asyncWith(new TaskGroup(), function* block(group) {
        inBlock = currentSignal();
        getRunningLoop().callLater(1, () => group.cancel());
        yield* sleep(100);
      });
      return aborted(inBlock, outside);
    });
    expect(seen).toEqual([true, false]);
  });

  it("Task.cancel() aborts the signals of all blocks that its task is in", () => {
    const signals: AbortSignal[] = [];
    runVirtual(function* main() {
      const task = createTask(function* body() {
        signals.push(currentSignal());
        yield* asyncWith(timeout(50), function* outer() {
          signals.push(currentSignal());
          yield* asyncWith(new TaskGroup(), function* inner() {
            signals.push(currentSignal());
            yield* sleep(100);
          });
        });
      });
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
    });
    expect(new Set(signals).size).toBe(3);
    expect(aborted(...signals)).toEqual([true, true, true]);
  });

  it("currentSignal() of a block that was left goes on with the blocks around it", () => {
    const seen = runVirtual(function* main() {
      let left: AbortSignal | undefined;
      let beforeLeft: AbortSignal | undefined;
      let whileInOuter: boolean[] = [];
      const task = createTask(function* body() {
        yield* asyncWith(timeout(1), function* block() {
          beforeLeft = currentSignal();
        });
        yield* raisedBy(
          asyncWith(timeout(5), function* outer() {
            yield* asyncWith(timeout(50), function* inner() {
              left = currentSignal();
            });
            currentSignal();
            yield* sleep(100);
          }),
        );
        whileInOuter = aborted(left, beforeLeft);
        yield* sleep(100);
      });
      yield* sleep(10);
      task.cancel();
      yield* raisedBy(task);
      return [whileInOuter, aborted(beforeLeft)];
    });
    // The deadline of the outer block ended the one that was left inside it; the task's end the other.
    expect(seen).toEqual([[true, false], [true]]);
  });

  it("currentSignal() in the cleanup of a cancelled task is a fresh one inside a timeout()", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        const before = currentSignal();
        yield* raisedBy(sleep(100));
        const inCleanup = yield* asyncWith(timeout(5), function* cleanup() {
          const signal = currentSignal();
          yield* sleep(1);
          return signal;
        });
        return aborted(before, inCleanup);
      });
      yield* sleep(1);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, false]);
  });
});

describe("currentSignal, after a cancellation", () => {
  it("currentSignal() gives a fresh signal after the cancellation was delivered and undone", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        const first = currentSignal();
        yield* raisedBy(sleep(100));
        const whileCancelled = currentSignal();
        currentTask()?.uncancel();
        const afterwards = currentSignal();
        yield* raisedBy(sleep(100));
        return [
          whileCancelled === first,
          afterwards === first,
          ...aborted(first, afterwards),
          currentSignal() === afterwards,
        ];
      });
      yield* sleep(1);
      task.cancel();
      yield* sleep(1);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, false, true, true, true]);
  });

  it("currentSignal() is aborted at once when its task has been cancelled and not told yet", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        currentTask()?.cancel("by itself");
        const signal = currentSignal();
        yield* raisedBy(sleep(100));
        return [signal.aborted, (signal.reason as { reason: unknown }).reason];
      });
      return yield* task;
    });
    expect(seen).toEqual([true, "by itself"]);
  });

  it("currentSignal() works in the first step of an eager task", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const outer = currentSignal();
      let inner: AbortSignal | undefined;
      const task = createTask(function* body() {
        inner = currentSignal();
        yield* sleep(100);
      });
      const distinct = inner !== outer;
      task.cancel();
      return [distinct, ...aborted(inner, outer)];
    });
    expect(seen).toEqual([true, true, false]);
  });
});

describe("currentSignal, misused", () => {
  it("currentSignal() outside a task is an error", () => {
    const inCallback = runVirtual(function* main() {
      let error: unknown;
      getRunningLoop().callSoon(() => {
        error = thrownBy(() => currentSignal());
      });
      yield* sleep(0);
      yield* sleep(0);
      return error;
    });
    const error = {
      name: "UsageError",
      code: "ERR_NO_TASK",
      message: "Cannot get the current signal: there is no current task; ask inside a coroutine",
    };
    expect([inCallback, thrownBy(() => currentSignal())]).toMatchObject([error, error]);
  });
});
