import { describe, expect, test } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  type Coroutine,
  createTask,
  Future,
  getRunningLoop,
  isAwaitable,
  isCoroutine,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";

function* quick(): Coroutine<string> {
  return "quick";
}

describe("yield without a star", () => {
  test.each([
    ["a number", () => 42, /Cannot await number 42/],
    ["a string", () => "text", /string "text"/],
    ["null", () => null, /null/],
    ["a plain object", () => ({}), /Object/],
    ["a future", () => new Future(), /Future.*write yield\* instead of yield/],
    ["a task", () => createTask(sleep(0)), /Task.*write yield\* instead of yield/],
    ["a generator", () => quick(), /Generator.*write yield\* instead of yield/],
    ["an operation", () => sleep(1), /write yield\* instead of yield/],
    ["a promise", () => Promise.resolve(1), /write yield\* fromPromise\(promise\)/],
    ["a function*", () => quick, /call the function and write yield\*/],
  ])(
    "on %s raises there what to write instead, and the task goes on (B2 36)",
    (_name, make, cure) => {
      runVirtual(function* main() {
        const wrong = function* (): Generator<never, string, unknown> {
          yield make() as never;
          return "not reached";
        };
        const error = yield* raisedBy(wrong());
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({
          code: "ERR_BAD_YIELD",
          message: expect.stringMatching(cure),
        });
        yield* stillWorks();
      });
    },
  );

  test("raises in a turn of its own, and leaves the task as an error when not caught", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = createTask(function* wrong(): Generator<never, void, unknown> {
        yield 42 as never;
      });
      getRunningLoop().callSoon(() => {
        log.push(`after the step: ${task.done()}`);
      });
      expect(yield* raisedBy(task)).toEqual(withCode("ERR_BAD_YIELD"));
      yield* stillWorks();
    });
    expect(log).toEqual(["after the step: false"]);
  });

  test("and without a value gives up the turn, as sleep(0) does", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const bare = function* (): Generator<never, string, unknown> {
        getRunningLoop().callSoon(() => log.push("others"));
        yield undefined as never;
        log.push("back");
        return "value";
      };
      expect(yield* bare()).toBe("value");
    });
    expect(log).toEqual(["others", "back"]);
  });

  test("is overtaken by a cancellation that comes before its error is raised", () => {
    runVirtual(function* main() {
      const task = createTask(function* wrong(): Generator<never, void, unknown> {
        yield 42 as never;
      });
      yield* sleep(0);
      task.cancel();
      expect(yield* raisedBy(task)).toEqual(withCode("ERR_CANCELLED"));
    });
  });
});

describe("yield* on what cannot be awaited", () => {
  /** What leaves a task that awaits `value`. */
  function leaving(value: unknown): unknown {
    return runVirtual(function* main() {
      const task = createTask(function* wrong(): Generator<never, unknown, unknown> {
        return yield* value as Iterable<never>;
      });
      const error = yield* raisedBy(task);
      yield* stillWorks();
      return error;
    });
  }

  test.each([
    ["a promise", Promise.resolve(1), /yield\* fromPromise\(promise\)/],
    ["nothing", undefined, /yield\* takes coroutines, futures and tasks/],
    ["a number", 42, /yield\* takes coroutines, futures and tasks/],
    ["a function*", quick, /yield\* takes coroutines, futures and tasks/],
    ["an array", [1, 2], /yield\* takes coroutines, futures and tasks/],
    ["a string", "text", /yield\* takes coroutines, futures and tasks/],
    ["a Map", new Map([[1, 2]]), /yield\* takes coroutines, futures and tasks/],
    ["an array of promises", [Promise.resolve()], /yield\* takes coroutines, futures and tasks/],
  ])("%s leaves the task with an error that says what to write", (_name, value, cure) => {
    const error = leaving(value);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(cure);
  });

  test("an array of tasks leaves the task with an error, and not with the first task", () => {
    runVirtual(function* main() {
      const tasks = [createTask(quick()), createTask(quick())];
      const error = yield* raisedBy(
        (function* wrong(): Generator<never, void, unknown> {
          yield* tasks as unknown as Iterable<never>;
        })(),
      );
      expect(error).toBeInstanceOf(TypeError);
      yield* stillWorks();
    });
  });

  test("an empty array is passed by: the language shows nothing of it", () => {
    runVirtual(function* main() {
      const passes = function* (): Generator<never, unknown, unknown> {
        return yield* [] as never[];
      };
      expect(yield* passes()).toBeUndefined();
    });
  });

  test("leaves an error of the program that only looks like it alone", () => {
    const error = new TypeError("the answer is not what you think");
    runVirtual(function* main() {
      const task = createTask(function* fails() {
        throw error;
      });
      expect(yield* raisedBy(task)).toBe(error);
      expect(error.message).toBe("the answer is not what you think");
    });
  });
});

