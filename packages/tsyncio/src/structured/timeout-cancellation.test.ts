import { describe, expect, it } from "vitest";
import {
  asyncWith,
  createTask,
  currentTask,
  getRunningLoop,
  isCancelled,
  sleep,
  TimeoutError,
  timeout,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { Steps, thrownBy } from "./steps.contract.js";
import { endOf, runBlock, sleeps } from "./timeout.contract.js";

describe("timeout, nested and against other cancellations", () => {
  it.each<[string, inner: number, outer: number, unknown[], unknown[]]>([
    ["inner comes first", 1, 5, ["TimeoutError", true, 1, 0], [undefined, false, 1, 0]],
    ["outer comes first", 5, 1, ["CancelledError", false, 1, 1], ["TimeoutError", true, 1, 0]],
    [
      "both come at the same tick",
      1,
      1,
      ["CancelledError", true, 1, 1],
      ["TimeoutError", true, 1, 0],
    ],
  ])("timeout() in a timeout(): %s", (_name, inner, outer, seenInside, seenOutside) => {
    const ends = runVirtual(function* main() {
      let inside: unknown[] = [];
      const outside = yield* endOf(timeout(outer), function* block() {
        const end = yield* endOf(timeout(inner), () => sleeps(10));
        inside = end;
        if (isCancelled(end[0])) throw end[0];
      });
      return [inside, outside];
    });
    const named = ends.map(([error, ...rest]) => [(error as Error | undefined)?.name, ...rest]);
    expect(named).toEqual([seenInside, seenOutside]);
  });

  it("timeout() gives way to a cancellation from outside that came before", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        const [error, expired, , cancelling] = yield* endOf(timeout(2), function* block() {
          try {
            yield* sleep(10);
          } finally {
            yield* sleep(5);
          }
        });
        return [isCancelled(error), expired, cancelling];
      });
      yield* sleep(1);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, true, 1]);
  });

  it("timeout() gives way to a cancellation from outside at the same tick", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        const [error, expired, , cancelling] = yield* endOf(timeout(1), () => sleeps(10));
        return [isCancelled(error), expired, cancelling];
      });
      yield* sleep(1);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, true, 1]);
  });

  it("timeout() works in the cleanup of a cancelled task, and leaves its count", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        try {
          yield* sleep(10);
        } catch {
          return yield* endOf(timeout(2), () => sleeps(10));
        }
        return [];
      });
      yield* sleep(1);
      task.cancel();
      const [error, ...rest] = yield* task;
      return [error instanceof TimeoutError, ...rest];
    });
    expect(seen).toEqual([true, true, 3, 1]);
  });

  it("timeout(0) entered with a cancellation not yet delivered takes it for its own", () => {
    // A hazard of asyncio's (its bug 134471): the cancellation comes out as a TimeoutError.
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        currentTask()?.cancel();
        return yield* endOf(timeout(0), () => sleeps(1));
      });
      const [error, ...rest] = yield* task;
      return [error instanceof TimeoutError, ...rest];
    });
    expect(seen).toEqual([true, true, 0, 1]);
  });
});

describe("Timeout.reschedule", () => {
  it.each<[string, (now: number) => number | null, unknown[]]>([
    ["later", (now) => now + 5, ["TimeoutError", true, 6]],
    ["earlier", (now) => now + 1, ["TimeoutError", true, 2]],
    ["to none", () => null, [undefined, false, 11]],
  ])("Timeout.reschedule() moves the deadline %s", (_name, to, expected) => {
    const [error, expired, time] = runBlock(
      () => timeout(3),
      function* block(limit) {
        yield* sleep(1);
        const when = to(getRunningLoop().time());
        limit.reschedule(when);
        expect(limit.when()).toBe(when);
        yield* sleep(10);
      },
    );
    expect([(error as Error | undefined)?.name, expired, time]).toEqual(expected);
  });

  it("Timeout.reschedule() gives timeout(null) a deadline", () => {
    const [error, , time] = runBlock(
      () => timeout(null),
      function* block(limit) {
        expect(limit.when()).toBe(null);
        limit.reschedule(2);
        yield* sleep(10);
      },
    );
    expect([error instanceof TimeoutError, time]).toEqual([true, 2]);
  });

  it("Timeout.reschedule() to the past comes in the next turn", () => {
    const steps = new Steps();
    const [error, , time] = runBlock(
      () => timeout(9),
      function* block(limit) {
        yield* sleep(2);
        getRunningLoop().callSoon(() => steps.at(2));
        limit.reschedule(1);
        getRunningLoop().callSoon(() => steps.at(3));
        steps.at(1);
        try {
          yield* sleep(5);
        } finally {
          steps.end(4);
        }
      },
    );
    expect([error instanceof TimeoutError, time]).toEqual([true, 2]);
  });

  it("Timeout.reschedule() is refused before the block, after the deadline and after the block", () => {
    const seen = runVirtual(function* main() {
      const limit = timeout(1);
      const before = thrownBy(() => limit.reschedule(5));
      let expiring: unknown;
      yield* endOf(limit, function* block() {
        try {
          yield* sleep(5);
        } finally {
          expiring = thrownBy(() => limit.reschedule(9));
        }
      });
      const expired = thrownBy(() => limit.reschedule(9));
      const ended = timeout(1);
      yield* asyncWith(ended, () => sleeps(0));
      return [before, expiring, expired, thrownBy(() => ended.reschedule(9))].map((error) => [
        (error as { code: string }).code,
        (error as Error).message,
      ]);
    });
    const code = "ERR_TIMEOUT_STATE";
    const cannot = "Cannot reschedule timeout";
    expect(seen).toEqual([
      [code, `${cannot}: it has not been entered; use it by asyncWith first`],
      [code, `${cannot}: Cannot change state of expiring Timeout`],
      [code, `${cannot}: Cannot change state of expired Timeout`],
      [code, `${cannot}: Cannot change state of finished Timeout`],
    ]);
  });
});
