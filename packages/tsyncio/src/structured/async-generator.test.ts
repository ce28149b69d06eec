import { describe, expect, it } from "vitest";
import {
  asyncFor,
  asyncGenerator,
  asyncWith,
  type CoroutineGenerator,
  createTask,
  currentTask,
  type Emit,
  fromPromise,
  getRunningLoop,
  isCancelled,
  Lock,
  run,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

/** 1, 2, 3, one a second; notes in `log` when its cleanup, of two seconds, is over. */
function ticks(log: unknown[] = []): CoroutineGenerator<number> {
  return asyncGenerator<number>(function* (emit) {
    try {
      for (let n = 1; n <= 3; n++) {
        yield* sleep(1);
        yield* emit(n);
      }
    } finally {
      yield* sleep(2);
      log.push("closed");
    }
  });
}

describe("asyncGenerator", () => {
  it("asyncGenerator() gives asyncFor() what its body emits, as it is asked for", () => {
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      yield* asyncFor(ticks(seen), function* block(n) {
        seen.push(n, getRunningLoop().time());
        yield* sleep(10);
      });
      return seen;
    });
    expect(seen).toEqual([1, 1, 2, 12, 3, 23, "closed"]);
  });

  it("asyncGenerator() runs nothing of its body before the first next()", () => {
    const seen = runVirtual(function* main() {
      let begun = false;
      const source = asyncGenerator<number>(function* (emit) {
        begun = true;
        yield* emit(1);
      });
      const first = source.next();
      yield* sleep(1);
      const before = begun;
      return [before, yield* first, begun];
    });
    expect(seen).toEqual([false, { value: 1, done: false }, true]);
  });

  it("asyncGenerator() runs its body in the task that iterates it", () => {
    const seen = runVirtual(
      function* main() {
        const source = asyncGenerator<string>(function* (emit) {
          for (;;) yield* emit(currentTask()?.name ?? "");
        });
        const other = createTask(source.next(), { name: "other" });
        const first = yield* other;
        return [first.value, (yield* source.next()).value];
      },
      { name: "main" },
    );
    expect(seen).toEqual(["other", "main"]);
  });

  it("asyncGenerator() whose body does not wait does not yield to the loop", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => steps.end(4));
      const source = asyncGenerator<number>(function* (emit) {
        yield* emit(1);
        yield* emit(2);
      });
      yield* asyncFor(source, function* block(n) {
        steps.at(n);
      });
      steps.at(3);
      yield* sleep(0);
    });
  });

  it("asyncGenerator() emits any value, undefined and promises among them", () => {
    const promise = Promise.resolve();
    const values = [undefined, null, 0, promise, [1]];
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      const source = asyncGenerator<unknown>(function* (emit) {
        for (const value of values) yield* emit(value);
      });
      yield* asyncFor(source, function* block(value) {
        seen.push(value);
      });
      return seen;
    });
    expect(seen).toEqual(values);
    expect(seen[3] === promise).toBe(true);
  });

  it("asyncGenerator() lets functions and blocks of its body emit", () => {
    const seen = runVirtual(function* main() {
      const seen: unknown[] = [];
      const lock = new Lock();
      function* two(emit: Emit<string, undefined>, name: string) {
        yield* emit(`${name}1`);
        yield* emit(`${name}2`);
      }
      const source = asyncGenerator<string>(function* (emit) {
        yield* two(emit, "a");
        yield* asyncWith(lock, () => two(emit, "b"));
        yield* asyncFor(["c", "d"], (name) => two(emit, name));
      });
      yield* asyncFor(source, function* block(name) {
        seen.push(name, lock.locked());
        yield* sleep(1);
      });
      return [...seen, lock.locked()];
    });
    expect(seen).toEqual([
      ...["a1", false, "a2", false, "b1", true, "b2", true],
      ...["c1", false, "c2", false, "d1", false, "d2", false, false],
    ]);
  });

  it("CoroutineGenerator.next() hands its value to the emit that stands there", () => {
    const seen = runVirtual(function* main() {
      const got: unknown[] = [];
      const source = asyncGenerator<number, string>(function* (emit) {
        got.push(yield* emit(1));
        got.push(yield* emit(2));
      });
      const steps = [
        yield* source.next("lost: the body has not begun"),
        yield* source.next("one"),
        yield* source.next("two"),
        yield* source.next("late"),
      ];
      return [steps, got];
    });
    expect(seen).toEqual([
      [
        { value: 1, done: false },
        { value: 2, done: false },
        { value: undefined, done: true },
        { value: undefined, done: true },
      ],
      ["one", "two"],
    ]);
  });

  it("CoroutineGenerator.throw() raises in the body, which may go on", () => {
    const seen = runVirtual(function* main() {
      const source = asyncGenerator<string>(function* (emit) {
        try {
          yield* emit("first");
        } catch (error) {
          yield* sleep(1);
          yield* emit(`caught ${(error as Error).message}`);
        }
      });
      yield* source.next();
      return [yield* source.throw(new Error("thrown")), yield* source.next()];
    });
    expect(seen).toEqual([
      { value: "caught thrown", done: false },
      { value: undefined, done: true },
    ]);
  });

  it("CoroutineGenerator.throw() that the body does not catch closes it and is raised", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = ticks(log);
      yield* source.next();
      const error = yield* raisedBy(source.throw(new RangeError("thrown")));
      return [error, log, yield* source.next()];
    });
    expect(seen).toEqual([new RangeError("thrown"), ["closed"], { value: undefined, done: true }]);
  });

  it("CoroutineGenerator.throw() before the body has begun closes it, after its end does nothing", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = ticks(log);
      const error = yield* raisedBy(source.throw(new RangeError("thrown")));
      return [error, yield* source.next(), yield* source.throw(new Error("late")), log];
    });
    const done = { value: undefined, done: true };
    expect(seen).toEqual([new RangeError("thrown"), done, done, []]);
  });

  it("CoroutineGenerator.next() raises an error of the body, once", () => {
    const seen = runVirtual(function* main() {
      const source = asyncGenerator<number>(function* () {
        yield* sleep(1);
        throw new RangeError("body");
      });
      return [yield* raisedBy(source.next()), yield* source.next()];
    });
    expect(seen).toEqual([new RangeError("body"), { value: undefined, done: true }]);
  });
});

