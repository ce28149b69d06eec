import { describe, expect, it } from "vitest";
import {
  asyncWith,
  CancelledError,
  createTask,
  currentTask,
  type Duration,
  ExceptionGroup,
  getRunningLoop,
  isCancelled,
  sleep,
  TaskGroup,
  TimeoutError,
  timeout,
  timeoutAt,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";
import { endOf, runBlock, sleeps } from "./timeout.contract.js";

describe("timeout", () => {
  it("timeout() lets a block that ends in time give its value", () => {
    const seen = runVirtual(function* main() {
      const limit = timeout(2);
      const value = yield* asyncWith(limit, function* (given) {
        expect(given === limit).toBe(true);
        return yield* sleep(1, "in time");
      });
      yield* sleep(5);
      return [value, limit.expired(), String(limit), getRunningLoop().time()];
    });
    expect(seen).toEqual(["in time", false, "<Timeout [finished]>", 6]);
  });

  it("timeout() raises TimeoutError at the deadline, with the cancellation as its cause", () => {
    const [error, ...rest] = runBlock(
      () => timeout("1500ms"),
      () => sleeps(5),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ code: "ERR_TIMEOUT" });
    expect(rest).toEqual([true, 1.5, 0]);
  });

  it("timeoutAt() raises TimeoutError when the clock reaches its time", () => {
    const seen = runVirtual(function* main() {
      yield* sleep(1);
      const limit = timeoutAt(getRunningLoop().time() + 2);
      const [error, expired, time] = yield* endOf(limit, () => sleeps(5));
      return [error instanceof TimeoutError, expired, time, limit.when()];
    });
    expect(seen).toEqual([true, true, 3, 3]);
  });

  it("timeout() waits for the block's cleanup", () => {
    const [error, expired, time] = runBlock(
      () => timeout(1),
      function* block() {
        try {
          yield* sleep(5);
        } finally {
          yield* sleep(3);
        }
      },
    );
    expect([error instanceof TimeoutError, expired, time]).toEqual([true, true, 4]);
  });

  it.each([null, Number.POSITIVE_INFINITY])("timeout(%s) never comes", (delay) => {
    const seen = runBlock(
      () => timeout(delay),
      () => sleeps(1000),
    );
    expect(seen).toEqual([undefined, false, 1000, 0]);
  });

  it.each([0, -1])(
    "timeout(%s) comes in the first turn of the block, not at its entry",
    (delay) => {
      const steps = new Steps();
      const [error, expired, time] = runBlock(
        () => timeout(delay),
        function* block() {
          steps.at(1);
          try {
            yield* sleep(0);
          } finally {
            steps.end(2);
          }
          yield* sleep(0);
        },
      );
      expect([error instanceof TimeoutError, expired, time]).toEqual([true, true, 0]);
    },
  );

  it("timeout(0) around what does not wait raises nothing", () => {
    const seen = runVirtual(function* main() {
      const done = createTask(sleep(0));
      yield* done;
      return yield* endOf(timeout(0), function* block() {
        yield* done;
      });
    });
    expect(seen).toEqual([undefined, false, 0, 0]);
  });

  it("timeout() raises nothing when the block computes past the deadline and does not wait", () => {
    const seen = runVirtual(function* main() {
      const result = yield* endOf(timeoutAt(-5), function* block() {});
      yield* sleep(1);
      return [...result, currentTask()?.cancelling()];
    });
    expect(seen).toEqual([undefined, false, 0, 0, 0]);
  });

  it("timeout() whose block swallows the cancellation ends normally, and has expired", () => {
    const seen = runBlock(
      () => timeout(1),
      function* block() {
        try {
          yield* sleep(5);
        } catch {
          yield* sleep(1);
        }
      },
    );
    expect(seen).toEqual([undefined, true, 2, 0]);
  });

  it("timeout() lets another error of the block pass", () => {
    const seen = runBlock(
      () => timeout(5),
      function* block() {
        yield* sleep(1);
        throw new RangeError("own");
      },
    );
    expect(seen).toEqual([new RangeError("own"), false, 1, 0]);
  });

  it("timeout() keeps an error made of its cancellation, with a TimeoutError among its causes", () => {
    const [error] = runBlock(
      () => timeout(1),
      function* block() {
        try {
          yield* sleep(5);
        } catch (cause) {
          throw new RangeError("instead", { cause: new Error("between", { cause }) });
        }
      },
    );
    expect(error).toBeInstanceOf(RangeError);
    const between = (error as Error).cause as Error;
    expect(between.message).toBe("between");
    expect(between.cause).toBeInstanceOf(TimeoutError);
    expect(isCancelled((between.cause as Error).cause)).toBe(true);
  });

  it("timeout() notes the TimeoutError one level down in the group of a task group", () => {
    const [error] = runBlock(
      () => timeout(1),
      () =>
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* member() {
            try {
              yield* sleep(5);
            } catch (cause) {
              throw new RangeError("member", { cause });
            }
          });
          yield* sleep(5);
        }),
    );
    expect(error).toBeInstanceOf(ExceptionGroup);
    const [member] = (error as ExceptionGroup<Error>).errors;
    expect(member).toBeInstanceOf(RangeError);
    expect((member as Error).cause).toBeInstanceOf(TimeoutError);
  });

  it("timeout() around a task group raises TimeoutError when the members end clean", () => {
    const seen = runVirtual(function* main() {
      let member = createTask(sleep(0));
      const [error, ...rest] = yield* endOf(timeout(1), () =>
        asyncWith(new TaskGroup(), function* block(group) {
          member = group.createTask(sleep(5));
          yield* sleep(0);
        }),
      );
      return [error instanceof TimeoutError, member.cancelled(), ...rest];
    });
    expect(seen).toEqual([true, true, true, 1, 0]);
  });
});

