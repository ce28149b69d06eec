import { describe, expect, test } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { errorOf } from "../../test/errors.js";
import { discard, lowered } from "../coroutine.js";
import {
  allTasks,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  ensureFuture,
  gather,
  getRunningLoop,
  sleep,
  type Task,
} from "../index.js";
import { runVirtual, runVirtualAsync, type VirtualOptions } from "../testing.js";

/** Options that note the loop's reports in `reports`. */
function reporting(reports: string[]): VirtualOptions {
  return {
    exceptionHandler: (_, { message, exception }) =>
      reports.push(exception === undefined ? message : `${message}: ${exception}`),
  };
}

describe("discard()", () => {
  test("starts a lowered coroutine when the calling task next waits, and gives it", () => {
    const log: string[] = [];
    const work = asyncFunction("work", function* () {
      log.push("begins");
      yield sleep(1);
      log.push("ends");
    });
    const main = asyncFunction("main", function* () {
      const coroutine = work();
      expect(discard(coroutine)).toBe(coroutine);
      log.push("called");
      yield sleep(2);
      log.push("slept");
    });
    runVirtual(main);
    expect(log).toEqual(["called", "begins", "ends", "slept"]);
  });

  test("starts it as a task of the run, which is cancelled when the run ends", () => {
    const log: string[] = [];
    const work = asyncFunction("work", function* () {
      try {
        yield sleep(9);
      } finally {
        log.push(`cleans at ${getRunningLoop().time()}`);
      }
    });
    const main = asyncFunction("main", function* () {
      discard(work());
      yield sleep(1);
    });
    runVirtual(main);
    expect(log).toEqual(["cleans at 1"]);
  });

  test("does not swallow its error", () => {
    const reports: string[] = [];
    const fails = asyncFunction("fails", function* () {
      throw new Error("no");
    });
    const main = asyncFunction("main", function* () {
      discard(fails());
      yield sleep(0);
    });
    runVirtual(main, reporting(reports));
    expect(reports).toEqual([
      expect.stringMatching(/^Task "Task-\d+" exception was never retrieved: Error: no$/),
    ]);
  });

  test("leaves the task to who awaits the coroutine later", () => {
    const main = asyncFunction("main", function* () {
      const coroutine = asyncFunction("work", function* () {
        return yield sleep(1, "result");
      })();
      discard(coroutine);
      yield sleep(2);
      return [yield coroutine, yield createTask(coroutine)];
    });
    expect(runVirtual(main)).toEqual(["result", "result"]);
  });

  test("does not start one again that a task has, that waits or that has ended", () => {
    let begun = 0;
    const work = asyncFunction("work", function* () {
      begun++;
      yield sleep(1);
    });
    const main = asyncFunction("main", function* () {
      const coroutine = work();
      const task = createTask(coroutine);
      discard(coroutine);
      yield sleep(0);
      discard(coroutine);
      expect(allTasks().size).toBe(2);
      yield task;
      discard(coroutine);
      expect(allTasks().size).toBe(1);
    });
    runVirtual(main);
    expect(begun).toBe(1);
  });

  test.each([
    ["a number", 42],
    ["nothing", undefined],
    ["a promise", Promise.resolve()],
  ])("gives %s as it is", (_name, value) => {
    expect(discard(value)).toBe(value);
  });
});

describe("a lowered coroutine that nobody starts", () => {
  const work = asyncFunction("work", function* (log: string[]) {
    log.push("ran");
  });
  const report = (name: string): string =>
    `coroutine ${name}() was never awaited (it is defined at ${name}.ts:1:1)`;

  test("is reported when its run ends, always, in the order of the calls", () => {
    const [log, reports]: string[][] = [[], []];
    const other = asyncFunction("other", function* () {});
    const inner = asyncFunction("inner", function* () {
      other();
      yield sleep(1);
    });
    const main = asyncFunction("main", function* () {
      work(log as string[]);
      createTask(inner());
      yield sleep(2);
      expect(reports).toEqual([]);
      work(log as string[]);
      return "result";
    });
    expect(runVirtual(main, reporting(reports as string[]))).toBe("result");
    expect([log, reports]).toEqual([[], [report("work"), report("other"), report("work")]]);
  });

  test("is reported also when main fails", () => {
    const reports: string[] = [];
    const main = asyncFunction("main", function* () {
      work([]);
      throw new Error("main's");
    });
    expect(errorOf(() => runVirtual(main, reporting(reports)))).toMatchObject({
      message: "main's",
    });
    expect(reports).toEqual([report("work")]);
  });

  test.each<[string, (c: Coroutine<void>) => unknown]>([
    ["awaits it", (c) => c],
    ["makes it a task", (c) => createTask(c)],
    ["cancels its task before it begins", (c) => createTask(c).cancel()],
    ["gathers it", (c) => gather(c)],
    ["makes it a future", (c) => ensureFuture(c)],
    ["throws it away", (c) => discard(c)],
    ["takes it for a promise", (c) => (c as unknown as Promise<void>).then(() => {})],
  ])("is not reported when somebody %s", async (_name, use) => {
    const reports: string[] = [];
    const main = asyncFunction("main", function* () {
      // The second call makes the first one more than the last.
      const coroutines = [work([]), work([])];
      for (const coroutine of coroutines) yield use(coroutine);
    });
    await runVirtualAsync(main, reporting(reports));
    expect(reports).toEqual([]);
  });

  test("can still be awaited by a later run", () => {
    const [log, reports]: string[][] = [[], []];
    let kept: Coroutine<void> | undefined;
    runVirtual(
      asyncFunction("main", function* () {
        kept = work(log as string[]);
      }),
      reporting(reports as string[]),
    );
    expect(reports).toEqual([report("work")]);
    runVirtual(
      asyncFunction("main", function* () {
        yield kept;
      }),
    );
    expect(log).toEqual(["ran"]);
  });
});

