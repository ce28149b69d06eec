import { describe, expect, it } from "vitest";
import {
  type AsyncContextManager,
  AsyncExitStack,
  asyncWith,
  createTask,
  getRunningLoop,
  isCancelled,
  Lock,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, thrownBy } from "./steps.contract.js";

/** Notes its beginning and its end, which takes a second, and what error was under way. */
function noting(log: unknown[], name: string, drops = false): AsyncContextManager<string> {
  return {
    *enter() {
      log.push(`enter ${name}`);
      return name;
    },
    *exit(error) {
      yield* sleep(1);
      log.push(`exit ${name}${error === undefined ? "" : ` (${(error as Error).message})`}`);
      return drops;
    },
  };
}

describe("AsyncExitStack", () => {
  it("AsyncExitStack ends everything in reverse order", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const result = yield* asyncWith(new AsyncExitStack(), function* block(stack) {
        const value = yield* stack.enterContext(noting(log, "a"));
        stack.callback((x: string, y: number) => log.push(`callback ${x}${y}`), "b", 1);
        stack.pushAsyncCallback(function* later(name: string) {
          yield* sleep(1);
          log.push(`async ${name}`);
        }, "c");
        stack.push(noting(log, "d"));
        stack.push(function* pushed(error: unknown) {
          log.push(`pushed ${String(error)}`);
          return false;
        });
        return value;
      });
      return [...log, result, getRunningLoop().time()];
    });
    expect(seen).toEqual([
      "enter a",
      "pushed undefined",
      "exit d",
      "async c",
      "callback b1",
      "exit a",
      "a",
      3,
    ]);
  });

  it("AsyncExitStack gives each end the error that is under way, and raises it", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = new RangeError("block");
      const raised = yield* raisedBy(
        asyncWith(new AsyncExitStack(), function* block(stack) {
          yield* stack.enterContext(noting(log, "a"));
          yield* stack.enterContext(noting(log, "b"));
          throw error;
        }),
      );
      return [...log, raised === error];
    });
    expect(seen).toEqual(["enter a", "enter b", "exit b (block)", "exit a (block)", true]);
  });

  it("AsyncExitStack lets an end drop the error, and those below see none", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const result = yield* asyncWith(new AsyncExitStack(), function* block(stack) {
        yield* stack.enterContext(noting(log, "a"));
        yield* stack.enterContext(noting(log, "b", true));
        throw new Error("block");
      });
      return [...log, result];
    });
    expect(seen).toEqual(["enter a", "enter b", "exit b (block)", "exit a", undefined]);
  });

  it("AsyncExitStack goes on with the error of an end, whose cause is the one before", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = yield* raisedBy(
        asyncWith(new AsyncExitStack(), function* block(stack) {
          stack.push(noting(log, "a"));
          stack.callback(() => {
            throw new Error("callback");
          });
          throw new Error("block");
        }),
      );
      return [...log, error];
    });
    expect(seen).toEqual([
      "exit a (callback)",
      new Error("callback", { cause: new Error("block") }),
    ]);
  });

  it("AsyncExitStack lets an end drop the error of another end", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      yield* asyncWith(new AsyncExitStack(), function* block(stack) {
        stack.push(noting(log, "a", true));
        stack.callback(() => {
          throw new Error("callback");
        });
      });
      return log;
    });
    expect(seen).toEqual(["exit a (callback)"]);
  });

  it("AsyncExitStack.enterContext() that fails leaves the manager off the stack", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const failing: AsyncContextManager<void> = {
        *enter() {
          throw new Error("beginning");
        },
        *exit() {
          log.push("exit failing");
          return false;
        },
      };
      const error = yield* raisedBy(
        asyncWith(new AsyncExitStack(), function* block(stack) {
          yield* stack.enterContext(noting(log, "a"));
          yield* stack.enterContext(failing);
        }),
      );
      return [...log, error];
    });
    expect(seen).toEqual(["enter a", "exit a (beginning)", new Error("beginning")]);
  });

  it("AsyncExitStack.popAll() moves everything to a new stack", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const kept = yield* asyncWith(new AsyncExitStack(), function* block(stack) {
        yield* stack.enterContext(noting(log, "a"));
        return stack.popAll();
      });
      log.push("block ended");
      yield* kept.close();
      yield* kept.close();
      return log;
    });
    expect(seen).toEqual(["enter a", "block ended", "exit a"]);
  });

  it("AsyncExitStack cancelled in its block runs every end", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const lock = new Lock();
      const task = createTask(
        asyncWith(new AsyncExitStack(), function* block(stack) {
          yield* stack.enterContext(lock);
          yield* stack.enterContext(noting(log, "a"));
          yield* sleep(100);
        }),
      );
      yield* sleep(1);
      const during = lock.locked();
      task.cancel("enough");
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error), during, lock.locked()];
    });
    expect(seen).toEqual(["enter a", "exit a (enough)", true, true, false]);
  });

  it("AsyncExitStack cancelled in one end still runs the others", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(
        asyncWith(new AsyncExitStack(), function* block(stack) {
          stack.push(noting(log, "a"));
          stack.push(noting(log, "b"));
        }),
      );
      yield* sleep(0.5);
      task.cancel("enough");
      yield* raisedBy(task);
      return [...log, task.cancelled()];
    });
    expect(seen).toEqual(["exit a (enough)", true]);
  });

  it("AsyncExitStack.push() of what has no end is an error", () => {
    const stack = new AsyncExitStack();
    expect(thrownBy(() => stack.push(42 as never))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot push on exit stack: expected a context manager or a function, got number 42",
    });
  });
});
