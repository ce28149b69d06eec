import { describe, expect, it } from "vitest";
import {
  type AsyncContextManager,
  asyncWith,
  type Coroutine,
  createTask,
  getRunningLoop,
  isCancelled,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

/** A context manager whose parts each take a second, and which notes what it is told. */
function manager(log: unknown[], dropsErrors = false): AsyncContextManager<string> {
  return {
    *enter() {
      yield* sleep(1);
      log.push("enter");
      return "value";
    },
    *exit(error) {
      yield* sleep(1);
      log.push(error === undefined ? "exit" : `exit: ${(error as Error).message}`);
      return dropsErrors;
    },
  };
}

describe("asyncWith", () => {
  it("asyncWith() runs the block between the beginning and the end, and gives its value", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const result = yield* asyncWith(manager(log), function* block(value) {
        log.push(value);
        yield* sleep(1);
        return "result";
      });
      return [...log, result, getRunningLoop().time()];
    });
    expect(seen).toEqual(["enter", "value", "exit", "result", 3]);
  });

  it("asyncWith() tells the end which error left the block, and raises it", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = new RangeError("block");
      const raised = yield* raisedBy(
        asyncWith(manager(log), function* block() {
          yield* sleep(1);
          throw error;
        }),
      );
      return [...log, raised === error];
    });
    expect(seen).toEqual(["enter", "exit: block", true]);
  });

  it("asyncWith() gives undefined when the end drops the error", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const result = yield* asyncWith(manager(log, true), function* block(): Coroutine<string> {
        throw new RangeError("dropped");
      });
      return [...log, result];
    });
    expect(seen).toEqual(["enter", "exit: dropped", undefined]);
  });

  it("asyncWith() gives the block's value when the end returns true without an error", () => {
    const seen = runVirtual(() => asyncWith(manager([], true), () => sleep(0, "value")));
    expect(seen).toBe("value");
  });

  it("asyncWith() raises the end's own error in place of the block's", () => {
    const seen = runVirtual(function* main() {
      const failing: AsyncContextManager<void> = {
        *enter() {},
        *exit() {
          throw new Error("end");
        },
      };
      const afterError = yield* raisedBy(
        asyncWith(failing, function* block() {
          throw new Error("block");
        }),
      );
      const afterSuccess = yield* raisedBy(asyncWith(failing, function* block() {}));
      return [afterError, afterSuccess];
    });
    expect(seen).toEqual([new Error("end"), new Error("end")]);
  });

  it("asyncWith() runs neither block nor end when the beginning fails", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = yield* raisedBy(
        asyncWith(
          {
            *enter(): Coroutine<void> {
              throw new Error("beginning");
            },
            *exit() {
              log.push("exit");
              return false;
            },
          },
          function* block() {
            log.push("block");
          },
        ),
      );
      return [error, log];
    });
    expect(seen).toEqual([new Error("beginning"), []]);
  });

  it("asyncWith() begins nothing before it is awaited", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const block = asyncWith(manager(log), function* block() {});
      yield* sleep(10);
      const before = [...log];
      yield* block;
      return [before, log];
    });
    expect(seen).toEqual([[], ["enter", "exit"]]);
  });

  it("asyncWith() is awaited once", () => {
    const error = runVirtual(function* main() {
      const block = asyncWith(manager([]), function* block() {});
      yield* block;
      return yield* raisedBy(block);
    });
    expect(error).toMatchObject({ name: "UsageError", code: "ERR_AWAITED_TWICE" });
  });

  it("asyncWith() cancelled in the block runs the end before it goes on", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(asyncWith(manager(log), () => sleep(100)));
      yield* sleep(5);
      task.cancel("enough");
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error), getRunningLoop().time()];
    });
    expect(seen).toEqual(["enter", "exit: enough", true, 6]);
  });

  it("asyncWith() cancelled in the beginning runs neither block nor end", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(asyncWith(manager(log), () => sleep(100)));
      yield* sleep(0.5);
      task.cancel();
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error)];
    });
    expect(seen).toEqual([true]);
  });

  it("asyncWith() whose parts do not wait does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(5));
      yield* asyncWith(
        {
          *enter() {
            steps.at(1);
          },
          *exit() {
            steps.at(3);
            return false;
          },
        },
        function* block() {
          steps.at(2);
        },
      );
      steps.at(4);
      yield* sleep(0);
    });
  });

  it("asyncWith() nests: what began last ends first", () => {
    const seen = runVirtual(function* main() {
      const log: string[] = [];
      const named = (name: string): AsyncContextManager<void> => ({
        *enter() {
          log.push(`enter ${name}`);
        },
        *exit() {
          log.push(`exit ${name}`);
          return false;
        },
      });
      yield* asyncWith(named("a"), () => asyncWith(named("b"), () => sleep(1)));
      return log;
    });
    expect(seen).toEqual(["enter a", "enter b", "exit b", "exit a"]);
  });
});

describe("asyncWith, misused", () => {
  it.each<[string, unknown, string]>([
    ["undefined", undefined, "undefined"],
    ["a number", 42, "number 42"],
    ["a function", () => manager([]), "function (anonymous)"],
    ["an object without exit()", { *enter() {} }, "Object"],
  ])("asyncWith() of %s is an error, and the task goes on", (_name, bad, got) => {
    const seen = runVirtual(function* main() {
      const error = thrownBy(() => asyncWith(bad as AsyncContextManager<void>, () => sleep(1)));
      return [error, yield* sleep(1, "after")];
    });
    expect(seen).toMatchObject([
      {
        name: "TypeError",
        code: "ERR_INVALID_ARG",
        message: `Cannot use asyncWith: expected an object with enter() and exit(), got ${got}`,
      },
      "after",
    ]);
  });

  it("asyncWith() without a block is an error", () => {
    const error = thrownBy(() => asyncWith(manager([]), sleep(1) as never));
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot use asyncWith: expected a function* as block, got Sleep",
    });
  });
});
