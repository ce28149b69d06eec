import { describe, expect, test } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  allTasks,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  Loop,
  type Observer,
  sleep,
  Task,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

const answer = asyncFunction("answer", function* () {
  return 42;
});

describe("frames and generators", () => {
  test("call each other in one task", () => {
    const tasks = new Set<unknown>();
    const low = asyncFunction("low", function* (depth: number): Generator<unknown, number> {
      tasks.add(currentTask());
      if (depth === 0) yield sleep(1);
      return depth === 0 ? 0 : 1 + ((yield gen(depth - 1)) as number);
    });
    function* gen(depth: number): Coroutine<number> {
      tasks.add(currentTask());
      return depth === 0 ? 0 : 1 + (yield* low(depth - 1));
    }
    expect(
      runVirtual(function* main() {
        return yield* low(10);
      }),
    ).toBe(10);
    expect(runVirtual(() => gen(11))).toBe(11);
    expect(tasks.size).toBe(2);
  });

  test("raise errors through each other", () => {
    const error = new Error("deep");
    const log: string[] = [];
    const inner = asyncFunction("inner", function* () {
      try {
        yield sleep(1);
        throw error;
      } finally {
        log.push("inner");
      }
    });
    function* middle(): Coroutine<unknown> {
      try {
        return yield* inner();
      } finally {
        log.push("middle");
      }
    }
    const outer = asyncFunction("outer", function* () {
      try {
        yield middle();
      } finally {
        yield sleep(1);
        log.push("outer");
      }
    });
    expect(errorOf(() => runVirtual(outer))).toBe(error);
    expect(log).toEqual(["inner", "middle", "outer"]);
  });

  test("share context variables within a task, and keep them from its children", () => {
    const variable = new ContextVar<string>("variable", { default: "none" });
    const sets = asyncFunction("sets", function* (value: string) {
      yield sleep(1);
      variable.set(value);
      return variable.get();
    });
    const main = asyncFunction("main", function* () {
      variable.set("main");
      const child = yield createTask(sets("child"));
      const before = variable.get();
      yield sets("inner");
      return [child, before, variable.get()];
    });
    expect(runVirtual(main)).toEqual(["child", "main", "inner"]);
  });
});

describe("a stack of frames", () => {
  const descend = asyncFunction(
    "descend",
    function* (depth: number, bottom: () => unknown): Generator<unknown, number> {
      if (depth > 0) return 1 + ((yield descend(depth - 1, bottom)) as number);
      yield bottom();
      return 0;
    },
  );

  test("of 10,000 that wait at the bottom returns through all of them", () => {
    expect(runVirtual(() => descend(10_000, () => sleep(1)))).toBe(10_000);
  });

  test("of 10,000 raises an error and a cancellation through all of them", () => {
    const error = new Error("bottom");
    const fails = asyncFunction("fails", function* () {
      throw error;
    });
    runVirtual(function* main() {
      expect(yield* raisedBy(descend(10_000, fails))).toBe(error);
      const task = createTask(descend(10_000, () => sleep(1)));
      yield* sleep(0);
      task.cancel("why");
      expect(yield* raisedBy(task)).toMatchObject({ code: "ERR_CANCELLED", reason: "why" });
    });
  });

  test("of 10,000 that return the call instead of awaiting it comes to its end", () => {
    const count = asyncFunction("count", function* (n: number): Generator<unknown, unknown> {
      return n === 0 ? sleep(1, "end") : count(n - 1);
    });
    expect(runVirtual(() => count(10_000))).toBe("end");
  });

  test("shows its frames from the innermost, each with the place where it stands", () => {
    const inner = asyncFunction("inner", function* () {
      yield at(0, 1);
      yield at(1, sleep(1));
    });
    const outer = asyncFunction("outer", function* () {
      yield at(2, inner());
    });
    runVirtual(function* main() {
      const root = outer();
      const task = createTask(root);
      yield* sleep(0.5);
      expect(root.frames().map((frame) => `${frame.describe()} ${frame.place()}`)).toEqual([
        "inner() inner.ts:3:3",
        "outer() outer.ts:4:3",
      ]);
      yield* task;
      expect(root.frames()).toEqual([]);
    });
  });
});

