import { describe, expect, test } from "vitest";
import {
  type AsyncBody,
  asyncFunction,
  asyncGeneratorFunction,
  collect,
} from "../../test/async-function.js";
import { raisedBy } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import { emit, type LoweredGenerator } from "../coroutine.js";
import { createTask, currentTask, gather, getRunningLoop, isCancelled, sleep } from "../index.js";
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

describe("a lowered async generator", () => {
  test("runs nothing before its first next(), nor are its parameters evaluated", () => {
    const log: string[] = [];
    const logged = (what: string): string => {
      log.push(what);
      return what;
    };
    const generator = asyncGeneratorFunction("generator", function* (value = logged("default")) {
      log.push("begins");
      yield emit(value);
    });
    runMain(function* () {
      const iterator = generator();
      const next = iterator.next();
      log.push("called");
      expect(yield next).toEqual({ value: "default", done: false });
    });
    expect(log).toEqual(["called", "default", "begins"]);
  });

  test("gives its values one by one, then its result, then nothing", () => {
    runMain(function* () {
      const iterator = count(2);
      const seen = [];
      for (let n = 0; n < 4; n++) seen.push(yield iterator.next());
      expect(seen).toEqual([
        { value: 1, done: false },
        { value: 2, done: false },
        { value: "end", done: true },
        { value: undefined, done: true },
      ]);
    });
  });

  test("gets its `this`, and what next(value) sends", () => {
    const seen: unknown[] = [];
    const talks = asyncGeneratorFunction("talks", function* (this: { name: string }) {
      seen.push(this.name, yield emit("first"));
      yield sleep(1);
      seen.push(yield emit("second"));
    });
    runMain(function* () {
      const iterator = talks.call({ name: "this" });
      yield iterator.next("lost");
      yield iterator.next("a");
      yield iterator.next("b");
    });
    expect(seen).toEqual(["this", "a", "b"]);
  });

  test("takes no turn for a value that is there", () => {
    const quick = asyncGeneratorFunction("quick", function* () {
      yield emit(1);
      yield emit(2);
    });
    const { at: step, end } = steps();
    runMain(function* () {
      getRunningLoop().callSoon(() => step(2));
      expect(yield collect(quick())).toEqual([1, 2]);
      step(1);
      yield sleep(0);
      end(3);
    });
  });

  test("runs in the task that awaits it", () => {
    const who = asyncGeneratorFunction("who", function* () {
      for (;;) yield emit(currentTask()?.name);
    });
    runMain(function* () {
      const iterator = who();
      const seen = [];
      for (const name of ["a", "b"]) {
        seen.push((yield createTask(iterator.next(), { name })).value);
      }
      expect(seen).toEqual(["a", "b"]);
    });
  });

  test("awaits a promise that it yields, and raises its error at the `yield`", async () => {
    const log: unknown[] = [];
    const promises = asyncGeneratorFunction("promises", function* () {
      yield emit(Promise.resolve("promise"));
      yield emit(asyncFunction("inner", () => sleepy("lowered"))());
      try {
        yield emit(Promise.reject(new Error("no")));
      } catch (error) {
        log.push(String(error));
      }
      yield emit(sleep(1, "operation"));
      return Promise.resolve("end");
    });
    await runVirtualAsync(
      asyncFunction("main", function* () {
        const iterator = promises();
        for (let n = 0; n < 4; n++) log.push((yield iterator.next()).value);
      }),
    );
    expect(log).toEqual(["promise", "lowered", "Error: no", "operation", "end"]);
  });

  test("gives a generator that it yields as it is", () => {
    function* numbers() {
      yield 1;
    }
    const gives = asyncGeneratorFunction("gives", function* () {
      yield emit(numbers());
    });
    runMain(function* () {
      expect([...(yield gives().next()).value]).toEqual([1]);
    });
  });

  test("raises its error once, and has ended then", () => {
    const error = new Error("no");
    const fails = asyncGeneratorFunction("fails", function* () {
      yield emit(1);
      yield sleep(1);
      throw error;
    });
    runVirtual(function* main() {
      const iterator = fails();
      yield* iterator.next();
      const failed = yield* raisedBy(iterator.next());
      expect(failed).toBe(error);
      expect(yield* iterator.next()).toEqual({ value: undefined, done: true });
    });
  });
});