describe("timeout, misused", () => {
  it("Timeout may be entered once", () => {
    const error = runVirtual(function* main() {
      const limit = timeout(1);
      yield* asyncWith(limit, () => sleeps(0));
      return yield* raisedBy(asyncWith(limit, () => sleeps(0)));
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_TIMEOUT_STATE",
      message:
        "Cannot enter timeout: Timeout has already been entered; make a new one for each block",
    });
  });

  it("Timeout entered inside its own block is an error, and the outer block goes on", () => {
    const seen = runVirtual(function* main() {
      return yield* asyncWith(timeout(5), function* block(limit) {
        const error = yield* raisedBy(asyncWith(limit, () => sleeps(0)));
        return [error, yield* sleep(1, "goes on")];
      });
    });
    expect(seen).toMatchObject([{ code: "ERR_TIMEOUT_STATE" }, "goes on"]);
  });

  it("Timeout cannot be entered outside a task", () => {
    const error = runVirtual(function* main() {
      const limit = timeout(1);
      let error: unknown;
      getRunningLoop().callSoon(() => {
        error = thrownBy(() => limit.enter().next());
      });
      yield* sleep(0);
      yield* sleep(0);
      return error;
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_TASK",
      message: "Cannot enter timeout: Timeout should be used inside a task; use it in a coroutine",
    });
  });

  it("timeout() outside a running loop is an error", () => {
    expect(thrownBy(() => timeout(1))).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_RUNNING_LOOP",
      message:
        "Cannot make a timeout: no running event loop; do it inside a coroutine started by run()",
    });
  });

  it.each([Number.NaN, "soon", "1 s"])("timeout() of %s is an error", (delay) => {
    const error = runVirtual(function* main() {
      yield* sleep(0);
      return thrownBy(() => timeout(delay as Duration));
    });
    expect(error).toMatchObject({ name: "RangeError", code: "ERR_INVALID_DURATION" });
  });

  it("timeoutAt() of NaN is an error", () => {
    expect(thrownBy(() => timeoutAt(Number.NaN))).toMatchObject({
      name: "RangeError",
      code: "ERR_INVALID_DURATION",
    });
  });

  it("Timeout.toString() says its state and deadline", () => {
    const seen = runVirtual(function* main() {
      const limit = timeout(1.23456);
      const seen = [String(limit)];
      yield* endOf(limit, function* block() {
        seen.push(String(limit));
        try {
          yield* sleep(5);
        } finally {
          seen.push(String(limit));
        }
      });
      return [...seen, String(limit)];
    });
    expect(seen).toEqual([
      "<Timeout [created]>",
      "<Timeout [active] when=1.235>",
      "<Timeout [expiring]>",
      "<Timeout [expired]>",
    ]);
  });
});