describe("a coroutine that is used twice", () => {
  test("is refused by a second task, also when the first is done (B2 77, 78)", () => {
    runVirtual(function* main() {
      const coroutine = quick();
      const first = createTask(coroutine);
      expect(errorOf(() => createTask(coroutine))).toEqual(withCode("ERR_AWAITED_TWICE"));
      expect(yield* first).toBe("quick");
      expect(errorOf(() => createTask(coroutine))).toEqual(withCode("ERR_AWAITED_TWICE"));
      yield* stillWorks();
    });
  });

  test("gives undefined where it was awaited to its end before: the language shows nothing", () => {
    runVirtual(function* main() {
      const coroutine = quick();
      expect(yield* coroutine).toBe("quick");
      expect(yield* coroutine).toBeUndefined();
      expect(yield* createTask(coroutine)).toBeUndefined();
    });
  });

  test("raises ERR_NOT_AWAITED when its task and an awaiter resume it in turns", () => {
    runVirtual(function* main() {
      const [first, second] = [new Future<void>(), new Future<void>()];
      const coroutine = (function* waits() {
        yield* first;
        yield* second;
      })();
      const owner = createTask(coroutine);
      const thief = createTask(function* steals() {
        yield* coroutine;
      });
      yield* sleep(0);
      first.setResult(undefined);
      yield* sleep(0);
      expect(yield* raisedBy(thief)).toEqual(withCode("ERR_NOT_AWAITED"));
      second.setResult(undefined);
      expect(yield* owner).toBeUndefined();
      yield* stillWorks();
    });
  });

  test("raises a TypeError when it is awaited from inside itself (B2 63)", () => {
    runVirtual(function* main() {
      const self: { coroutine?: Coroutine<void> } = {};
      self.coroutine = (function* awaitsItself() {
        yield* self.coroutine as Coroutine<void>;
      })();
      expect(yield* raisedBy(createTask(self.coroutine))).toBeInstanceOf(TypeError);
      yield* stillWorks();
    });
  });

  test("is an error for an operation of the library", () => {
    runVirtual(function* main() {
      const nap = sleep(1, "slept");
      expect(yield* nap).toBe("slept");
      expect(yield* raisedBy(nap)).toEqual(withCode("ERR_AWAITED_TWICE"));
      expect(yield* raisedBy(createTask(nap))).toEqual(withCode("ERR_AWAITED_TWICE"));
      yield* stillWorks();
    });
  });

  test("is an error for an operation that is awaited already; the first await goes on", () => {
    runVirtual(function* main() {
      const nap = sleep(1, "slept");
      const first = createTask(nap);
      const second = createTask(nap);
      expect(yield* raisedBy(second)).toEqual(withCode("ERR_AWAITED_TWICE"));
      expect(yield* first).toBe("slept");
    });
  });
});

describe("isCoroutine() and isAwaitable()", () => {
  test("tell coroutines, awaitables and the rest apart", () => {
    runVirtual(function* main() {
      const coroutines = [quick(), sleep(1)];
      const futures = [new Future(), createTask(quick())];
      const rest = [
        quick,
        Promise.resolve(),
        [],
        "text",
        new Map(),
        42,
        null,
        undefined,
        {},
        (async () => {})(),
      ];
      expect(coroutines.map(isCoroutine)).toEqual([true, true]);
      expect(futures.map(isCoroutine)).toEqual([false, false]);
      expect(rest.map(isCoroutine)).toEqual(rest.map(() => false));
      expect([...coroutines, ...futures].map(isAwaitable)).toEqual([true, true, true, true]);
      expect(rest.map(isAwaitable)).toEqual(rest.map(() => false));
    });
  });

  test("know the generator of an async function* for none", () => {
    const generator = (async function* () {})();
    expect([isCoroutine(generator), isAwaitable(generator)]).toEqual([false, false]);
  });
});