describe("return() and throw() of a lowered async generator", () => {
  const guarded = asyncGeneratorFunction("guarded", function* (log: string[]) {
    try {
      yield emit(1);
      yield emit(2);
    } catch (error) {
      log.push(`caught ${error}`);
      yield emit("from catch");
    } finally {
      yield sleep(1);
      log.push("closed");
    }
  });

  test("return() runs the `finally` blocks, which may wait, and gives its value", () => {
    const log: string[] = [];
    runMain(function* () {
      const iterator = guarded(log);
      yield iterator.next();
      expect(yield iterator.return("value")).toEqual({ value: "value", done: true });
      expect([log, getRunningLoop().time()]).toEqual([["closed"], 1]);
      expect(yield iterator.next()).toEqual({ value: undefined, done: true });
    });
  });

  test("return() before the first next() runs nothing", () => {
    const log: string[] = [];
    runMain(function* () {
      const iterator = guarded(log);
      expect(yield iterator.return("value")).toEqual({ value: "value", done: true });
      expect(yield iterator.next()).toEqual({ value: undefined, done: true });
    });
    expect(log).toEqual([]);
  });

  test("return() awaits the promise that it is given", async () => {
    const main = asyncFunction("main", function* () {
      return yield guarded([]).return(Promise.resolve("value"));
    });
    expect(await runVirtualAsync(main)).toEqual({ value: "value", done: true });
  });

  test("throw() raises at the `yield`, and goes on to the next value", () => {
    const log: string[] = [];
    runMain(function* () {
      const iterator = guarded(log);
      yield iterator.next();
      expect(yield iterator.throw(new Error("no"))).toEqual({ value: "from catch", done: false });
      expect(yield iterator.next()).toEqual({ value: undefined, done: true });
    });
    expect(log).toEqual(["caught Error: no", "closed"]);
  });

  test("throw() before the first next() and after the end raises", () => {
    const error = new Error("no");
    runVirtual(function* main() {
      const log: string[] = [];
      const iterator = guarded(log);
      expect(yield* raisedBy(iterator.throw(error))).toBe(error);
      expect(yield* raisedBy(iterator.throw(error))).toBe(error);
      expect(log).toEqual([]);
    });
  });

  test("`await using` closes it", () => {
    const log: string[] = [];
    runMain(function* () {
      const iterator = guarded(log);
      yield iterator.next();
      const dispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
      yield (iterator as never as Record<symbol, () => unknown>)[dispose]?.();
    });
    expect(log).toEqual(["closed"]);
  });
});

describe("several calls of a lowered async generator", () => {
  test("are served in their order, whichever is awaited first", () => {
    runMain(function* () {
      const iterator = count(3);
      const calls = [iterator.next(), iterator.next(), iterator.next()];
      const seen = [];
      for (const index of [2, 0, 1]) seen.push((yield calls[index]).value);
      expect(seen).toEqual([3, 1, 2]);
      expect(getRunningLoop().time()).toBe(3);
    });
  });

  test("are served in their order when several tasks await them", () => {
    runMain(function* () {
      const iterator = count(3);
      const results = yield gather([iterator.next(), iterator.next(), iterator.return("value")]);
      expect(results).toEqual([
        { value: 1, done: false },
        { value: 2, done: false },
        { value: "value", done: true },
      ]);
    });
  });

  test("go on behind one that was cancelled, before it began", () => {
    runVirtual(function* main() {
      const iterator = count(3);
      const [first, second] = [createTask(iterator.next()), createTask(iterator.next())];
      first.cancel();
      expect(yield* second).toEqual({ value: 1, done: false });
      expect(first.cancelled()).toBe(true);
    });
  });

  test("go on behind one that was cancelled while it waited for another", () => {
    runVirtual(function* main() {
      const iterator = count(3);
      const [a, b, c] = [1, 2, 3].map(() => createTask(iterator.next()));
      yield* sleep(0.5);
      b?.cancel();
      yield* sleep(0);
      expect(b?.cancelled()).toBe(true);
      expect(yield* gather([a, c] as never)).toEqual([
        { value: 1, done: false },
        { value: 2, done: false },
      ]);
    });
  });

  test("end with one that is cancelled inside the body, as in the language with an error", () => {
    runVirtual(function* main() {
      const iterator = count(3);
      const [first, second] = [createTask(iterator.next()), createTask(iterator.next())];
      yield* sleep(0.5);
      first.cancel();
      expect(yield* second).toEqual({ value: undefined, done: true });
      expect(first.cancelled()).toBe(true);
    });
  });

  test("raise a cancellation in the task that serves an earlier call for its own", () => {
    runVirtual(function* main() {
      const iterator = count(3);
      iterator.next();
      const task = createTask(iterator.next());
      yield* sleep(0.5);
      task.cancel("why");
      expect(isCancelled(yield* raisedBy(task))).toBe(true);
    });
  });

  test("report the error of one that nobody awaits, and go on", () => {
    const reports: unknown[] = [];
    const fails = asyncGeneratorFunction("fails", function* () {
      yield sleep(1);
      throw new Error("no");
    });
    runVirtual(
      function* main() {
        const iterator = fails();
        iterator.next();
        expect(yield* iterator.next()).toEqual({ value: undefined, done: true });
      },
      { exceptionHandler: (_, { message, exception }) => reports.push(`${message}: ${exception}`) },
    );
    expect(reports).toEqual(["fails() exception was never retrieved: Error: no"]);
  });

  test("refuse one that the body itself awaits", () => {
    const box: { own?: LoweredGenerator } = {};
    const selfish = asyncGeneratorFunction("selfish", function* () {
      yield emit(yield box.own?.next());
    });
    runVirtual(function* main() {
      const iterator = selfish();
      box.own = iterator;
      expect(yield* raisedBy(iterator.next())).toMatchObject({ code: "ERR_AWAIT_SELF" });
    });
  });
});

function* sleepy<T>(value: T): AsyncBody<T> {
  yield sleep(1);
  return value;
}