describe("asyncGenerator, cancelled and misused", () => {
  it("asyncGenerator() raises a cancellation of its task in the body where it waits", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = ticks(log);
      const task = createTask(source.next());
      yield* sleep(0.5);
      task.cancel();
      const error = yield* raisedBy(task);
      return [isCancelled(error), log, yield* source.next()];
    });
    expect(seen).toEqual([true, ["closed"], { value: undefined, done: true }]);
  });

  it("asyncGenerator() may catch a cancellation and emit", () => {
    const seen = runVirtual(function* main() {
      const source = asyncGenerator<string>(function* (emit) {
        try {
          yield* sleep(100);
        } catch {
          yield* emit("caught");
        }
      });
      const task = createTask(source.next());
      yield* sleep(1);
      task.cancel();
      return (yield* task).value;
    });
    expect(seen).toBe("caught");
  });

  it("CoroutineGenerator is used by one task at a time; the second is told, the first goes on", () => {
    const seen = runVirtual(function* main() {
      const source = ticks();
      const first = createTask(source.next());
      yield* sleep(0);
      const errors = [
        yield* raisedBy(source.next()),
        yield* raisedBy(source.throw(new Error("thrown"))),
        yield* raisedBy(source.return()),
      ];
      return [...errors, (yield* first).value, (yield* source.next()).value];
    });
    const error = {
      name: "UsageError",
      code: "ERR_GENERATOR_RUNNING",
      message:
        "Cannot iterate async generator: asynchronous generator is already running; give each task its own",
    };
    expect(seen).toMatchObject([error, error, error, 1, 2]);
  });

  it("asyncGenerator() of what is no function is an error", () => {
    expect(thrownBy(() => asyncGenerator(42 as never))).toMatchObject({
      name: "TypeError",
      code: "ERR_INVALID_ARG",
      message: "Cannot make an async generator: expected a function*, got number 42",
    });
  });

  it("emit() in another task than the one that iterates is an error there", () => {
    const seen = runVirtual(function* main() {
      const source = asyncGenerator<number>(function* (emit) {
        const other = createTask(emit(1));
        yield* emit(
          ((yield* raisedBy(other)) as { code: string }).code === "ERR_BAD_YIELD" ? 2 : 3,
        );
      });
      return (yield* source.next()).value;
    });
    expect(seen).toBe(2);
  });
});

describe("asyncGenerator, iterated by plain async code", () => {
  it("asyncGenerator() is iterated by for await", async () => {
    const seen: unknown[] = [];
    const source = asyncGenerator<number>(function* (emit) {
      for (let n = 1; n <= 3; n++) {
        yield* sleep(0);
        yield* emit(yield* fromPromise(Promise.resolve(n * 10)));
      }
    });
    for await (const n of source) seen.push(n);
    expect(seen).toEqual([10, 20, 30]);
  });

  it("asyncGenerator() left by break in for await is closed", async () => {
    const log: unknown[] = [];
    const source = asyncGenerator<number>(function* (emit) {
      try {
        yield* emit(1);
        yield* emit(2);
      } finally {
        yield* sleep(0);
        log.push("closed");
      }
    });
    for await (const n of source) {
      log.push(n);
      break;
    }
    expect(log).toEqual([1, "closed"]);
  });

  it("asyncGenerator() raises its body's error in for await", async () => {
    const source = asyncGenerator<number>(function* (emit) {
      yield* emit(1);
      throw new RangeError("body");
    });
    const iterate = async (): Promise<void> => {
      for await (const n of source) expect(n).toBe(1);
    };
    await expect(iterate()).rejects.toEqual(new RangeError("body"));
  });

  it("asyncGenerator() is the same one for a run and for plain async code", async () => {
    const source = asyncGenerator<number>(function* (emit) {
      for (let n = 1; ; n++) yield* emit(n);
    });
    const first = await source.next();
    const second = await run(() => source.next());
    expect([first.value, second.value]).toEqual([1, 2]);
    await source.return();
  });
});
