import { describe, expect, it } from "vitest";
import {
  type AnyIterable,
  asyncFor,
  asyncGenerator,
  BREAK,
  type Coroutine,
  createTask,
  Future,
  getRunningLoop,
  isCancelled,
  sleep,
} from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

/** An async iterable of 1, 2, 3, … that notes in `log` how it was closed. */
function counting(log: unknown[], step?: () => Promise<unknown>): AsyncIterable<number> {
  let n = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        await step?.();
        return { done: false, value: ++n };
      },
      async return() {
        log.push("closed");
        return { done: true, value: undefined };
      },
    }),
  };
}

function stream(...chunks: string[]): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function* native(log: unknown[]): AsyncGenerator<number> {
  try {
    yield 1;
    yield 2;
    yield 3;
  } finally {
    await Promise.resolve();
    log.push("closed");
  }
}

function* syncNumbers(log: unknown[]): Generator<number> {
  try {
    yield* [1, 2, 3];
  } finally {
    log.push("closed");
  }
}

describe("asyncFor", () => {
  const kinds: [string, (log: unknown[]) => AnyIterable<unknown>, unknown[]][] = [
    ["an array", () => [1, 2, 3], [1, 2, 3]],
    ["a sync generator", syncNumbers, [1, 2, 3, "closed"]],
    ["a map", () => new Map([["a", 1]]), [["a", 1]]],
    ["a native async generator", native, [1, 2, 3, "closed"]],
    ["a ReadableStream", () => stream("a", "b") as AnyIterable<unknown>, ["a", "b"]],
    [
      "an async generator of the library",
      () =>
        asyncGenerator<number>(function* (emit) {
          yield* emit(1);
          yield* sleep(1);
          yield* emit(2);
        }),
      [1, 2],
    ],
    ["nothing", () => [], []],
  ];
  it.each(kinds)("asyncFor() iterates %s", async (_name, make, expected) => {
    const seen = await runVirtualAsync(function* main() {
      const seen: unknown[] = [];
      yield* asyncFor(make(seen), function* block(item) {
        yield* sleep(1);
        seen.push(item);
      });
      return seen;
    });
    expect(seen).toEqual(expected);
  });

  it("asyncFor() runs the block for one item after the other", () => {
    const log = runVirtual(function* main() {
      const log: unknown[] = [];
      yield* asyncFor([3, 1, 2], function* block(n) {
        log.push(`begin ${n}`);
        yield* sleep(n);
        log.push(`end ${n} at ${getRunningLoop().time()}`);
      });
      return log;
    });
    expect(log).toEqual([
      "begin 3",
      "end 3 at 3",
      "begin 1",
      "end 1 at 4",
      "begin 2",
      "end 2 at 6",
    ]);
  });

  it("asyncFor() over a plain iterable whose block does not wait does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(4));
      yield* asyncFor([1, 2], function* block(n) {
        steps.at(n);
      });
      steps.at(3);
      yield* sleep(0);
    });
  });

  it("asyncFor() gives undefined", () => {
    expect(runVirtual(() => asyncFor([1], function* block() {}))).toBe(undefined);
  });

  it("asyncFor() begins the iteration when it is awaited, not before", () => {
    const seen = runVirtual(function* main() {
      let begun = 0;
      const source = {
        *[Symbol.iterator]() {
          begun++;
          yield 1;
        },
      };
      const all = asyncFor(source, function* block() {});
      yield* sleep(1);
      const before = begun;
      yield* all;
      return [before, begun];
    });
    expect(seen).toEqual([0, 1]);
  });

  it("asyncFor() leaves a stream alone that it was not awaited on", () => {
    const source = stream("a");
    void asyncFor(source as AnyIterable<string>, function* block() {});
    expect(source.locked).toBe(false);
  });

  it("asyncFor() stops at BREAK and closes the iterator", async () => {
    for (const make of [native, syncNumbers, counting] as const) {
      const seen = await runVirtualAsync(function* main() {
        const seen: unknown[] = [];
        yield* asyncFor<number>(make(seen), function* block(n) {
          seen.push(n);
          if (n === 2) return BREAK;
          return undefined;
        });
        return [...seen, "after"];
      });
      expect(seen).toEqual([1, 2, "closed", "after"]);
    }
  });

  it("asyncFor() goes on after whatever else the block returns", () => {
    const seen = runVirtual(function* main() {
      let rounds = 0;
      yield* asyncFor([1, 2], function* block(): Coroutine<void> {
        rounds++;
        return "not BREAK" as unknown as void;
      });
      return rounds;
    });
    expect(seen).toBe(2);
  });

  it("asyncFor() raises the block's error and closes the iterator", async () => {
    for (const make of [native, syncNumbers, counting] as const) {
      const seen = await runVirtualAsync(function* main() {
        const log: unknown[] = [];
        const error = yield* raisedBy(
          asyncFor<number>(make(log), function* block() {
            throw new Error("block");
          }),
        );
        return [...log, (error as Error).message];
      });
      expect(seen).toEqual(["closed", "block"]);
    }
  });

  it("asyncFor() raises the iterator's error and does not close it", async () => {
    const seen = await runVirtualAsync(function* main() {
      const log: unknown[] = [];
      const source = counting(log, () => Promise.reject(new Error("source")));
      const error = yield* raisedBy(asyncFor(source, function* block() {}));
      return [...log, (error as Error).message];
    });
    expect(seen).toEqual(["source"]);
  });

  it("asyncFor() does not close an iterator that came to its end", async () => {
    const seen = await runVirtualAsync(function* main() {
      const log: unknown[] = [];
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: true as const, value: undefined }),
          return: async () => {
            log.push("closed");
            return { done: true as const, value: undefined };
          },
        }),
      };
      yield* asyncFor(source, function* block() {});
      return log;
    });
    expect(seen).toEqual([]);
  });

  it("asyncFor() nests, and BREAK leaves the inner loop alone", () => {
    const seen = runVirtual(function* main() {
      const seen: string[] = [];
      yield* asyncFor(["a", "b"], function* outer(letter) {
        yield* asyncFor([1, 2, 3], function* inner(n) {
          if (n === 3) return BREAK;
          seen.push(letter + n);
          return undefined;
        });
      });
      return seen;
    });
    expect(seen).toEqual(["a1", "a2", "b1", "b2"]);
  });
});

