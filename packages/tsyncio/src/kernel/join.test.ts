/** F3 of `Lowered`: a coroutine that is awaited by several, or again. */
import { describe, expect, test } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import {
  asCompleted,
  type CancelledError,
  type Coroutine,
  createTask,
  DeadlockError,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  Loop,
  sleep,
  type Task,
  VirtualHost,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

const nap = asyncFunction("nap", function* <T>(delay: number, result: T) {
  yield sleep(delay);
  return result;
});

const fails = asyncFunction("fails", function* (error: unknown) {
  yield sleep(1);
  throw error;
});

describe("a lowered coroutine that is awaited again", () => {
  test("gives the same result, without a turn and without running again", () => {
    const { at: step, end } = steps();
    const work = asyncFunction("work", function* () {
      step(1);
      yield sleep(1);
      step(2);
      return { some: "result" };
    });
    const main = asyncFunction("main", function* () {
      const coroutine = work();
      const first = yield coroutine;
      getRunningLoop().callSoon(() => step(4));
      expect(yield coroutine).toBe(first);
      step(3);
      yield sleep(0);
      end(5);
    });
    runVirtual(main);
  });

  test.each<[string, (c: unknown) => Coroutine<unknown>]>([
    [
      "by a generator",
      function* (c) {
        return yield* c as Coroutine<unknown>;
      },
    ],
    ["by a task", (c) => createTask(c as Coroutine<unknown>) as never],
    ["by gather()", (c) => gather([c as Coroutine<unknown>]) as never],
    ["by waitFor()", (c) => waitFor(c as Coroutine<unknown>, 1)],
    ["by asCompleted()", (c) => [...asCompleted([c as Coroutine<unknown>])][0] as never],
  ])("gives it also %s", (_name, again) => {
    const main = asyncFunction("main", function* () {
      const coroutine = nap(1, "result");
      yield coroutine;
      return [yield again(coroutine)].flat();
    });
    expect(runVirtual(main)).toEqual(["result"]);
  });

  test("raises the same error", () => {
    const error = new Error("no");
    runVirtual(function* main() {
      const coroutine = fails(error);
      expect(yield* raisedBy(coroutine)).toBe(error);
      expect(yield* raisedBy(coroutine)).toBe(error);
      expect(yield* raisedBy(createTask(coroutine))).toBe(error);
    });
  });

  test("raises a CancelledError each time when it was cancelled", () => {
    runVirtual(function* main() {
      const coroutine = nap(1, "result");
      const task = createTask(coroutine);
      yield* sleep(0);
      task.cancel("why");
      const first = yield* raisedBy(task);
      const again = yield* raisedBy(coroutine);
      expect([isCancelled(first), isCancelled(again), first === again]).toEqual([
        true,
        true,
        false,
      ]);
      expect((again as CancelledError).reason).toBe("why");
    });
  });
});

describe("a lowered coroutine that another task drives", () => {
  test.each([
    ["waits", 0.5],
    ["has not begun", 0],
  ])("is joined while it %s", (_name, delay) => {
    const main = asyncFunction("main", function* () {
      const coroutine = nap(1, {});
      const task = createTask(coroutine);
      if (delay > 0) yield sleep(delay);
      const joined = yield coroutine;
      expect(getRunningLoop().time()).toBe(1);
      expect(joined).toBe(yield task);
    });
    runVirtual(main);
  });

  test("wakes who joined it in the turn in which who awaits its task is woken, in their order", () => {
    const log: string[] = [];
    const waits = asyncFunction("waits", function* (name: string, awaited: unknown) {
      yield awaited;
      log.push(name);
    });
    const main = asyncFunction("main", function* () {
      const coroutine = nap(1, "result");
      const task = createTask(coroutine);
      const tasks = [
        createTask(waits("join 1", coroutine)),
        createTask(waits("task", task)),
        createTask(waits("join 2", coroutine)),
      ];
      const loop = getRunningLoop();
      loop.callLater(1, () => {
        log.push("deadline");
        loop.callSoon(() => log.push("one turn later"));
      });
      yield gather(tasks);
    });
    runVirtual(main);
    // The joined frame ends before its task does: those who joined it come first.
    expect(log).toEqual(["deadline", "one turn later", "join 1", "join 2", "task"]);
  });

  test("is joined by a task made of it, and runs once", () => {
    const { at: step, end } = steps();
    const work = asyncFunction("work", function* () {
      step(1);
      yield sleep(1);
      return "result";
    });
    runVirtual(function* main() {
      const coroutine = work();
      const results = yield* gather([createTask(coroutine), createTask(coroutine), coroutine]);
      expect(results).toEqual(["result", "result", "result"]);
      end(2);
    });
  });

  test("is joined from a generator and from any depth", () => {
    const outer = asyncFunction("outer", function* (coroutine: unknown) {
      return yield coroutine;
    });
    runVirtual(function* main() {
      const coroutine = nap(1, "result");
      createTask(coroutine);
      const inGenerator = createTask(function* () {
        return yield* coroutine;
      });
      const deep = createTask(outer(outer(coroutine)));
      expect(yield* gather(inGenerator, deep)).toEqual(["result", "result"]);
    });
  });

  test("goes on when a task that joined it is cancelled", () => {
    const main = asyncFunction("main", function* () {
      const coroutine = nap(1, "result");
      const task = createTask(coroutine);
      const joins = asyncFunction("joins", function* () {
        return yield coroutine;
      });
      const [cancelled, other] = [createTask(joins()), createTask(joins())];
      yield sleep(0.5);
      cancelled.cancel("enough");
      try {
        yield cancelled;
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_CANCELLED", reason: "enough" });
      }
      expect(getRunningLoop().time()).toBe(0.5);
      return [cancelled.cancelled(), yield other, yield task];
    });
    expect(runVirtual(main)).toEqual([true, "result", "result"]);
  });

  test.each([
    ["before it is woken", 0.5],
    ["after it was woken", 1],
  ])(
    "leaves a task that is cancelled %s, and refuses to end, to what it does then",
    (_name, when) => {
      const refuses = asyncFunction("refuses", function* (coroutine: unknown) {
        try {
          yield coroutine;
        } catch (error) {
          return [(error as CancelledError).reason, yield sleep(5, "slept")];
        }
      });
      runVirtual(function* main() {
        const loop = getRunningLoop();
        const coroutine = nap(1, "result");
        const task = createTask(coroutine);
        const joins = createTask(refuses(coroutine));
        const cancel = (): void => void joins.cancel("why");
        if (when < 1) loop.callLater(when, cancel);
        else {
          // Joins first, and so comes before `joins` in the turn for which the frame wakes both.
          createTask(
            asyncFunction("first", function* () {
              yield coroutine;
              cancel();
            })(),
            { eagerStart: true },
          );
        }
        expect(yield* joins).toEqual(["why", "slept"]);
        expect(loop.time()).toBe(when + 5);
        expect(yield* task).toBe("result");
      });
    },
  );

  test("raises its error, and its cancellation, in all who joined it", () => {
    const error = new Error("no");
    runVirtual(function* main() {
      for (const cancels of [false, true]) {
        const coroutine = fails(error);
        const task = createTask(coroutine);
        const joins = [1, 2].map(() =>
          createTask(function* () {
            yield* coroutine;
          }),
        );
        yield* sleep(0);
        if (cancels) task.cancel();
        const raised = [yield* raisedBy(joins[0] as Task), yield* raisedBy(joins[1] as Task)];
        if (cancels) expect(raised.map(isCancelled)).toEqual([true, true]);
        else expect(raised).toEqual([error, error]);
        expect(task.cancelled()).toBe(cancels);
      }
    });
  });

  test("has its error seen by who joined it: nothing is reported", () => {
    const reports: unknown[] = [];
    runVirtual(
      function* main() {
        const coroutine = fails(new Error("seen"));
        createTask(coroutine);
        yield* raisedBy(coroutine);
        yield* sleep(1);
      },
      { exceptionHandler: (_, context) => reports.push(context.message) },
    );
    expect(reports).toEqual([]);
  });

  test("is named in the report of a deadlock, with who drives it", () => {
    const never = asyncFunction("never", function* () {
      yield at(0, new Future());
    });
    const error = errorOf(() =>
      runVirtual(function* main() {
        const coroutine = never();
        createTask(coroutine, { name: "driver" });
        yield* coroutine;
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect((error as Error).message).toMatch(/waits for never\(\), held by Task "driver"/);
  });
});

describe("a lowered coroutine cannot await itself", () => {
  const refusal = {
    code: "ERR_AWAIT_SELF",
    message: expect.stringContaining("cannot await itself"),
  };

  test("directly", () => {
    const box: { own?: unknown } = {};
    const selfish = asyncFunction("selfish", function* () {
      yield sleep(0);
      yield box.own;
    });
    runVirtual(function* main() {
      const coroutine = selfish();
      box.own = coroutine;
      expect(yield* raisedBy(coroutine)).toMatchObject(refusal);
    });
  });

  test("by way of what it awaits, in either form", () => {
    const box: { own?: Coroutine<unknown> } = {};
    const inner = asyncFunction("inner", function* () {
      yield box.own;
    });
    function* generator(): Coroutine<unknown> {
      return yield* box.own as Coroutine<unknown>;
    }
    const outer = asyncFunction("outer", function* (through: () => unknown) {
      yield through();
    });
    runVirtual(function* main() {
      for (const through of [inner, generator]) {
        const coroutine = outer(through);
        box.own = coroutine;
        expect(yield* raisedBy(createTask(coroutine))).toMatchObject(refusal);
      }
    });
  });

  test("in a circle of tasks, which is a deadlock and is told as one", () => {
    const box: unknown[] = [];
    const waits = asyncFunction("waits", function* (index: number) {
      yield sleep(0);
      yield box[index];
    });
    const error = errorOf(() =>
      runVirtual(function* main() {
        box.push(waits(1), waits(0));
        yield* gather(box.map((c, i) => createTask(c as Coroutine<unknown>, { name: `t${i}` })));
      }),
    );
    expect((error as Error).message).toMatch(/in a circle: Task "t\d" -> Task "t\d" -> Task "t\d"/);
  });
});

describe("a lowered coroutine of another loop", () => {
  test("is refused while it runs there, and gives its outcome when it has ended", () => {
    const loop = new Loop(new VirtualHost());
    const coroutine = asyncFunction("elsewhere", function* () {
      yield sleep(1);
      return "result";
    });
    let made: unknown;
    const task = loop.createTask(function* () {
      made = coroutine();
      return yield* made as Coroutine<string>;
    });
    loop.callSoon(() => loop.callSoon(() => loop.stop()));
    void loop.runForever();
    const awaits = asyncFunction("awaits", function* () {
      return yield made;
    });
    expect(errorOf(() => runVirtual(awaits))).toEqual(withCode("ERR_FOREIGN_LOOP"));
    expect(loop.runUntilComplete(task)).toBe("result");
    expect(runVirtual(awaits)).toBe("result");
    loop.close();
  });
});
