/** Lowered main functions: called before `run`, which takes over what has begun, and given to it as they are. */
import { describe, expect, test } from "vitest";
import { type AsyncBody, asyncFunction } from "../../test/async-function.js";
import { errorOf } from "../../test/errors.js";
import { threadReports } from "../../test/reports.js";
import { steps } from "../../test/steps.js";
import { discard } from "../coroutine.js";
import { threadLoop } from "../hosts/thread-loop.js";
import { allTasks, createTask, currentTask, Runner, run, sleep, VirtualHost } from "../index.js";
import { runVirtual, runVirtualAsync } from "../testing.js";

const reports = threadReports();

const nap = asyncFunction("nap", function* <T>(result: T) {
  yield sleep("1ms");
  return result;
});

const fails = asyncFunction("fails", function* (error: unknown) {
  yield sleep("1ms");
  throw error;
});

describe("run(main())", () => {
  test("adopts what the call has begun, and gives its outcome", async () => {
    const { at, end } = steps();
    const main = asyncFunction("main", function* (value: string) {
      at(1);
      const task = currentTask();
      yield sleep("1ms");
      expect(currentTask()).toBe(task);
      at(3);
      return value;
    });
    const coroutine = main("value");
    at(2);
    expect(await run(coroutine)).toBe("value");
    end(4);
  });

  test("cancels the tasks that it has started, when it ends", async () => {
    const log: string[] = [];
    const child = asyncFunction("child", function* (name: string) {
      try {
        yield sleep("1h");
      } finally {
        yield sleep(0);
        log.push(name);
      }
    });
    const main = asyncFunction("main", function* () {
      createTask(child("before the first wait"));
      yield sleep(0);
      createTask(child("behind it"));
      discard(child("thrown away"));
      yield sleep("1ms");
    });
    await run(main());
    expect(log).toEqual(["before the first wait", "behind it", "thrown away"]);
    expect(allTasks(threadLoop()).size).toBe(0);
  });

  test("gives the result of a main that never waits", async () => {
    const main = asyncFunction("main", function* () {
      return "at once";
    });
    expect(await run(main())).toBe("at once");
  });

  test("rejects with main's error, which is not reported beside", async () => {
    const error = new Error("main's");
    await expect(run(fails(error))).rejects.toBe(error);
    await reports.all();
    expect(reports.list).toEqual([]);
  });

  test("reports what main called and nobody started", async () => {
    const forgotten = asyncFunction("forgotten", function* () {});
    const main = asyncFunction("main", function* () {
      forgotten();
      yield sleep(0);
    });
    await run(main());
    expect(reports.list).toEqual([
      "coroutine forgotten() was never awaited (it is defined at forgotten.ts:1:1)",
    ]);
  });

  test("leaves other calls outside alone", async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const other = asyncFunction("other", function* () {
      yield gate;
      return "other's";
    });
    const before = other();
    const running = run(nap("main's"));
    const during = other();
    expect(await running).toBe("main's");
    open();
    expect(await Promise.all([before, during])).toEqual(["other's", "other's"]);
  });

  test("of two at once each has its own main", async () => {
    expect(await Promise.all([run(nap("a")), run(nap("b"))])).toEqual(["a", "b"]);
  });

  test("is cancelled by its signal", async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const main = asyncFunction("main", function* () {
      try {
        yield sleep("1h");
      } finally {
        log.push("cleaned");
      }
    });
    const running = run(main(), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(log).toEqual(["cleaned"]);
  });

  test("works with a Runner too", async () => {
    const runner = new Runner();
    expect(await runner.run(nap("value"))).toBe("value");
    await runner.close();
  });

  test("refuses the call on a loop of its own, and says what to pass", async () => {
    const refusal = {
      code: "ERR_FOREIGN_LOOP",
      message:
        "Cannot await nap(): it began on another event loop, where it was called; pass the function itself, not its call",
    };
    expect(errorOf(() => runVirtual(nap("value")))).toMatchObject(refusal);
    await expect(run(nap("value"), { host: new VirtualHost() })).rejects.toMatchObject(refusal);
  });
});