describe("asyncFor, cancelled", () => {
  it("asyncFor() cancelled in its block closes the iterator before it goes on", async () => {
    const seen = await runVirtualAsync(function* main() {
      const log: unknown[] = [];
      const task = createTask(
        asyncFor(native(log), function* block(n) {
          log.push(n);
          yield* sleep(100);
        }),
      );
      yield* sleep(1);
      task.cancel();
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error)];
    });
    expect(seen).toEqual([1, "closed", true]);
  });

  it("asyncFor() cancelled while it waits for a promise ends at once, and has the iterator closed", async () => {
    const seen = await runVirtualAsync(function* main() {
      const log: unknown[] = [];
      const stuck = new Promise(() => {});
      const task = createTask(
        asyncFor(
          counting(log, () => stuck),
          function* block() {},
        ),
      );
      yield* sleep(1);
      task.cancel();
      const error = yield* raisedBy(task);
      return [...log, isCancelled(error), getRunningLoop().time()];
    });
    expect(seen).toEqual(["closed", true, 1]);
  });

  it("asyncFor() cancelled over a stream gives the stream back once its read has ended", async () => {
    let controller: ReadableStreamDefaultController<string> | undefined;
    const source = new ReadableStream<string>({
      start(given) {
        controller = given;
      },
    });
    await runVirtualAsync(function* main() {
      const task = createTask(asyncFor(source as AnyIterable<string>, function* block() {}));
      yield* sleep(1);
      task.cancel();
      expect(isCancelled(yield* raisedBy(task))).toBe(true);
    });
    expect(source.locked).toBe(true);
    controller?.enqueue("late");
    await new Promise((resolve) => setTimeout(resolve));
    expect(source.locked).toBe(false);
  });

  it("asyncFor() cancelled in the wait of an async generator of the library ends its body", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = asyncGenerator<number>(function* (emit) {
        try {
          yield* sleep(100);
          yield* emit(1);
        } catch (error) {
          log.push((error as Error).name);
          yield* sleep(1);
          throw error;
        }
      });
      const task = createTask(asyncFor(source, function* block() {}));
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
      return [...log, task.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual(["CancelledError", true, 2]);
  });
});

describe("asyncFor, misused", () => {
  it.each<[string, unknown, string]>([
    ["a number", 42, "number 42"],
    ["undefined", undefined, "undefined"],
    ["a promise", Promise.resolve([1]), "Promise"],
    ["a function", syncNumbers, "function syncNumbers"],
    ["a plain object", {}, "Object"],
  ])("asyncFor() of %s is an error, and the task goes on", (_name, bad, got) => {
    const seen = runVirtual(function* main() {
      const error = thrownBy(() => asyncFor(bad as number[], function* block() {}));
      return [error, yield* sleep(1, "after")];
    });
    expect(seen).toMatchObject([
      {
        name: "TypeError",
        code: "ERR_INVALID_ARG",
        message: `Cannot iterate ${got}: asyncFor takes an async iterable or an iterable`,
      },
      "after",
    ]);
  });

  it("asyncFor() without a block is an error", () => {
    expect(thrownBy(() => asyncFor([1], undefined as never))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot use asyncFor: expected a function* as block, got undefined",
    });
  });

  it.each<[string, () => unknown]>([
    ["a coroutine", () => raisedBy(sleep(1))],
    ["an operation", () => sleep(1)],
    ["a future", () => new Future<number>()],
  ])("asyncFor() over %s is an error, and the task goes on", (_name, make) => {
    const seen = runVirtual(function* main() {
      const error = yield* raisedBy(asyncFor(make() as number[], function* block() {}));
      return [error, yield* sleep(1, "after")];
    });
    expect(seen).toMatchObject([{ name: "TypeError", code: "ERR_INVALID_ARG" }, "after"]);
    expect((seen[0] as Error).message).toMatch(
      /^Cannot iterate .+: it is something to await; await it with yield\*, or make an async generator: asyncGenerator\(/,
    );
  });

  it("asyncFor() whose block is no function* says what yield* takes", async () => {
    const error = await runVirtualAsync(() =>
      asyncFor([1], (() => Promise.resolve()) as never),
    ).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(
      /expected a coroutine, got Promise; write .* function\*/,
    );
  });
});
