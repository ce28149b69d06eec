import { describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  currentTask,
  ExceptionGroup,
  eagerTaskFactory,
  getRunningLoop,
  KeyboardInterrupt,
  sleep,
  TaskGroup,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

function* ends<T>(delay: number, result: T): Coroutine<T> {
  yield* sleep(delay);
  return result;
}

function* fails(delay: number, message: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error(message);
}

/** The messages of a group, groups inside it as arrays. */
function messages(error: unknown): unknown {
  if (error instanceof ExceptionGroup) return error.errors.map(messages);
  return (error as Error).message;
}

describe("TaskGroup", () => {
  it("TaskGroup waits at the end of its block for every member", () => {
    const seen = runVirtual(function* main() {
      const order: unknown[] = [];
      yield* asyncWith(new TaskGroup(), function* block(group) {
        for (const n of [3, 1, 2]) {
          group.createTask(function* member() {
            yield* sleep(n);
            order.push(n);
          });
        }
        order.push("block ends");
        yield* sleep(0);
      });
      return [...order, getRunningLoop().time()];
    });
    expect(seen).toEqual(["block ends", 1, 2, 3, 3]);
  });

  it("TaskGroup gives its block's value after the wait, and does not cancel members for a return", () => {
    const seen = runVirtual(function* main() {
      const value = yield* asyncWith(new TaskGroup(), function* block(group) {
        group.createTask(ends(3, "member"));
        return "r";
      });
      return [value, getRunningLoop().time()];
    });
    expect(seen).toEqual(["r", 3]);
  });

  it("TaskGroup.createTask() gives a task with the result and the name", () => {
    const seen = runVirtual(function* main() {
      return yield* asyncWith(new TaskGroup(), function* block(group) {
        const named = group.createTask(ends(1, "a"), { name: "named" });
        const fromFunction = group.createTask(() => ends(1, "b"));
        const operation = group.createTask(sleep(1, "c"));
        return [named.name, yield* named, yield* fromFunction, yield* operation];
      });
    });
    expect(seen).toEqual(["named", "a", "b", "c"]);
  });

  it("TaskGroup without members does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(3));
      yield* asyncWith(new TaskGroup(), function* block() {
        steps.at(1);
      });
      steps.at(2);
      yield* sleep(0);
    });
  });

  it("TaskGroup with one member that does not wait ends after three turns", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      yield* asyncWith(new TaskGroup(), function* block(group) {
        group.createTask(function* member() {
          steps.at(1);
        });
        loop.callSoon(() => {
          steps.at(2);
          loop.callSoon(() => {
            steps.at(3);
            loop.callSoon(() => steps.end(5));
          });
        });
      });
      steps.at(4);
      yield* sleep(0);
    });
  });

  it("TaskGroup takes members from members while it waits for the last", () => {
    const seen = runVirtual(function* main() {
      const order: number[] = [];
      yield* asyncWith(new TaskGroup(), function* block(group) {
        function* member(n: number): Coroutine<void> {
          yield* sleep(1);
          order.push(n);
          if (n < 3) group.createTask(member(n + 1));
        }
        group.createTask(member(1));
      });
      return [order, getRunningLoop().time()];
    });
    expect(seen).toEqual([[1, 2, 3], 3]);
  });

  it("TaskGroup takes members from any task while it is open", () => {
    const seen = runVirtual(function* main() {
      const group = new TaskGroup();
      const stranger = createTask(function* body() {
        yield* sleep(1);
        return group.createTask(ends(4, "late"));
      });
      yield* asyncWith(group, function* block() {
        yield* sleep(2);
      });
      return [(yield* stranger).result(), getRunningLoop().time()];
    });
    expect(seen).toEqual(["late", 5]);
  });

  it("TaskGroup raises an ExceptionGroup for a single error too", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(fails(1, "one"));
        }),
      ),
    );
    expect(error).toBeInstanceOf(ExceptionGroup);
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({
      message: "unhandled errors in a TaskGroup",
      code: "ERR_EXCEPTION_GROUP",
      errors: [new Error("one")],
    });
    expect((error as Error).cause).toBe(undefined);
  });

  it("TaskGroup cancels the others when a member fails, and waits for their cleanup", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(fails(1, "first"));
          group.createTask(function* member() {
            try {
              yield* sleep(100);
            } finally {
              yield* sleep(5);
              log.push("cleaned");
            }
          });
          yield* sleep(100);
        }),
      );
      return [messages(error), log, getRunningLoop().time(), currentTask()?.cancelling()];
    });
    expect(seen).toEqual([["first"], ["cleaned"], 6, 0]);
  });

  it("TaskGroup raises errors in the order in which they came, the block's own last", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          function* turns(message: string, cleanup: number): Coroutine<void> {
            try {
              yield* sleep(100);
            } catch {
              yield* sleep(cleanup);
              throw new Error(message);
            }
          }
          group.createTask(turns("third", 3));
          group.createTask(turns("second", 2));
          group.createTask(fails(1, "first"));
          try {
            yield* sleep(100);
          } catch {
            throw new Error("block");
          }
        }),
      ),
    );
    expect(messages(error)).toEqual(["first", "second", "third", "block"]);
  });

  it("TaskGroup nests: the group of an inner one is a member's error", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* outer(group) {
          group.createTask(fails(2, "a"));
          yield* asyncWith(new TaskGroup(), function* inner(group) {
            group.createTask(fails(1, "b"));
            yield* sleep(100);
          });
        }),
      ),
    );
    expect(messages(error)).toEqual([["b"]]);
  });

  it("TaskGroup cancels its members when its block fails, and raises a group", () => {
    const seen = runVirtual(function* main() {
      let member = createTask(sleep(0));
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          member = group.createTask(sleep(100));
          yield* sleep(1);
          throw new RangeError("block");
        }),
      );
      return [error instanceof ExceptionGroup, messages(error), member.cancelled()];
    });
    expect(seen).toEqual([true, ["block"], true]);
  });

  it("TaskGroup takes a cancelled member for no error", () => {
    const seen = runVirtual(function* main() {
      const results = yield* asyncWith(new TaskGroup(), function* block(group) {
        const cancelled = group.createTask(sleep(100));
        const sibling = group.createTask(ends(5, "sibling"));
        yield* sleep(1);
        cancelled.cancel();
        return [cancelled, sibling] as const;
      });
      const [cancelled, sibling] = results;
      return [cancelled.cancelled(), sibling.result(), currentTask()?.cancelling()];
    });
    expect(seen).toEqual([true, "sibling", 0]);
  });

  it("TaskGroup waits for a member that swallows its cancellation", () => {
    const seen = runVirtual(function* main() {
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* swallows() {
            try {
              yield* sleep(100);
            } catch {
              yield* sleep(7);
            }
          });
          yield* sleep(1);
          throw new Error("block");
        }),
      );
      return [messages(error), getRunningLoop().time()];
    });
    expect(seen).toEqual([["block"], 8]);
  });

  it("TaskGroup makes a block that awaits a failing member see the cancellation", () => {
    const seen = runVirtual(function* main() {
      let inBlock = "";
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          const member = group.createTask(fails(1, "member"));
          try {
            yield* member;
          } catch (error) {
            inBlock = (error as Error).name;
            throw error;
          }
        }),
      );
      return [inBlock, messages(error)];
    });
    // The member's own error reaches the block when it awaits it at the very end; the group raises it either way.
    expect(seen).toEqual(["CancelledError", ["member"]]);
  });

  it("TaskGroup raises an error of an eager member that fails at once, one turn later", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const log: string[] = [];
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* member() {
            throw new Error("at once");
          });
          log.push("goes on");
          yield* sleep(0);
          log.push("not reached");
        }),
      );
      return [log, messages(error)];
    });
    expect(seen).toEqual([["goes on"], ["at once"]]);
  });

  it("TaskGroup lets an interrupt of its block leave alone, after the members have ended", () => {
    const log: string[] = [];
    const error = thrownBy(() =>
      runVirtual(() =>
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* member() {
            try {
              yield* sleep(100);
            } finally {
              yield* sleep(1);
              log.push("member ended");
            }
          });
          yield* sleep(1);
          log.push("block ends");
          throw new KeyboardInterrupt();
        }),
      ),
    );
    expect(error).toBeInstanceOf(KeyboardInterrupt);
    expect(log).toEqual(["block ends", "member ended"]);
  });

  it("TaskGroup lets an interrupt of a member leave alone, after the others have ended", () => {
    const log: string[] = [];
    const error = thrownBy(() =>
      runVirtual(() =>
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* interrupted() {
            yield* sleep(1);
            throw new KeyboardInterrupt();
          });
          group.createTask(function* member() {
            try {
              yield* sleep(100);
            } finally {
              yield* sleep(1);
              log.push("member ended");
            }
          });
          yield* sleep(100);
        }),
      ),
    );
    expect(error).toBeInstanceOf(KeyboardInterrupt);
    expect(log).toEqual(["member ended"]);
  });
});
