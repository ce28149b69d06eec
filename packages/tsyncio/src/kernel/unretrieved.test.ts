import { describe, expect, test } from "vitest";
import { raisedBy } from "../../test/errors.js";
import {
  type Coroutine,
  createTask,
  type ExceptionContext,
  Future,
  Loop,
  shield,
  sleep,
  type Task,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

function* fails(): Coroutine<string> {
  yield* sleep(1);
  throw new Error("failed");
}

/** The messages that reach the handler while `main` runs and until its run has ended. */
function reportsOf(main: () => Coroutine<unknown>, debug = false): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  runVirtual(main(), { debug, exceptionHandler: (_loop, context) => reports.push(context) });
  return reports;
}

describe("an error that nobody looked at", () => {
  test("of a task is reported once, with the task's name and the error (B2 61)", () => {
    const reports = reportsOf(function* main() {
      createTask(fails(), { name: "background" });
      yield* sleep(2);
    });
    expect(reports).toEqual([
      {
        message: 'Task "background" exception was never retrieved',
        exception: expect.objectContaining({ message: "failed" }),
      },
    ]);
  });

  test("of a future is reported once (B2 28)", () => {
    const reports = reportsOf(function* main() {
      new Future().setException(new Error("dropped"));
      yield* sleep(2);
    });
    expect(reports.map(({ message }) => message)).toEqual(["Future exception was never retrieved"]);
  });

  test("of an eagerly started task is reported as well", () => {
    const reports = reportsOf(function* main() {
      createTask(
        function* failsAtOnce() {
          throw new Error("at once");
        },
        { eagerStart: true, name: "eager" },
      );
    });
    expect(reports.map(({ message }) => message)).toEqual([
      'Task "eager" exception was never retrieved',
    ]);
  });

  test("is reported with the place of creation in debug mode", () => {
    const reports = reportsOf(function* main() {
      createTask(fails());
      yield* sleep(2);
    }, true);
    expect(reports[0]?.sourceTraceback).toMatch(/created at[\s\S]*unretrieved\.test/);
  });

  test.each<[string, (task: Task<string>) => unknown]>([
    ["exception()", (task) => task.exception()],
    ["a late cancel()", (task) => task.cancel()],
    [
      "result()",
      (task) => {
        expect(() => task.result()).toThrow("failed");
      },
    ],
  ])("is not reported after %s (B2 28, 61)", (_name, look) => {
    const reports = reportsOf(function* main() {
      const task = createTask(fails());
      yield* sleep(2);
      look(task);
    });
    expect(reports).toEqual([]);
  });

  test("of a future is not reported after a late cancel() (B2 28)", () => {
    const reports = reportsOf(function* main() {
      const [before, after] = [new Future(), new Future()];
      before.setException(new Error("failed"));
      after.setException(new Error("failed"));
      before.cancel();
      yield* sleep(2);
      after.cancel();
    });
    expect(reports).toEqual([]);
  });

  test("is not reported when somebody awaits it, at once or after the loop was at rest", () => {
    const reports = reportsOf(function* main() {
      const [now, later] = [createTask(fails()), createTask(fails())];
      yield* raisedBy(now);
      yield* sleep(10);
      yield* raisedBy(later);
    });
    expect(reports).toEqual([]);
  });

  test("is not reported when plain code takes it from a promise", async () => {
    const seen: unknown[] = [];
    const reports = reportsOf(function* main() {
      const task = createTask(fails());
      task.catch((error: unknown) => seen.push(error));
      yield* sleep(2);
    });
    await Promise.resolve();
    expect(reports).toEqual([]);
    expect(seen).toEqual([expect.objectContaining({ message: "failed" })]);
  });

  test("is not reported for the main task, whose error is the run's", () => {
    const reports: string[] = [];
    const exceptionHandler = (_loop: Loop, { message }: ExceptionContext): void => {
      reports.push(message);
    };
    expect(() => runVirtual(fails(), { exceptionHandler })).toThrow("failed");
    expect(reports).toEqual([]);
  });

  test("is reported for each of several, in the order in which they failed", () => {
    const reports = reportsOf(function* main() {
      for (const [i, delay] of [3, 1, 2].entries()) {
        createTask(
          function* failing() {
            yield* sleep(delay);
            throw new Error(`after ${delay}`);
          },
          { name: `task ${i}` },
        );
      }
      yield* sleep(5);
    });
    expect(reports.map(({ exception }) => (exception as Error).message)).toEqual([
      "after 1",
      "after 2",
      "after 3",
    ]);
  });

  test("of a shield that was given up is reported once", () => {
    const reports = reportsOf(function* main() {
      const inner = createTask(fails());
      const outer = createTask(
        (function* waits() {
          yield* shield(inner);
        })(),
      );
      yield* sleep(0);
      outer.cancel();
      yield* raisedBy(outer);
      yield* sleep(5);
    });
    expect(reports.map(({ message }) => message)).toEqual(["Error exception in shielded future"]);
  });

  test("that is no Error is reported as it is", () => {
    const reports = reportsOf(function* main() {
      createTask(function* throwsText() {
        throw "text";
      });
      createTask(function* throwsNothing() {
        throw undefined;
      });
      yield* sleep(1);
    });
    expect(reports.map(({ exception }) => exception)).toEqual(["text", undefined]);
  });

  test("of a task outside any run is reported when the loop closes", () => {
    const reports: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.setExceptionHandler((_loop, { message }) => reports.push(message));
    loop.createTask(fails(), { name: "lost" });
    loop.runUntilComplete(sleep(5));
    expect(reports).toEqual([]);
    loop.close();
    expect(reports).toEqual(['Task "lost" exception was never retrieved']);
  });
});

test("String(task) shows the error of a failed task that nobody has looked at", () => {
  const shown = runVirtual(
    function* main() {
      const task = createTask(fails(), { name: "t" });
      yield* sleep(5);
      const before = String(task);
      task.exception();
      return [before, String(task)];
    },
    { exceptionHandler: () => {} },
  );
  const expected = '<Task finished exception=Error: failed name="t">';
  expect(shown).toEqual([expected, expected]);
});
