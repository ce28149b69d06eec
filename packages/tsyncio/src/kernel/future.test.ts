import { describe, expect, test } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  CancelledError,
  Context,
  ContextVar,
  createTask,
  ensureFuture,
  Future,
  getRunningLoop,
  InvalidStateError,
  isFuture,
  Loop,
  sleep,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** A future that nothing drives. */
function lone<T = unknown>(): Future<T> {
  return new Future<T>({ loop: new Loop(new VirtualHost()) });
}

describe("Future.addDoneCallback()", () => {
  test("never calls inside setResult(); calls in the order of the additions (B2 19)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      future.addDoneCallback(() => {
        log.push("a");
        future.addDoneCallback(() => log.push("added by a"));
      });
      future.addDoneCallback(() => log.push("b"));
      future.setResult(1);
      log.push("sync");
      yield* sleep(0);
      log.push("a turn later");
      yield* sleep(0);
    });
    expect(log).toEqual(["sync", "a", "b", "a turn later", "added by a"]);
  });

  test("passes the future itself", () => {
    runVirtual(function* main() {
      const future = new Future<number>();
      const seen: unknown[] = [];
      future.addDoneCallback((done) => seen.push(done, done.result()));
      future.setResult(7);
      yield* sleep(0);
      expect(seen).toEqual([future, 7]);
    });
  });

  test("calls through the loop when the future is done already", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      future.setResult(1);
      future.addDoneCallback(() => log.push("called"));
      log.push("sync");
      yield* sleep(0);
    });
    expect(log).toEqual(["sync", "called"]);
  });

  test("is mixed with awaiters in the order of their coming", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      const awaits = function* (name: string) {
        yield* future;
        log.push(name);
      };
      future.addDoneCallback(() => log.push("callback 1"));
      createTask(awaits("task 1"));
      yield* sleep(0);
      future.addDoneCallback(() => log.push("callback 2"));
      createTask(awaits("task 2"));
      yield* sleep(0);
      future.setResult(1);
      yield* sleep(0);
    });
    expect(log).toEqual(["callback 1", "task 1", "callback 2", "task 2"]);
  });

  test("runs in the context of the addition, or the one given (B2 29)", () => {
    const color = new ContextVar("color", { default: "none" });
    const seen: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      color.set("red");
      future.addDoneCallback(() => seen.push(color.get()));
      color.set("blue");
      future.addDoneCallback(() => seen.push(color.get()), { context: new Context() });
      future.setResult(1);
      yield* sleep(0);
    });
    expect(seen).toEqual(["red", "none"]);
  });

  test("refuses what is no function, and the future goes on", () => {
    runVirtual(function* main() {
      const future = new Future<number>();
      expect(() => future.addDoneCallback(42 as never)).toThrow(withCode("ERR_INVALID_ARG"));
      future.setResult(1);
      expect(yield* future).toBe(1);
      yield* stillWorks();
    });
  });
});

describe("Future.removeDoneCallback()", () => {
  test("removes every registration of a function and says how many (B2 20)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      const callback = (): unknown => log.push("removed");
      future.addDoneCallback(callback);
      future.addDoneCallback(() => log.push("kept"));
      future.addDoneCallback(callback);
      expect(future.removeDoneCallback(callback)).toBe(2);
      expect(future.removeDoneCallback(callback)).toBe(0);
      future.setResult(1);
      yield* sleep(0);
    });
    expect(log).toEqual(["kept"]);
  });

  test("is too late for a callback that is scheduled", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<number>();
      const callback = (): unknown => log.push("called");
      future.addDoneCallback(callback);
      future.setResult(1);
      expect(future.removeDoneCallback(callback)).toBe(0);
      yield* sleep(0);
    });
    expect(log).toEqual(["called"]);
  });
});