describe("a task of a lowered coroutine", () => {
  test("begins in the next turn, and is the current one inside", () => {
    const log: string[] = [];
    const work = asyncFunction("work", function* () {
      log.push(`in ${currentTask()?.name}`);
      yield sleep(0);
      return "result";
    });
    const main = asyncFunction("main", function* () {
      const task = createTask(work(), { name: "worker" });
      log.push("made");
      return yield task;
    });
    expect(runVirtual(main)).toBe("result");
    expect(log).toEqual(["made", "in worker"]);
  });

  test("that starts eagerly runs up to its first wait at once", () => {
    const log: string[] = [];
    const work = asyncFunction("work", function* () {
      log.push("begins");
      yield sleep(0);
      log.push("ends");
    });
    const main = asyncFunction("main", function* () {
      const quick = createTask(answer(), { eagerStart: true });
      expect([quick.done(), quick.result()]).toEqual([true, 42]);
      const task = createTask(work(), { eagerStart: true });
      log.push("made");
      yield task;
    });
    runVirtual(main);
    expect(log).toEqual(["begins", "made", "ends"]);
  });

  test("can be made of the function itself", () => {
    const main = asyncFunction("main", function* () {
      return yield createTask(answer);
    });
    expect(runVirtual(main)).toBe(42);
  });

  test("shows an observer the same as one of a generator", () => {
    const events = (main: () => Coroutine<unknown>): string[] => {
      const log: string[] = [];
      const numbers = new Map<unknown, number>();
      const name = (task: unknown): string => {
        if (task === undefined) return "-";
        if (!numbers.has(task)) numbers.set(task, numbers.size);
        return `task ${numbers.get(task)}`;
      };
      const observer: Observer = {
        created: (task, by) => log.push(`created ${name(task)} by ${name(by)}`),
        stepBegins: (task) => log.push(`begins ${name(task)}`),
        stepEnds: (task) => log.push(`ends ${name(task)}`),
        waits: (task, on) => log.push(`${name(task)} waits ${on instanceof Task ? name(on) : on}`),
        woken: (task, _source, by) => log.push(`${name(task)} woken by ${name(by)}`),
        cancelRequested: (task, by) => log.push(`${name(by)} cancels ${name(task)}`),
        done: (task) => log.push(`${name(task)} done`),
      };
      runVirtual(main, { observer });
      return log;
    };
    const child = asyncFunction("child", function* () {
      yield sleep(1);
    });
    const middle = asyncFunction("middle", function* (task: Task<unknown>) {
      yield task;
      yield sleep(0);
    });
    const main = asyncFunction("main", function* () {
      createTask(sleep(9)).cancel();
      yield middle(createTask(child()));
    });
    function* childGen(): Coroutine<void> {
      yield* sleep(1);
    }
    function* middleGen(task: Task<unknown>): Coroutine<void> {
      yield* task;
      yield* sleep(0);
    }
    const shown = events(main);
    expect(shown).toEqual(
      events(function* mainGen() {
        createTask(sleep(9)).cancel();
        yield* middleGen(createTask(childGen()));
      }),
    );
    expect(shown).toContain("task 2 waits <sleep(1)>");
  });

  test("that is misused leaves the loop as it was", () => {
    const other = new Loop(new VirtualHost()).createFuture();
    const awaits = asyncFunction("awaits", function* () {
      yield other;
    });
    const selfish = asyncFunction("selfish", function* () {
      yield currentTask();
    });
    runVirtual(function* main() {
      expect(yield* raisedBy(awaits())).toEqual(withCode("ERR_FOREIGN_LOOP"));
      expect(yield* raisedBy(createTask(selfish()))).toEqual(withCode("ERR_AWAIT_SELF"));
      expect(allTasks().size).toBe(1);
      yield* stillWorks();
    });
  });
});