describe("run(main) with the function itself", () => {
  test("keeps it lazy: its first step is the run's first turn", async () => {
    const log: string[] = [];
    const main = asyncFunction("main", function* () {
      log.push("begins");
      yield sleep(0);
      return "value";
    });
    const running = run(main);
    log.push("run() returned");
    expect(await running).toBe("value");
    expect(log).toEqual(["run() returned", "begins"]);
  });

  test("runs on whatever loop it is given to", async () => {
    expect(runVirtual(() => nap("virtual"))).toBe("virtual");
    expect(await run(() => nap("its own"), { host: new VirtualHost() })).toBe("its own");
  });

  test("leaves lazy what the function calls beside, and starts what it throws away", async () => {
    const log: string[] = [];
    const side = asyncFunction("side", function* (name: string) {
      log.push(name);
      yield sleep(0);
    });
    const main = asyncFunction("main", function* (kept: unknown) {
      log.push("main");
      yield kept;
      yield sleep("1ms");
    });
    await run(() => {
      const kept = side("kept");
      discard(side("thrown away"));
      log.push("called");
      return main(kept);
    });
    expect(log).toEqual(["called", "thrown away", "main", "kept"]);
  });
});

describe("a task that meets a call made outside", () => {
  test("joins it", async () => {
    const outside = nap({});
    const main = asyncFunction("main", function* () {
      return [yield outside, yield createTask(outside), yield outside];
    });
    const results = await run(main);
    expect(new Set(results).size).toBe(1);
    expect(results[0]).toBe(await outside);
  });

  test("does not end it by being cancelled", async () => {
    let open = (_value: string): void => {};
    const gate = new Promise<string>((resolve) => {
      open = resolve;
    });
    const outside = asyncFunction("outside", function* () {
      return yield gate;
    })();
    const main = asyncFunction("main", function* () {
      const task = createTask(
        asyncFunction("joins", function* () {
          yield outside;
        })(),
      );
      yield sleep(0);
      task.cancel();
      yield sleep(0);
      return task.cancelled();
    });
    expect(await run(main)).toBe(true);
    open("open");
    expect(await outside).toBe("open");
  });
});

describe("a lowered function that plain JavaScript called", () => {
  /** What it is in a program: a test's function, an event's handler. */
  function called<T>(body: () => AsyncBody<T>): Promise<T> {
    return Promise.resolve(asyncFunction("called", body)());
  }

  test("may start runs of its own, before and after its first wait", async () => {
    const results = await called(function* () {
      const first: string = yield run(nap("first"));
      const second: string = yield run(() => nap("second"));
      return [first, second];
    });
    expect(results).toEqual(["first", "second"]);
  });

  test("leaves a call lazy that it gives to run()", async () => {
    const log: string[] = [];
    const main = asyncFunction("main", function* () {
      log.push("main");
      yield sleep(0);
    });
    await called(function* () {
      const coroutine = main();
      log.push("called");
      yield run(coroutine);
    });
    expect(log).toEqual(["called", "main"]);
  });

  test("may run on virtual time, and goes on in its own task", async () => {
    const seen = await called(function* () {
      const before = currentTask();
      const hour = asyncFunction("hour", function* () {
        yield sleep("1h");
        return "an hour";
      });
      const result = runVirtual(hour());
      expect(currentTask()).toBe(before);
      const later: string = yield nap("after");
      const asynchronous: string = yield runVirtualAsync(hour());
      return [result, later, asynchronous];
    });
    expect(seen).toEqual(["an hour", "after", "an hour"]);
  });

  test("may not start a run once a run has taken it over", async () => {
    const main = asyncFunction("main", function* () {
      yield sleep("1ms");
      return errorOf(() => void run(nap("inner")));
    });
    expect(await run(main())).toMatchObject({ code: "ERR_LOOP_RUNNING" });
  });

  test("keeps the name that run() gives it", async () => {
    const main = asyncFunction("main", function* () {
      yield sleep("1ms");
      return currentTask()?.name;
    });
    expect(await run(main(), { name: "chosen" })).toBe("chosen");
  });
});