describe("the outcome of a Future", () => {
  test("is settled once: a second time throws InvalidStateError (B2 22)", () => {
    const finish = [
      (future: Future<unknown>) => future.setResult(2),
      (future: Future<unknown>) => future.setException(new Error("second")),
    ];
    for (const second of finish) {
      const resolved = lone();
      resolved.setResult(1);
      expect(errorOf(() => second(resolved))).toBeInstanceOf(InvalidStateError);
      expect(errorOf(() => second(resolved))).toEqual(withCode("ERR_INVALID_STATE"));
      expect(resolved.result()).toBe(1);
      const cancelled = lone();
      cancelled.cancel();
      expect(errorOf(() => second(cancelled))).toBeInstanceOf(InvalidStateError);
      expect(cancelled.cancelled()).toBe(true);
      const failed = lone();
      failed.setException(new RangeError("first"));
      expect(errorOf(() => second(failed))).toBeInstanceOf(InvalidStateError);
      expect(failed.exception()).toBeInstanceOf(RangeError);
    }
  });

  test("is not there while it is pending (B2 23)", () => {
    const future = lone();
    expect(errorOf(() => future.result())).toEqual(withCode("ERR_INVALID_STATE"));
    expect(errorOf(() => future.exception())).toEqual(withCode("ERR_INVALID_STATE"));
    expect(future.done()).toBe(false);
    expect(future.cancelled()).toBe(false);
  });

  test("of a cancelled one is CancelledError with the reason, each time (B2 23, 24)", () => {
    const future = lone();
    expect(future.cancel("no longer wanted")).toBe(true);
    expect(future.cancel("again")).toBe(false);
    for (const ask of [() => future.result(), () => future.exception(), () => future.result()]) {
      const error = errorOf(ask);
      expect(error).toBeInstanceOf(CancelledError);
      expect(error).toMatchObject({ reason: "no longer wanted", message: "no longer wanted" });
    }
    expect(future.done()).toBe(true);
    expect(future.cancelled()).toBe(true);
  });

  test("of a failed one is the very error, by all ways and each time (B2 25, 26)", () => {
    const error = new Error("failed");
    runVirtual(function* main() {
      const future = new Future<number>();
      future.setException(error);
      expect(future.exception()).toBe(error);
      expect(errorOf(() => future.result())).toBe(error);
      expect(yield* raisedBy(future)).toBe(error);
      expect(yield* raisedBy(future)).toBe(error);
      expect(future.cancelled()).toBe(false);
      expect(future.cancel()).toBe(false);
    });
  });

  test("setException() makes an instance of a class (B2 25)", () => {
    const future = lone();
    future.setException(RangeError);
    expect(future.exception()).toBeInstanceOf(RangeError);
    const base = lone();
    base.setException(Error);
    expect(base.exception()).toBeInstanceOf(Error);
  });

  test("may be an error that is no Error, also undefined", () => {
    for (const error of [undefined, null, 0, "text"]) {
      runVirtual(function* main() {
        const future = new Future<number>();
        future.setException(error);
        expect(future.done()).toBe(true);
        expect(yield* raisedBy(future)).toBe(error);
      });
    }
  });

  test("set to a CancelledError is an error, and not a cancellation", () => {
    const future = lone();
    future.setException(new CancelledError("mine"));
    expect(future.cancelled()).toBe(false);
    expect(future.exception()).toMatchObject({ message: "mine" });
  });

  test("exception() is undefined for a result", () => {
    const future = lone();
    future.setResult(1);
    expect(future.exception()).toBeUndefined();
  });
});

describe("yield* on a Future", () => {
  test("gives the result that is there without going through the loop (B2 27)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const future = new Future<string>();
      future.setResult("there");
      getRunningLoop().callSoon(() => log.push("callback"));
      log.push(yield* future);
      yield* sleep(0);
    });
    expect(log).toEqual(["there", "callback"]);
  });

  test("wakes all who wait, in the order of their coming", () => {
    const log: number[] = [];
    runVirtual(function* main() {
      const future = new Future<void>();
      for (let i = 0; i < 5; i++) {
        createTask(function* awaits() {
          yield* future;
          log.push(i);
        });
      }
      yield* sleep(0);
      future.setResult(undefined);
      yield* sleep(0);
    });
    expect(log).toEqual([0, 1, 2, 3, 4]);
  });

  test("of another loop raises ERR_FOREIGN_LOOP there, and the task goes on (B2 35)", () => {
    const foreign = lone<number>();
    runVirtual(function* main() {
      expect(yield* raisedBy(foreign)).toEqual(withCode("ERR_FOREIGN_LOOP"));
      yield* stillWorks();
    });
    expect(foreign.done()).toBe(false);
  });
});

describe("ensureFuture()", () => {
  test("is the identity for a future (B2 32)", () => {
    runVirtual(function* main() {
      const future = new Future<number>();
      expect(ensureFuture(future)).toBe(future);
    });
  });

  test("refuses a future of another loop, and what cannot be awaited (B2 32)", () => {
    const foreign = lone<number>();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const error = errorOf(() => ensureFuture(foreign, { loop }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toEqual(withCode("ERR_FOREIGN_LOOP"));
      for (const value of [42, "text", null, undefined, {}, [], () => {}]) {
        const refused = errorOf(() => ensureFuture(value as never));
        expect(refused).toBeInstanceOf(TypeError);
        expect(refused).toEqual(withCode("ERR_NOT_AWAITABLE"));
      }
      yield* stillWorks();
    });
  });
});

describe("isFuture()", () => {
  test("is true for futures and tasks alone", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(0));
      expect([lone(), task].map(isFuture)).toEqual([true, true]);
      const others = [sleep(0), Promise.resolve(), new Map(), null, undefined, 1, function* () {}];
      expect(others.map(isFuture)).toEqual(others.map(() => false));
      yield* task;
    });
  });
});

describe("Future.toString()", () => {
  test("says the state and the outcome", () => {
    const make = (finish: (future: Future<unknown>) => void): string => {
      const future = lone();
      finish(future);
      return String(future);
    };
    expect(make(() => {})).toBe("<Future pending>");
    expect(make((f) => f.setResult(42))).toBe("<Future finished result=number 42>");
    expect(make((f) => f.setResult("text"))).toBe('<Future finished result=string "text">');
    expect(make((f) => f.cancel())).toBe("<Future cancelled>");
    expect(make((f) => f.setException(new Error("x")))).toBe(
      "<Future finished exception=Error: x>",
    );
    const own = Object.assign(new Error("outer"), { error: "a field of its own" });
    expect(make((f) => f.setException(own))).toBe("<Future finished exception=Error: outer>");
  });

  test("is harmless for a future whose result is itself", () => {
    const future = lone();
    future.setResult(future);
    expect(String(future)).toBe("<Future finished result=Future>");
  });
});
