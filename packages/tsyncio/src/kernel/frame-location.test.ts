/** Where tasks of lowered functions stand: in their stack, in the call graph, in the report of a deadlock. */
import { describe, expect, test } from "vitest";
import { asyncFunction, at } from "../../test/async-function.js";
import { errorOf } from "../../test/errors.js";
import { captureCallGraph, createTask, Future, formatCallGraph, sleep } from "../index.js";
import { runVirtual } from "../testing.js";

const inner = asyncFunction("inner", function* (what: unknown) {
  yield at(0, sleep(0));
  yield at(2, what);
});

const outer = asyncFunction("outer", function* (what: unknown) {
  yield at(1, inner(what));
});

describe("Task.getStack()", () => {
  test("lists the lowered functions of a suspended task, oldest call first", () => {
    runVirtual(function* main() {
      const gate = new Future<void>();
      const task = createTask(outer(gate));
      expect(task.getStack()).toEqual([{ functionName: "outer", file: "outer.ts", line: 1 }]);
      yield* sleep(1);
      expect(task.getStack()).toEqual([
        { functionName: "outer", file: "outer.ts", line: 3 },
        { functionName: "inner", file: "inner.ts", line: 4 },
      ]);
      gate.setResult();
      yield* task;
      expect(task.getStack()).toEqual([]);
    });
  });

  test("is empty for a task that runs", () => {
    const looks = asyncFunction("looks", function* (task: () => { getStack(): unknown }) {
      yield at(0, sleep(0));
      return task().getStack();
    });
    runVirtual(function* main() {
      const task: { getStack(): unknown } & ReturnType<typeof createTask> = createTask(
        looks(() => task),
      );
      expect(yield* task).toEqual([]);
    });
  });
});

test("the call graph of a task of lowered functions has them, innermost first", () => {
  runVirtual(function* main() {
    const gate = new Future<void>();
    const task = createTask(outer(gate), { name: "t" });
    yield* sleep(1);
    expect(captureCallGraph(task)?.callStack.map(({ functionName }) => functionName)).toEqual([
      "inner",
      "outer",
    ]);
    expect(formatCallGraph(task)).toBe(
      [
        '* Task "t"',
        "  + Call stack:",
        "  |   at inner (inner.ts:4)",
        "  |   at outer (outer.ts:3)",
      ].join("\n"),
    );
    gate.setResult();
    yield* task;
  });
});

test("the report of a deadlock says at which await of the source a task stands", () => {
  const error = errorOf(() => runVirtual(() => outer(new Future()), { name: "main" }));
  expect((error as Error).message).toBe(
    'Deadlock: nothing can run any more; 1 task waits:\n  Task "main" waits for Future in inner (inner.ts:4)',
  );
});
