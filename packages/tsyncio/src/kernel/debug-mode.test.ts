import { afterEach, describe, expect, test, vi } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { createTask, Future, getRunningLoop, Loop, sleep, VirtualHost } from "../index.js";
import { runVirtual } from "../testing.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is printed as a warning. */
function watchWarnings(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, "warn").mockImplementation((line: string) => {
    lines.push(line);
  });
  return lines;
}

/** A clock that the program turns on while it computes. */
class SlowHost extends VirtualHost {
  compute(seconds: number): void {
    this.waitUntil(this.now() + seconds);
  }
}

describe("Loop.debug", () => {
  test("is off by default", () => {
    const loop = new Loop(new VirtualHost());
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([false, 0.1]);
  });

  test("reports a step that takes long, with the name of the task (B2 238)", () => {
    const lines = watchWarnings();
    const host = new SlowHost();
    const loop = new Loop(host);
    loop.debug = true;
    const slow = loop.createTask(
      function* computes() {
        host.compute(0.25);
        yield* sleep(1);
        host.compute(0.05);
      },
      { name: "slow" },
    );
    loop.runUntilComplete(slow);
    expect(lines).toEqual([
      expect.stringMatching(/^Executing <Task .*name="slow".*> took 0\.250 seconds$/),
    ]);
  });

  test("says at which await of a lowered function the task stands after a slow step", () => {
    const lines = watchWarnings();
    const host = new SlowHost();
    const loop = new Loop(host);
    loop.debug = true;
    const inner = asyncFunction("inner", function* () {
      host.compute(0.25);
      yield at(2, sleep(1));
    });
    const outer = asyncFunction("outer", function* () {
      yield at(0, inner());
      host.compute(0.5);
    });
    loop.runUntilComplete(loop.createTask(outer, { name: "t" }));
    expect(lines).toEqual([
      'Executing <Task pending name="t" waiting for sleep(1)> took 0.250 seconds in inner (inner.ts:4)',
      'Executing <Task finished result=undefined name="t"> took 0.500 seconds in outer (outer.ts:1)',
    ]);
  });

  test("reports a callback that takes long, by its name", () => {
    const lines = watchWarnings();
    const host = new SlowHost();
    const loop = new Loop(host);
    loop.debug = true;
    loop.slowCallbackDuration = 2;
    loop.callSoon(function computes() {
      host.compute(2);
    });
    const future = loop.createFuture();
    future.addDoneCallback(function followsUp() {
      host.compute(3);
      loop.stop();
    });
    loop.callSoon(() => {
      host.compute(1.9);
      future.setResult(1);
    });
    void loop.runForever();
    expect(lines).toEqual([
      "Executing <Handle computes> took 2.000 seconds",
      "Executing <done callback followsUp of Future> took 3.000 seconds",
    ]);
  });

  test("is silent about quick ones, and when it is off", () => {
    const lines = watchWarnings();
    const host = new SlowHost();
    const loop = new Loop(host);
    loop.runUntilComplete(function* computes() {
      host.compute(10);
    });
    expect(lines).toEqual([]);
  });

  test("remarks once on a delay that looks like milliseconds", () => {
    const lines = watchWarnings();
    runVirtual(
      function* main() {
        yield* sleep(499);
        yield* sleep("600s");
        getRunningLoop().callLater(Number.POSITIVE_INFINITY, () => {});
        yield* sleep(1500);
        getRunningLoop().callLater(2500, () => {});
      },
      { debug: true },
    );
    expect(lines).toEqual([
      'A delay of 1500 is 1500 seconds; did you mean milliseconds? Write "1500ms"',
    ]);
  });

  test("shows in CancelledError where it was raised", () => {
    const stacks = runVirtual(
      function* main() {
        const loop = getRunningLoop();
        const stackOf = function* () {
          const task = createTask(sleep(1));
          yield* sleep(0);
          task.cancel();
          try {
            yield* task;
          } catch (error) {
            return (error as Error).stack ?? "";
          }
          return "";
        };
        const debug = yield* stackOf();
        loop.debug = false;
        return [debug, yield* stackOf()] as const;
      },
      { debug: true },
    );
    expect(stacks[0]).toMatch(/^CancelledError:?\s+at /);
    expect(stacks[1]).toBe("CancelledError");
  });

  test("off keeps no place of creation", () => {
    runVirtual(function* main() {
      expect(new Future()).not.toHaveProperty("createdAt");
    });
  });
});
