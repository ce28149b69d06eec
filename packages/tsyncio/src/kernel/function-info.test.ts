import { describe, expect, test } from "vitest";
import { type AsyncBody, asyncFunction, at, infoOf } from "../../test/async-function.js";
import { errorOf } from "../../test/errors.js";
import { type FunctionInfo, lowered } from "../coroutine.js";
import {
  asyncWith,
  CancelledError,
  type Coroutine,
  createTask,
  Future,
  gather,
  getRunningLoop,
  sleep,
  TaskGroup,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";
import { noteAwait, placeOf } from "./function-info.js";

/** The lines that lowered functions have added to the stack of `error`. */
function awaits(error: unknown): string[] {
  const lines = (error as Error).stack?.split("\n") ?? [];
  return lines.filter((line) => line.startsWith("    at async ")).map((line) => line.slice(13));
}

/** A function that awaits what `make` gives, at its await number 1. */
function awaiting<T = unknown>(name: string, make: () => unknown): () => Coroutine<T> {
  return asyncFunction(name, function* () {
    return yield at(1, make());
  });
}

function deeply(bottom: () => unknown): () => Coroutine<unknown> {
  return awaiting("outer", awaiting("middle", awaiting("inner", bottom)));
}

const THREE = ["inner (inner.ts:3:3)", "middle (middle.ts:3:3)", "outer (outer.ts:3:3)"];

describe("placeOf()", () => {
  const info: FunctionInfo = { name: "f", file: "a/b.ts", line: 7, column: 4, sites: [[9, 0]] };

  test("is the await's line and column, both from 1", () => {
    expect(placeOf(info, 0)).toBe("a/b.ts:9:1");
  });

  test("is the function's own where there is no such await", () => {
    expect([placeOf(info, 1), placeOf(info, -1)]).toEqual(["a/b.ts:7:5", "a/b.ts:7:5"]);
  });
});

describe("the stack of an error raised below lowered functions", () => {
  const error = () => new Error("no");

  test("names the function that raised it as the engine does, then each that awaited, with its place", () => {
    const raises = asyncFunction("raises", function* raises() {
      yield at(0, sleep(1));
      throw new Error("no");
    });
    const raised = errorOf(() => runVirtual(deeply(raises))) as Error;
    expect(raised.stack).toMatch(/^Error: no\n {4}at raises[ .]/);
    expect(awaits(raised)).toEqual(THREE);
  });

  test("names no place twice when it passes only the frames", () => {
    const raises = asyncFunction("raises", function* () {
      throw error();
    });
    const twice = asyncFunction("twice", function* () {
      for (const site of [3, 4]) {
        try {
          yield at(site, raises());
        } catch {}
      }
      yield at(5, raises());
    });
    expect(awaits(errorOf(() => runVirtual(twice)))).toEqual(["twice (twice.ts:7:3)"]);
  });

  test.each<[string, () => unknown]>([
    [
      "a generator coroutine",
      function* generator() {
        yield* sleep(1);
        throw error();
      },
    ],
    [
      "a task",
      () =>
        createTask(function* fails() {
          throw error();
        }),
    ],
    [
      "a future",
      () => {
        const future = new Future();
        getRunningLoop().callSoon(() => future.setException(error()));
        return future;
      },
    ],
    ["a rejected promise", () => Promise.reject(error())],
    ["an operation that is misused", () => sleep("nonsense" as never)],
    [
      "gather()",
      () =>
        gather([
          (function* () {
            throw error();
          })(),
        ]),
    ],
    [
      "a group",
      () =>
        asyncWith(new TaskGroup(), function* () {
          throw error();
        }),
    ],
  ])("names them also when it comes from %s", async (_name, bottom) => {
    let raised: unknown;
    try {
      await runVirtualAsync(deeply(bottom));
    } catch (thrown) {
      raised = thrown;
    }
    expect(awaits(raised)).toEqual(THREE);
  });

  test("names the function itself where it returned what it called", () => {
    const raises = asyncFunction("raises", function* () {
      yield at(0, sleep(0));
      throw error();
    });
    const returns = asyncFunction("returns", function* () {
      return raises();
    });
    expect(awaits(errorOf(() => runVirtual(deeply(returns))))).toEqual([
      "returns (returns.ts:1:1)",
      ...THREE,
    ]);
  });

  test("names only those that it has passed where it is caught", () => {
    const raises = asyncFunction("raises", function* () {
      throw error();
    });
    const catches = asyncFunction("catches", function* () {
      try {
        yield at(0, awaiting("inner", raises)());
      } catch (caught) {
        return awaits(caught);
      }
    });
    expect(runVirtual(awaiting("outer", catches))).toEqual([
      "inner (inner.ts:3:3)",
      "catches (catches.ts:2:3)",
    ]);
  });

  test("names a function that calls itself once", () => {
    const descend = asyncFunction("descend", function* (n: number): AsyncBody<void> {
      if (n === 0) throw error();
      yield at(0, descend(n - 1));
    });
    expect(awaits(errorOf(() => runVirtual(() => descend(100))))).toEqual([
      "descend (descend.ts:2:3)",
    ]);
  });

  test("does not grow when the same coroutine is awaited again and again", () => {
    const raises = asyncFunction("raises", function* () {
      throw error();
    });
    const stacks = new Set<string | undefined>();
    const polls = asyncFunction("polls", function* () {
      const coroutine = raises();
      for (let n = 0; n < 5; n++) {
        try {
          yield at(0, coroutine);
        } catch (caught) {
          stacks.add((caught as Error).stack);
        }
      }
    });
    runVirtual(polls);
    expect(stacks.size).toBe(1);
  });

  test("of a task goes on with who awaits the task", () => {
    const raises = asyncFunction("raises", function* () {
      throw error();
    });
    const inTask = awaiting("main", () => createTask(awaiting("child", raises)()));
    expect(awaits(errorOf(() => runVirtual(inTask)))).toEqual([
      "child (child.ts:3:3)",
      "main (main.ts:3:3)",
    ]);
  });
});

describe("noteAwait()", () => {
  test.each<[string, unknown]>([
    ["a string", "text"],
    ["nothing", undefined],
    ["an object that is no error", { stack: "mine" }],
    ["a cancellation, which has no stack of its own", Object.create(CancelledError.prototype)],
    ["an error whose stack was deleted", withoutStack()],
    ["an error whose stack is no text", Object.assign(new Error("no"), { stack: 42 })],
    ["a frozen error", Object.freeze(new Error("no"))],
  ])("leaves %s as it is", (_name, value) => {
    const before = (value as Error | undefined)?.stack;
    noteAwait(value, infoOf("f"), 0);
    expect((value as Error | undefined)?.stack).toBe(before);
  });

  test("leaves the stack a property that programs may write", () => {
    const error = new Error("no");
    noteAwait(error, infoOf("f"), 0);
    expect(error.stack).toMatch(/\n {4}at async f \(f\.ts:2:3\)$/);
    expect(Object.keys(error)).toEqual([]);
    error.stack = "mine";
    expect(error.stack).toBe("mine");
  });
});

test("a frozen error passes the frames", () => {
  const error = Object.freeze(new Error("no"));
  const raises = asyncFunction("raises", function* () {
    throw error;
  });
  expect(errorOf(() => runVirtual(deeply(raises)))).toBe(error);
});

test("a coroutine that nobody started is reported with the place of its function", () => {
  const reports: string[] = [];
  const forgotten = { ...infoOf("forgotten"), file: "src/jobs.ts", line: 12, column: 6 };
  runVirtual(
    function* main() {
      lowered(forgotten, (function* () {})());
    },
    { exceptionHandler: (_, { message }) => reports.push(message) },
  );
  expect(reports).toEqual([
    "coroutine forgotten() was never awaited (it is defined at src/jobs.ts:12:7)",
  ]);
});

function withoutStack(): Error {
  const error = new Error("no");
  delete error.stack;
  return error;
}