describe("a lowered coroutine that plain code awaits inside a task", () => {
  const variable = new ContextVar<string>("variable");
  const seen: unknown[] = [];
  const work = asyncFunction("work", function* (name: string) {
    yield sleep(1);
    seen.push([name, variable.get(), currentTask() !== undefined]);
    return name;
  });

  test("runs as a task of the run, in the context of who called it", async () => {
    const main = asyncFunction("main", function* () {
      variable.set("main's");
      const loop = getRunningLoop();
      const results = yield Promise.all([work("a"), work("b")]);
      expect(loop.time()).toBe(1);
      return results;
    });
    expect(await runVirtualAsync(main)).toEqual(["a", "b"]);
    expect(seen).toEqual([
      ["a", "main's", true],
      ["b", "main's", true],
    ]);
  });

  test("runs once, however often it is awaited", async () => {
    let runs = 0;
    const once = asyncFunction("once", function* () {
      runs++;
      yield sleep(1);
      return {};
    });
    async function plain(promise: PromiseLike<unknown>): Promise<unknown> {
      return await promise;
    }
    const main = asyncFunction("main", function* () {
      const coroutine = once();
      const [a, b] = yield Promise.all([plain(coroutine), plain(coroutine)]);
      expect(a).toBe(b);
      expect(yield coroutine).toBe(a);
    });
    await runVirtualAsync(main);
    expect(runs).toBe(1);
  });

  test("is cancelled with what the run leaves behind", async () => {
    const log: string[] = [];
    const cleans = asyncFunction("cleans", function* () {
      try {
        yield sleep(9);
      } finally {
        log.push(`at ${getRunningLoop().time()}`);
      }
    });
    const main = asyncFunction("main", function* () {
      void Promise.allSettled([cleans()]);
      yield sleep(1);
    });
    await runVirtualAsync(main);
    expect(log).toEqual(["at 1"]);
  });
});

describe("the place of an await", () => {
  test("is that of the await itself, whatever is called to evaluate it", () => {
    const inner = asyncFunction("inner", function* () {
      yield at(5, 1);
      return 2;
    });
    const main = asyncFunction("main", function* () {
      yield at(3, [yield at(1, inner()), yield at(2, inner())]);
    });
    runVirtual(function* () {
      const coroutine = main();
      createTask(coroutine);
      const places: string[] = [];
      for (let turn = 0; turn < 4; turn++) {
        yield* sleep(0);
        places.push(...coroutine.frames().map((frame) => frame.place()));
      }
      expect(places).toEqual([
        "inner.ts:7:3",
        "main.ts:3:3",
        "inner.ts:7:3",
        "main.ts:4:3",
        "main.ts:5:3",
      ]);
    });
  });
});

test("what is no coroutine is refused, a promise of a function that was not lowered with the cure", () => {
  const plain = async (): Promise<number> => 1;
  const main = asyncFunction("main", function* () {
    for (const given of [plain(), plain]) {
      const error = errorOf(() => createTask(given as never)) as Error;
      expect(error).toMatchObject({ code: "ERR_NOT_A_COROUTINE" });
      expect(error.message).toMatch(/got Promise.*wrap the promise: fromPromise\(promise\)/);
    }
  });
  runVirtual(main);
});

test("a task's coroutine is the lowered one", () => {
  const info = { name: "f", file: "f.ts", line: 1, column: 0, sites: [] };
  const main = asyncFunction("main", function* () {
    const coroutine = lowered(info, (function* () {})());
    const task: Task<unknown> = createTask(coroutine);
    expect(task.getCoro()).toBe(coroutine);
    yield task;
  });
  runVirtual(main);
});
