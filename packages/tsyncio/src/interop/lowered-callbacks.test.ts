/** Lowered functions in the callbacks of a loop. */
import { describe, expect, test } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import { discard } from "../coroutine.js";
import { ContextVar, Future, getRunningLoop, run, sleep } from "../index.js";
import { runVirtual } from "../testing.js";

const ways: [string, (callback: () => unknown) => void][] = [
  ["callSoon()", (callback) => void getRunningLoop().callSoon(callback)],
  ["callLater()", (callback) => void getRunningLoop().callLater(0.5, callback)],
  [
    "addDoneCallback()",
    (callback) => {
      const future = new Future();
      future.addDoneCallback(callback);
      future.setResult(1);
    },
  ],
];

describe.each(ways)("a lowered function in a callback by %s", (_name, schedule) => {
  /** Runs a callback in a run of one second, and gives what was logged and reported. */
  function logOf(callback: (work: () => unknown, log: string[]) => unknown): string[] {
    const log: string[] = [];
    const work = asyncFunction("work", function* () {
      try {
        log.push("begins");
        yield sleep(9);
      } finally {
        log.push(`cleans at ${getRunningLoop().time()}`);
      }
    });
    const main = asyncFunction("main", function* () {
      schedule(() => callback(work, log));
      yield sleep(1);
    });
    runVirtual(main, { exceptionHandler: (_, { message }) => log.push(message) });
    return log;
  }

  test("begins in the next turn when it is the callback, as a task of its run", () => {
    expect(logOf((work) => work())).toEqual(["begins", "cleans at 1"]);
  });

  test("begins in the next turn when its call is thrown away", () => {
    expect(
      logOf((work, log) => {
        discard(work());
        log.push("called");
      }),
    ).toEqual(["called", "begins", "cleans at 1"]);
  });

  test("stays lazy when its call is kept, and is reported when nobody awaits it", () => {
    let kept: unknown;
    expect(
      logOf((work) => {
        kept = work();
      }),
    ).toEqual(["coroutine work() was never awaited (it is defined at work.ts:1:1)"]);
    expect(kept).toBeDefined();
  });
});

test("a callback outside any run starts a lowered function too, in the callback's context", async () => {
  const variable = new ContextVar("variable", { default: "none" });
  const main = asyncFunction("main", function* () {
    const loop = getRunningLoop();
    return yield new Promise((resolve) => {
      const work = asyncFunction("work", function* () {
        yield sleep(0);
        resolve([variable.get(), getRunningLoop() === loop]);
      });
      variable.set("set");
      loop.callSoon(work);
    });
  });
  expect(await run(main)).toEqual(["set", true]);
});
