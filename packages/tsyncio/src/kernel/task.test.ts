import { describe, expect, test, vi } from "vitest";
import { errorOf, raisedBy, withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  allTasks,
  Context,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  getRunningLoop,
  Loop,
  sleep,
  Task,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

function* quick(): Coroutine<string> {
  return "quick";
}

describe("new Task()", () => {
  test("begins its coroutine in the next turn (B2 37)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = new Task(function* body() {
        log.push("body");
      });
      log.push("made");
      yield* task;
    });
    expect(log).toEqual(["made", "body"]);
  });

  test.each([
    ["a number", 42, /number 42/],
    ["nothing", undefined, /undefined/],
    ["a plain object", {}, /Object/],
    ["an array", [1], /Array/],
    ["a real promise", Promise.resolve(1), /function\* with yield\*, or wrap the promise/],
    ["an async function", async () => 1, /function\* with yield\*, or wrap the promise/],
    ["a function that returns nothing", () => undefined, /undefined from function/],
    ["a function that returns a function", () => quick, /call the function/],
  ])("refuses %s with what to write instead, and the loop goes on", (_name, given, cure) => {
    runVirtual(function* main() {
      const before = allTasks().size;
      for (const make of [createTask, (c: never) => new Task(c)]) {
        const error = errorOf(() => make(given as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({
          code: "ERR_NOT_A_COROUTINE",
          message: expect.stringMatching(cure),
        });
      }
      expect(allTasks().size).toBe(before);
      yield* stillWorks();
    });
  });

  test("refuses a task and a future, which run already", () => {
    runVirtual(function* main() {
      const task = createTask(quick());
      for (const given of [task, new Future()]) {
        const error = errorOf(() => createTask(given as never));
        expect(error).toMatchObject({
          code: "ERR_NOT_A_COROUTINE",
          message: expect.stringMatching(/runs already; await it with yield\*/),
        });
      }
      yield* task;
    });
  });
});

describe("the end of a Task", () => {
  test("with the value that the coroutine returns", () => {
    runVirtual(function* main() {
      const task = createTask(quick());
      expect(yield* task).toBe("quick");
      expect([task.done(), task.cancelled(), task.result()]).toEqual([true, false, "quick"]);
      expect(task.exception()).toBeUndefined();
    });
  });

  test("with the very error that the coroutine raises", () => {
    const error = new Error("failed");
    runVirtual(function* main() {
      const task = createTask(function* fails() {
        yield* sleep(1);
        throw error;
      });
      expect(yield* raisedBy(task)).toBe(error);
      expect(task.exception()).toBe(error);
      expect(errorOf(() => task.result())).toBe(error);
      expect(task.cancelled()).toBe(false);
    });
  });

  test("is the coroutine's affair: setResult() and setException() throw (B2 58)", () => {
    runVirtual(function* main() {
      const task = createTask(sleep(1, "own"));
      expect(() => task.setResult("foreign")).toThrow(withCode("ERR_TASK_RESULT"));
      expect(() => task.setException(new Error("foreign"))).toThrow(withCode("ERR_TASK_RESULT"));
      expect(yield* task).toBe("own");
      yield* stillWorks();
    });
  });

  test("calls the done callbacks with the task in the turn after", () => {
    const log: unknown[] = [];
    runVirtual(function* main() {
      const task = createTask(quick());
      task.addDoneCallback((done) => log.push(done === task, done.result()));
      yield* sleep(0);
      log.push("one turn");
      yield* sleep(0);
    });
    expect(log).toEqual(["one turn", true, "quick"]);
  });
});

describe("awaiting a Task", () => {
  test("that is itself raises ERR_AWAIT_SELF there (B2 56)", () => {
    runVirtual(function* main() {
      const seen: unknown[] = [];
      const task: Task<unknown> = createTask(function* ouroboros() {
        seen.push(yield* raisedBy(task));
        return "survived";
      });
      expect(yield* task).toBe("survived");
      expect(seen).toEqual([withCode("ERR_AWAIT_SELF")]);
      yield* stillWorks();
    });
  });

  test("that is done reads its outcome as often as asked", () => {
    const error = new Error("failed");
    runVirtual(function* main() {
      const task = createTask(function* fails() {
        throw error;
      });
      for (let i = 0; i < 3; i++) expect(yield* raisedBy(task)).toBe(error);
    });
  });

  test("raises at the await what a chain of 10,000 coroutines ends with (B2 65)", () => {
    const nested = function* (depth: number): Coroutine<number> {
      if (depth > 0) return 1 + (yield* nested(depth - 1));
      yield* sleep(1);
      return 0;
    };
    // The depth that the engine's own delegation allows; the kernel adds nothing to it.
    expect(runVirtual(nested(2_000))).toBe(2_000);
  });

  test("of 10,000 tasks that each await the next resolves them all", () => {
    const result = runVirtual(function* main() {
      let last: Future<number> = createTask(sleep(1, 0));
      for (let i = 0; i < 10_000; i++) {
        const inner = last;
        last = createTask(function* next() {
          return (yield* inner) + 1;
        });
      }
      return yield* last;
    });
    expect(result).toBe(10_000);
  });
});

describe("Task.name", () => {
  test("is Task-N by default; a named task takes no number; anything becomes a string (B2 57)", () => {
    runVirtual(function* main() {
      const first = createTask(quick());
      const named = createTask(quick(), { name: "fetch" });
      const second = createTask(quick());
      const numbered = createTask(quick(), { name: 123 as unknown as string });
      const n = Number(/^Task-(\d+)$/.exec(first.name)?.[1]);
      expect(second.name).toBe(`Task-${n + 1}`);
      expect([named.name, numbered.name]).toEqual(["fetch", "123"]);
      named.name = "renamed";
      expect(String(named)).toContain('"renamed"');
      named.name = 7 as unknown as string;
      expect(named.name).toBe("7");
      yield* sleep(0);
    });
  });
});

