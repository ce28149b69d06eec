import { describe, expect, it } from "vitest";
import {
  CancelledError,
  createTask,
  type Duration,
  gather,
  getRunningLoop,
  sleep,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps } from "./steps.contract.js";

describe("sleep", () => {
  it("sleep() gives its result after the delay", () => {
    const seen = runVirtual(function* main() {
      const result = yield* sleep(1.5, "slept");
      return [result, getRunningLoop().time()];
    });
    expect(seen).toEqual(["slept", 1.5]);
  });

  it("sleep() without a result gives undefined", () => {
    const seen = runVirtual(function* main() {
      return [yield* sleep(0), yield* sleep(-1), yield* sleep(1)];
    });
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it("sleep() of zero and less gives its result", () => {
    const seen = runVirtual(function* main() {
      return [yield* sleep(0, "zero"), yield* sleep(-1, "less")];
    });
    expect(seen).toEqual(["zero", "less"]);
  });

  it.each<[string, Duration]>([
    ["sleep(0)", 0],
    ["sleep(-1)", -1],
    ['sleep("0ms")', "0ms"],
  ])("%s takes one turn and no time", (_name, delay) => {
    const steps = new Steps();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      loop.callSoon(() => {
        steps.at(2);
        loop.callSoon(() => steps.end(4));
      });
      steps.at(1);
      yield* sleep(delay);
      steps.at(3);
      expect(loop.time()).toBe(0);
      yield* sleep(0);
    });
  });

  it("sleep() of more than zero wakes in the turn after that of its deadline", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const loop = getRunningLoop();
      loop.callAt(1, () => {
        steps.at(1);
        loop.callSoon(() => {
          steps.at(2);
          loop.callSoon(() => steps.end(4));
        });
      });
      yield* sleep(1);
      steps.at(3);
      yield* sleep(0);
    });
  });

  it("sleep() takes strings with a unit", () => {
    const times = runVirtual(function* main() {
      const loop = getRunningLoop();
      const times: number[] = [];
      for (const delay of ["250ms", "1.5s", "2m", "1h"] as const) {
        const start = loop.time();
        yield* sleep(delay);
        times.push(loop.time() - start);
      }
      return times;
    });
    expect(times).toEqual([0.25, 1.5, 120, 3600]);
  });

  it.each<[string, unknown, string]>([
    ["NaN", Number.NaN, "RangeError"],
    ['"5 s"', "5 s", "RangeError"],
    ['""', "", "RangeError"],
    ["null", null, "TypeError"],
    ["undefined", undefined, "TypeError"],
    ["a bigint", 1n, "TypeError"],
  ])("sleep() of %s is an error when it is awaited, and the task goes on", (_name, delay, kind) => {
    const [error, after] = runVirtual(function* main() {
      const error = yield* raisedBy(sleep(delay as Duration));
      return [error, yield* sleep(1, "after")];
    });
    expect(error).toMatchObject({ name: kind, code: "ERR_INVALID_DURATION" });
    expect((error as Error).message).toMatch(/^Invalid delay: expected seconds or a string/);
    expect(after).toBe("after");
  });

  it("sleep() does nothing before it is awaited", () => {
    const time = runVirtual(function* main() {
      const nap = sleep(2);
      yield* sleep(5);
      yield* nap;
      return getRunningLoop().time();
    });
    expect(time).toBe(7);
  });

  it("sleep() is awaited once; a second await is an error", () => {
    const error = runVirtual(function* main() {
      const nap = sleep(1);
      yield* nap;
      return yield* raisedBy(nap);
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_AWAITED_TWICE",
      message:
        "Cannot await sleep(1) again: an operation runs once; make a new one, or share a task",
    });
  });

  it("sleep(0) may be awaited any number of times", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const turn = sleep(0);
      createTask(function* other() {
        steps.at(2);
        yield* turn;
        steps.at(4);
      });
      steps.at(1);
      yield* turn;
      steps.at(3);
      yield* turn;
      steps.end(5);
    });
  });

  it("sleep() that is cancelled ends at once and leaves no timer", () => {
    const time = runVirtual(function* main() {
      const nap = createTask(sleep("720h"));
      yield* sleep(1);
      nap.cancel("enough");
      const error = yield* raisedBy(nap);
      expect(error).toBeInstanceOf(CancelledError);
      expect(error).toMatchObject({ reason: "enough", message: "enough" });
      return getRunningLoop().time();
    });
    expect(time).toBe(1);
  });

  it("sleep(0) is a cancellation point", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* spin() {
        for (let n = 0; ; n++) {
          try {
            yield* sleep(0);
          } catch {
            return n;
          }
        }
      });
      yield* sleep(0);
      yield* sleep(0);
      yield* sleep(0);
      task.cancel();
      return yield* task;
    });
    expect(seen).toBe(2);
  });

  it("sleep() wakes sleepers in order of deadline, equal deadlines in order of creation", () => {
    const order = runVirtual(function* main() {
      const order: string[] = [];
      const nap = function* (name: string, delay: number) {
        yield* sleep(delay);
        order.push(name);
      };
      yield* gather(nap("c", 2), nap("a", 1), nap("d", 2), nap("b", 1), nap("e", 2));
      return order;
    });
    expect(order).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("sleep() of 30 days ends on the second", () => {
    const time = runVirtual(function* main() {
      yield* sleep("720h");
      return getRunningLoop().time();
    });
    expect(time).toBe(30 * 24 * 3600);
  });
});
