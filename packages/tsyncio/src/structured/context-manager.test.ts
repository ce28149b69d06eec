import { describe, expect, it } from "vitest";
import {
  asyncWith,
  contextManager,
  createTask,
  fromPromise,
  getRunningLoop,
  isCancelled,
  sleep,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

/** A door whose opening and shutting take a second each. */
function door(log: unknown[]) {
  return contextManager(function* door(name: string, width: number) {
    yield* sleep(1);
    log.push(`open ${name}`);
    try {
      yield { name, width };
    } finally {
      yield* sleep(1);
      log.push(`shut ${name}`);
    }
  });
}

describe("contextManager", () => {
  it("contextManager() hands out what its generator yields, and ends it after the block", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const result = yield* asyncWith(door(log)("a", 3), function* block({ name, width }) {
        log.push(`through ${name}, ${width} wide`);
        yield* sleep(1);
        return "result";
      });
      return [...log, result, getRunningLoop().time()];
    });
    expect(seen).toEqual(["open a", "through a, 3 wide", "shut a", "result", 3]);
  });

  it("contextManager() raises the block's error at the yield, and then from asyncWith()", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const error = new RangeError("block");
      const raised = yield* raisedBy(
        asyncWith(door(log)("a", 1), function* block() {
          throw error;
        }),
      );
      return [...log, raised === error];
    });
    expect(seen).toEqual(["open a", "shut a", true]);
  });

  it("contextManager() that catches the error drops it", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const tolerant = contextManager(function* tolerant() {
        try {
          yield "value";
        } catch (error) {
          yield* sleep(1);
          log.push((error as Error).message);
        }
      });
      const result = yield* asyncWith(tolerant(), function* block() {
        throw new Error("dropped");
      });
      return [...log, result];
    });
    expect(seen).toEqual(["dropped", undefined]);
  });

  it("contextManager() that raises another error raises that", () => {
    const seen = runVirtual(function* main() {
      const translating = contextManager(function* translating() {
        try {
          yield;
        } catch (cause) {
          yield* sleep(1);
          throw new Error("translated", { cause });
        }
      });
      return yield* raisedBy(
        asyncWith(translating(), function* block() {
          throw new Error("block");
        }),
      );
    });
    expect(seen).toEqual(new Error("translated", { cause: new Error("block") }));
  });

  it("contextManager() awaits promises before and after its yield", async () => {
    const log: unknown[] = [];
    const connection = contextManager(function* connection() {
      const opened: string = yield* fromPromise(Promise.resolve("opened"));
      try {
        yield opened;
      } finally {
        log.push(yield* fromPromise(Promise.resolve("closed")));
      }
    });
    await runVirtualAsync(function* main() {
      yield* asyncWith(connection(), function* block(value) {
        log.push(value);
      });
    });
    expect(log).toEqual(["opened", "closed"]);
  });

  it("contextManager() hands out undefined for a plain yield", () => {
    const seen = runVirtual(function* main() {
      const bare = contextManager(function* bare() {
        yield;
      });
      return yield* asyncWith(bare(), function* block(value) {
        return [value];
      });
    });
    expect(seen).toEqual([undefined]);
  });

  it("contextManager() whose parts do not wait does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(5));
      const plain = contextManager(function* plain() {
        steps.at(1);
        yield;
        steps.at(3);
      });
      yield* asyncWith(plain(), function* block() {
        steps.at(2);
      });
      steps.at(4);
      yield* sleep(0);
    });
  });

  it("contextManager() cancelled in the block does its end before it goes on", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const task = createTask(asyncWith(door(log)("a", 1), () => sleep(100)));
      yield* sleep(5);
      task.cancel();
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error), getRunningLoop().time()];
    });
    expect(seen).toEqual(["open a", "shut a", true, 6]);
  });

  it("contextManager() cancelled in its beginning is cancelled there", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const slow = contextManager(function* slow() {
        try {
          yield* sleep(100);
        } catch (error) {
          log.push(isCancelled(error));
          throw error;
        }
        yield;
      });
      const task = createTask(asyncWith(slow(), () => sleep(1)));
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
      return [...log, task.cancelled()];
    });
    expect(seen).toEqual([true, true]);
  });

  it("contextManager() makes a fresh one at each call", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const make = door(log);
      yield* asyncWith(make("a", 1), () => asyncWith(make("b", 1), () => sleep(1)));
      return log;
    });
    expect(seen).toEqual(["open a", "open b", "shut b", "shut a"]);
  });
});

describe("contextManager, misused", () => {
  it("contextManager() entered a second time is an error", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const once = door(log)("a", 1);
      yield* asyncWith(once, () => sleep(1));
      return [yield* raisedBy(asyncWith(once, () => sleep(1))), ...log];
    });
    expect(seen).toMatchObject([
      {
        name: "UsageError",
        code: "ERR_CONTEXT_MANAGER_REUSED",
        message:
          "Cannot enter context manager: it was entered before; call the function again for each block",
      },
      "open a",
      "shut a",
    ]);
  });

  it("contextManager() that yields nothing is an error", () => {
    const error = runVirtual(function* main() {
      const none = contextManager(function* none() {
        yield* sleep(1);
      });
      return yield* raisedBy(asyncWith(none(), () => sleep(1)));
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_CONTEXT_MANAGER",
      message: "Cannot enter context manager: generator didn't yield; hand out a value by yield",
    });
  });

  it("contextManager() that yields twice is an error, after success and after an error", () => {
    const seen = runVirtual(function* main() {
      const twice = contextManager(function* twice() {
        try {
          yield 1;
        } catch {
          // goes on
        }
        yield 2;
      });
      return [
        yield* raisedBy(asyncWith(twice(), () => sleep(1))),
        yield* raisedBy(
          asyncWith(twice(), function* block() {
            throw new Error("block");
          }),
        ),
      ];
    });
    const error = {
      name: "UsageError",
      code: "ERR_CONTEXT_MANAGER",
      message: "Cannot leave context manager: generator didn't stop; yield once only",
    };
    expect(seen).toMatchObject([error, error]);
  });

  it("contextManager() of what is no function is an error", () => {
    expect(thrownBy(() => contextManager(42 as never))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot make a context manager: expected a function*, got number 42",
    });
  });
});