describe("Task.getCoro() and Task.getContext()", () => {
  test("give what the task runs, and in which context", () => {
    const context = new Context();
    runVirtual(function* main() {
      const coroutine = quick();
      const task = createTask(coroutine, { context });
      expect(task.getCoro() === coroutine).toBe(true);
      expect(task.getContext() === context).toBe(true);
      yield* task;
      expect(task.getCoro() === coroutine).toBe(true);
    });
  });

  test("a given context is used as it is: what the task sets is there afterwards (B2 71)", () => {
    const color = new ContextVar<string>("color");
    const context = new Context();
    runVirtual(function* main() {
      yield* createTask(
        function* sets() {
          color.set("red");
          yield* sleep(0);
        },
        { context },
      );
    });
    expect(context.get(color)).toBe("red");
  });
});

describe("currentTask()", () => {
  test("is the task whose step runs, in nested coroutines too", () => {
    const nested = function* (): Coroutine<unknown> {
      yield* sleep(0);
      return currentTask();
    };
    runVirtual(function* main() {
      const task = createTask(nested());
      expect(currentTask() === task).toBe(false);
      expect((yield* task) === task).toBe(true);
      expect((yield* nested()) === currentTask()).toBe(true);
      expect(currentTask(getRunningLoop()) === currentTask()).toBe(true);
    });
  });

  test("is undefined inside a callback, and for a loop that does not run (B2 59)", () => {
    const seen: unknown[] = [];
    runVirtual(function* main() {
      getRunningLoop().callSoon(() => seen.push(currentTask()));
      seen.push(currentTask(new Loop(new VirtualHost())));
      yield* sleep(0);
    });
    expect(seen).toEqual([undefined, undefined]);
  });

  test("throws outside a loop", () => {
    expect(() => currentTask()).toThrow(withCode("ERR_NO_RUNNING_LOOP"));
  });
});

describe("allTasks()", () => {
  test("are those that are not done, this one included, in the order of their making (B2 60)", () => {
    const names = (loop?: Loop): string[] => [...allTasks(loop)].map(({ name }) => name);
    runVirtual(
      function* main() {
        yield* createTask(quick(), { name: "done" });
        const a = createTask(sleep(1), { name: "a" });
        createTask(sleep(2), { name: "b" });
        expect(names()).toEqual(["main", "a", "b"]);
        yield* a;
        expect(names(getRunningLoop())).toEqual(["main", "b"]);
      },
      { name: "main" },
    );
  });

  test("contain a task in its eager first step", () => {
    runVirtual(function* main() {
      const seen: boolean[] = [];
      const task = createTask(
        function* eager() {
          seen.push(allTasks().has(currentTask() as Task<unknown>));
        },
        { eagerStart: true },
      );
      expect(seen).toEqual([true]);
      expect(allTasks().has(task)).toBe(false);
    });
  });

  test("throw outside a loop when none is given", () => {
    expect(() => allTasks()).toThrow(withCode("ERR_NO_RUNNING_LOOP"));
    expect(allTasks(new Loop(new VirtualHost())).size).toBe(0);
  });
});

describe("Task.toString()", () => {
  test("says the state, the name and what it waits for (B2 73)", () => {
    runVirtual(function* main() {
      const future = new Future<void>();
      const task = createTask(
        function* waits() {
          try {
            yield* future;
          } finally {
            yield* sleep(5);
          }
        },
        { name: "t" },
      );
      expect(String(task)).toBe('<Task pending name="t">');
      yield* sleep(0);
      expect(String(task)).toBe('<Task pending name="t" waiting for Future>');
      task.cancel();
      expect(String(task)).toBe('<Task cancelling name="t" waiting for Future>');
      yield* sleep(0);
      expect(String(task)).toBe('<Task cancelling name="t" waiting for sleep(5)>');
      yield* sleep(10);
      expect(String(task)).toBe('<Task cancelled name="t">');
      const finished = createTask(quick(), { name: "q" });
      yield* finished;
      expect(String(finished)).toBe('<Task finished result=string "quick" name="q">');
    });
  });
});

describe("Task.getStack() and Task.printStack()", () => {
  test("have nothing to show for a task that is done or on a host that cannot tell", () => {
    const lines: unknown[] = [];
    const spy = vi.spyOn(console, "error").mockImplementation((line) => lines.push(line));
    try {
      runVirtual(function* main() {
        const pending = createTask(sleep(1), { name: "p" });
        expect(pending.getStack()).toEqual([]);
        pending.printStack();
        yield* pending;
        expect(pending.getStack()).toEqual([]);
        const failed = createTask(
          function* fails() {
            throw new Error("failed");
          },
          { name: "f" },
        );
        yield* sleep(0);
        failed.printStack();
      });
    } finally {
      spy.mockRestore();
    }
    expect(lines).toEqual(['No stack for <Task pending name="p">', 'Error of Task "f":']);
  });
});

test("a task is held by its run although nobody else holds it", () => {
  const log: string[] = [];
  runVirtual(function* main() {
    createTask(function* background() {
      yield* sleep(5);
      log.push("ran to its end");
    });
    yield* sleep(10);
  });
  expect(log).toEqual(["ran to its end"]);
});
