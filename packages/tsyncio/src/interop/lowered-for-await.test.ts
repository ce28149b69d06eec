/** Iterating lowered async generators, and everything else by a lowered `for await`. */
import { describe, expect, test } from "vitest";
import {
  type AsyncBody,
  asyncFunction,
  asyncGeneratorFunction,
  at,
  collect,
} from "../../test/async-function.js";
import { errorOf, raisedBy } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import { asyncIterator, emit } from "../coroutine.js";
import { threadLoop } from "../hosts/thread-loop.js";
import {
  asyncFor,
  asyncGenerator,
  BREAK,
  type Coroutine,
  Future,
  getRunningLoop,
  run,
  sleep,
  waitFor,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";

const count = asyncGeneratorFunction("count", function* (to: number) {
  for (let n = 1; n <= to; n++) {
    yield sleep(1);
    yield emit(n);
  }
  return "end";
});

/** Runs a lowered main function on virtual time. */
function runMain<T>(body: () => AsyncBody<T>): T {
  return runVirtual(asyncFunction("main", body));
}

describe("iterating a lowered async generator", () => {
  test("by a lowered `for await`, directly, and by asyncFor", () => {
    runMain(function* () {
      expect(yield collect(count(3))).toEqual([1, 2, 3]);
      const seen: unknown[] = [];
      yield asyncFor(count(9) as never, function* (n: number): Coroutine<typeof BREAK | void> {
        seen.push(n);
        if (n === 2) return BREAK;
      });
      expect(seen).toEqual([1, 2]);
    });
  });

  test("natively, outside any run", async () => {
    const ticks = asyncGeneratorFunction("ticks", function* (log: string[]) {
      try {
        for (let n = 0; ; n++) {
          yield sleep(0);
          yield emit(n);
        }
      } finally {
        yield sleep("1ms");
        log.push("closed");
      }
    });
    const log: string[] = [];
    for await (const n of ticks(log) as never as AsyncIterable<number>) {
      log.push(String(n));
      if (n === 2) break;
    }
    expect(log).toEqual(["0", "1", "2", "closed"]);
  });

  test("natively, of calls that were made at once", async () => {
    const iterator = asyncGeneratorFunction("ticks", function* () {
      for (const n of [1, 2]) {
        yield sleep("1ms");
        yield emit(n);
      }
    })();
    expect(await Promise.all([iterator.next(), iterator.next(), iterator.next()])).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      { value: undefined, done: true },
    ]);
  });

  test("is ended by a cancellation where the body waits, and its `finally` may wait", () => {
    const log: string[] = [];
    const cleans = asyncGeneratorFunction("cleans", function* () {
      try {
        yield sleep(9);
      } finally {
        yield sleep(1);
        log.push(`cleaned at ${getRunningLoop().time()}`);
      }
    });
    runVirtual(function* main() {
      expect(yield* raisedBy(waitFor(collect(cleans()), 1))).toMatchObject({ code: "ERR_TIMEOUT" });
    });
    expect(log).toEqual(["cleaned at 2"]);
  });

  test("names the generator and the place of its await in a stack", () => {
    const fails = asyncGeneratorFunction("fails", function* () {
      yield at(
        4,
        asyncFunction("inner", function* (): AsyncBody<void> {
          throw new Error("no");
        })(),
      );
    });
    const error = errorOf(() => runVirtual(() => collect(fails()))) as Error;
    const lines = error.stack?.split("\n").filter((line) => line.startsWith("    at async "));
    expect(lines).toEqual([
      "    at async fails (fails.ts:6:3)",
      "    at async collect (collect.ts:2:3)",
    ]);
  });
});

describe("a lowered async generator that is left open", () => {
  const open = asyncGeneratorFunction("open", function* (log: string[]) {
    try {
      for (;;) yield emit(1);
    } finally {
      yield sleep(1);
      log.push("closed");
    }
  });

  test("is closed when its run ends, through the awaits of its `finally`", () => {
    const log: string[] = [];
    runMain(function* () {
      yield open(log).next();
      open(log);
    });
    expect(log).toEqual(["closed"]);
  });

  test("is closed by the run in which it began, on a shared loop", async () => {
    const log: string[] = [];
    const gate = new Future<void>({ loop: threadLoop() });
    const other = run(function* () {
      yield* gate;
      log.push("the other run ends");
    });
    await run(
      asyncFunction("main", function* () {
        yield open(log).next();
      }),
    );
    gate.setResult(undefined);
    await other;
    expect(log).toEqual(["closed", "the other run ends"]);
  });

  test("reports an error that its `finally` raises then", () => {
    const reports: string[] = [];
    const fails = asyncGeneratorFunction("fails", function* () {
      try {
        yield emit(1);
      } finally {
        yield sleep(1);
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw new Error("no");
      }
    });
    runVirtual(
      function* main() {
        yield* fails().next();
      },
      { exceptionHandler: (_, { message, exception }) => reports.push(`${message}: ${exception}`) },
    );
    expect(reports).toEqual([
      "an error occurred during closing of asynchronous generator: Error: no",
    ]);
  });
});

describe("asyncIterator()", () => {
  async function* native() {
    yield 1;
    yield 2;
  }
  const kernels = asyncGenerator<number>(function* (emitted) {
    yield* sleep(1);
    yield* emitted(1);
    yield* emitted(2);
  });

  test.each<[string, () => unknown]>([
    ["an array", () => [1, 2]],
    ["a set", () => new Set([1, 2])],
    ["an array of promises", () => [Promise.resolve(1), Promise.resolve(2)]],
    [
      "an array of lowered coroutines",
      () => [1, 2].map((n) => asyncFunction("n", () => sleepy(n))()),
    ],
    ["an array of operations", () => [sleep(1, 1), sleep(1, 2)]],
    ["a lowered async generator", () => count(2)],
    ["a native async generator", native],
    ["an async generator of the library", () => kernels],
  ])("iterates %s", async (_name, make) => {
    expect(await runVirtualAsync(() => collect(make()))).toEqual([1, 2]);
  });

  test("prefers the async iterator of what has both", () => {
    const both = { [Symbol.iterator]: () => [0].values(), [Symbol.asyncIterator]: () => count(2) };
    expect(runVirtual(() => collect(both))).toEqual([1, 2]);
  });

  test("takes no turn for the items of a plain iterable, which is closed when it is left", () => {
    const log: string[] = [];
    function* items() {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push("closed");
      }
    }
    const { at: step, end } = steps();
    runMain(function* () {
      getRunningLoop().callSoon(() => step(2));
      const iterator = asyncIterator(items());
      expect(yield iterator.next()).toEqual({ value: 1, done: false });
      expect(yield iterator.return?.()).toEqual({ value: undefined, done: true });
      step(1);
      yield sleep(0);
      end(3);
    });
    expect(log).toEqual(["closed"]);
  });

  test("raises the error of an item, at the place of the loop and nowhere else", () => {
    const fails = asyncFunction("fails", function* () {
      throw new Error("no");
    });
    const error = errorOf(() => runVirtual(() => collect([fails()]))) as Error;
    const lines = error.stack?.split("\n").filter((line) => line.startsWith("    at async "));
    expect(lines).toEqual(["    at async collect (collect.ts:2:3)"]);
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 42],
    ["an object", {}],
  ])("refuses %s", (_name, value) => {
    expect(errorOf(() => asyncIterator(value))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: expect.stringMatching(/^Cannot iterate .+: for await takes an async iterable/),
    });
  });
});

function* sleepy<T>(value: T): AsyncBody<T> {
  yield sleep(1);
  return value;
}
