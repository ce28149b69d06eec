/** Real time, a few milliseconds: the host is the thing under test. */
import { describe, expect, test } from "vitest";
import { withCode } from "../../../test/errors.js";
import { BlockingHost, createTask, Future, getRunningLoop, Loop, run, sleep } from "../../index.js";

describe("BlockingHost", () => {
  test("runs a program to its end inside the call", () => {
    const loop = new Loop(new BlockingHost());
    const log: string[] = [];
    const result = loop.runUntilComplete(function* main() {
      const start = loop.time();
      for (const ms of [3, 1, 2]) loop.callAt(start + ms / 1000, () => log.push(`${ms}`));
      yield* createTask(sleep("10ms"));
      return "result";
    });
    log.push("after the call");
    expect(result).toBe("result");
    expect(log).toEqual(["1", "2", "3", "after the call"]);
  });

  test("sleeps in real time, and never too short", () => {
    const loop = new Loop(new BlockingHost());
    const start = performance.now();
    loop.runUntilComplete(function* main() {
      for (let i = 0; i < 5; i++) yield* sleep("2ms");
    });
    const took = performance.now() - start;
    expect(took).toBeGreaterThanOrEqual(10);
    expect(took).toBeLessThan(5000);
  });

  test("lets run() settle with the outcome, after everything has run", async () => {
    const log: string[] = [];
    const promise = run(
      function* main() {
        yield* sleep("1ms");
        log.push("main");
        return getRunningLoop();
      },
      { host: new BlockingHost() },
    );
    log.push("after the call");
    expect(log).toEqual(["main", "after the call"]);
    const loop = await promise;
    await Promise.resolve();
    expect(loop.isClosed()).toBe(true);
  });

  test("reports a program that can never go on, and the loop works afterwards", () => {
    const loop = new Loop(new BlockingHost());
    const stuck = function* stuck() {
      yield* new Future();
    };
    expect(() => loop.runUntilComplete(stuck)).toThrow(withCode("ERR_DEADLOCK"));
    expect(loop.runUntilComplete(sleep("1ms", "works"))).toBe("works");
  });
});
