import { describe, expect, test } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { errorOf } from "../../test/errors.js";
import { callLowered, describeFunction } from "../coroutine.js";
import {
  asyncWith,
  type Coroutine,
  createTask,
  Future,
  getRunningLoop,
  isCoroutine,
  sleep,
  TaskGroup,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";

const answer = asyncFunction("answer", function* () {
  return 42;
});

const nap = asyncFunction("nap", function* <T>(delay: number, result: T) {
  yield sleep(delay);
  return result;
});

/** How many turns the loop makes while `awaitable` is awaited. */
function* turnsOf(awaitable: () => Iterable<unknown>): Coroutine<number> {
  const loop = getRunningLoop();
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns++;
    if (counting) loop.callSoon(count);
  };
  loop.callSoon(count);
  yield* awaitable() as Coroutine<unknown>;
  counting = false;
  return turns;
}

describe("a lowered function that is called in a task", () => {
  test("runs nothing before it is awaited, and then in place", () => {
    const log: string[] = [];
    const work = asyncFunction("work", function* (name: string) {
      log.push(`begins ${name}`);
      return name;
    });
    const main = asyncFunction("main", function* () {
      const kept = work("kept");
      log.push("called");
      yield sleep(1);
      log.push("slept");
      log.push(`gives ${yield kept}`);
    });
    runVirtual(main);
    expect(log).toEqual(["called", "slept", "begins kept", "gives kept"]);
  });

  test("is a coroutine and says its name", () => {
    const main = asyncFunction("main", function* () {
      const coroutine = answer();
      expect(isCoroutine(coroutine)).toBe(true);
      expect(String(coroutine)).toBe("<answer()>");
      return yield coroutine;
    });
    expect(runVirtual(main)).toBe(42);
  });

  test("takes its arguments and its `this`", () => {
    const counter = {
      from: 40,
      add: asyncFunction("add", function* (this: { from: number }, a: number, b: number) {
        yield sleep(0);
        return this.from + a + b;
      }),
    };
    const main = asyncFunction("main", function* () {
      return yield counter.add(1, 2);
    });
    expect(runVirtual(main)).toBe(43);
  });

  test("evaluates its parameters in its first step when they are lowered so", () => {
    const log: string[] = [];
    const info = describeFunction("greet", "greet.ts", 1, 0, []);
    const standard = (): string => {
      log.push("default");
      return "you";
    };
    function* body(this: unknown, name = standard()) {
      yield at(0, sleep(0));
      return `hello ${name}, ${String(this)}`;
    }
    const greet = (...args: unknown[]) => callLowered<string>(info, body, "this", args);
    const main = asyncFunction("main", function* () {
      const kept = greet();
      log.push("called");
      return [yield kept, yield greet("Ann")];
    });
    expect(runVirtual(main)).toEqual(["hello you, this", "hello Ann, this"]);
    expect(log).toEqual(["called", "default"]);
  });

  test("raises the error of a parameter where it is awaited", () => {
    const info = describeFunction("strict", "strict.ts", 1, 0, []);
    function* body({ x }: { x: number }) {
      return x;
    }
    const main = asyncFunction("main", function* () {
      const kept = callLowered(info, body, undefined, [undefined]);
      try {
        yield kept;
      } catch (error) {
        return error;
      }
    });
    expect(runVirtual(main)).toBeInstanceOf(TypeError);
  });
});

describe("the await of a lowered function gives the result of", () => {
  const rejects = (error: unknown) => Promise.reject(error);
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    then(resolve: (value: string) => void) {
      resolve("thenable");
    },
  };
  // biome-ignore lint/suspicious/noThenProperty: as above
  const callable = Object.assign(() => {}, { then: thenable.then });
  function* generator(): Coroutine<string> {
    yield* sleep(1);
    return "generator";
  }

  test.each<[string, () => unknown, unknown]>([
    ["a lowered coroutine", () => nap(1, "lowered"), "lowered"],
    ["a generator coroutine", generator, "generator"],
    ["a task", () => createTask(nap(1, "task")), "task"],
    ["a task of a generator", () => createTask(generator()), "generator"],
    ["an operation", () => sleep(1, "operation"), "operation"],
    ["a context manager's block", () => asyncWith(new TaskGroup(), generator), "generator"],
    ["a promise", () => Promise.resolve("promise"), "promise"],
    ["a promise that settles later", () => new Promise((r) => setTimeout(r, 1, "later")), "later"],
    ["a thenable", () => thenable, "thenable"],
    ["a function with a then", () => callable, "thenable"],
    ["a number", () => 42, 42],
    ["nothing", () => undefined, undefined],
    ["null", () => null, null],
    ["a function", () => errorOf, errorOf],
  ])("%s", async (_name, make, result) => {
    const main = asyncFunction("main", function* () {
      return [yield make()];
    });
    expect(await runVirtualAsync(main)).toEqual([result]);
  });

  test("a future, before and after it is done", () => {
    const main = asyncFunction("main", function* () {
      const future = new Future<string>();
      getRunningLoop().callLater(1, () => future.setResult("done"));
      return [yield future, yield future];
    });
    expect(runVirtual(main)).toEqual(["done", "done"]);
  });

  const error = new Error("no");
  test.each<[string, () => unknown]>([
    ["a rejected promise", () => rejects(error)],
    [
      "a lowered coroutine that fails",
      asyncFunction("fails", function* () {
        yield sleep(1);
        throw error;
      }),
    ],
    [
      "a generator coroutine that fails",
      function* fails() {
        yield* sleep(1);
        throw error;
      },
    ],
    [
      "a future that fails",
      () => {
        const future = new Future();
        future.setException(error);
        return future;
      },
    ],
    [
      "a getter `then` that throws",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: as above
        get then() {
          throw error;
        },
      }),
    ],
  ])("or raises the error of %s", async (_name, make) => {
    const main = asyncFunction("main", function* () {
      try {
        yield make();
      } catch (raised) {
        return raised;
      }
    });
    expect(await runVirtualAsync(main)).toBe(error);
  });
});

describe("an await", () => {
  test.each<[string, number, () => unknown]>([
    ["of a lowered coroutine that does not suspend", 0, () => answer()],
    [
      "of two levels of them",
      0,
      asyncFunction("outer", function* () {
        return yield answer();
      }),
    ],
    [
      "of a coroutine that returns another",
      0,
      asyncFunction("outer", function* () {
        return answer();
      }),
    ],
    [
      "of a done future",
      0,
      () => {
        const future = new Future();
        future.setResult(1);
        return future;
      },
    ],
    ["of a plain value", 1, () => 1],
    ["of sleep(0)", 1, () => sleep(0)],
    ["of a new task that does not suspend", 2, () => createTask(answer())],
  ])("%s takes %i turns", (_name, turns, make) => {
    const one = asyncFunction("one", function* () {
      yield make();
    });
    runVirtual(function* main() {
      expect(yield* turnsOf(one)).toBe(turns);
    });
  });
});

describe("`return x` of a lowered function", () => {
  test.each<[string, () => unknown]>([
    ["a lowered coroutine", () => nap(1, "value")],
    ["an operation", () => sleep(1, "value")],
    ["a task", () => createTask(nap(1, "value"))],
    ["a promise", () => Promise.resolve("value")],
    ["a promise of a promise", () => Promise.resolve(Promise.resolve("value"))],
  ])("awaits %s", async (_name, make) => {
    const returns = asyncFunction("returns", function* () {
      return make();
    });
    expect(await runVirtualAsync(returns)).toBe("value");
  });

  test("gives a generator as it is, which may be one of values", () => {
    function* numbers() {
      yield 1;
      yield 2;
    }
    const returns = asyncFunction("returns", function* () {
      return numbers();
    });
    expect([...(runVirtual(returns) as Iterable<number>)]).toEqual([1, 2]);
  });

  test("leaves its `try` before it waits, as in the language", () => {
    const log: string[] = [];
    const fails = asyncFunction("fails", function* () {
      yield sleep(1);
      throw new Error("late");
    });
    const returns = asyncFunction("returns", function* () {
      try {
        return fails();
      } catch {
        log.push("caught");
      } finally {
        log.push("finally");
      }
    });
    expect(errorOf(() => runVirtual(returns))).toMatchObject({ message: "late" });
    expect(log).toEqual(["finally"]);
  });
});
