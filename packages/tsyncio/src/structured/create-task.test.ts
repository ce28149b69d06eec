import { describe, expect, it } from "vitest";
import {
  allTasks,
  type Coroutine,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  getRunningLoop,
  sleep,
  Task,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, Steps, thrownBy } from "./steps.contract.js";

function* work(): Coroutine<string> {
  yield* sleep(1);
  return "worked";
}

describe("createTask", () => {
  it("createTask() runs nothing of the coroutine before the next turn", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const task = createTask(function* body() {
        steps.at(2);
        yield* sleep(0);
        steps.at(4);
      });
      steps.at(1);
      yield* sleep(0);
      steps.at(3);
      yield* task;
      steps.end(5);
    });
  });

  it.each<[string, () => Parameters<typeof createTask<string>>[0]]>([
    ["a generator object", () => work()],
    ["a function*", () => work],
    ["a function returning a coroutine", () => () => work()],
    ["an operation of the library", () => sleep(1, "worked")],
  ])("createTask() takes %s", (_name, make) => {
    const seen = runVirtual(function* main() {
      const task = createTask(make());
      expect(task).toBeInstanceOf(Task);
      return yield* task;
    });
    expect(seen).toBe("worked");
  });

  it("createTask() names tasks as told, else by number", () => {
    const names = runVirtual(function* main() {
      const first = createTask(work());
      const named = createTask(work(), { name: "fetch" });
      const second = createTask(work());
      const number = (task: Task<unknown>): number => Number(/^Task-(\d+)$/.exec(task.name)?.[1]);
      named.name = "renamed";
      yield* sleep(2);
      return [number(second) - number(first), named.name, String(named)];
    });
    expect(names).toEqual([1, "renamed", '<Task finished result=string "worked" name="renamed">']);
  });

  it("createTask() with eagerStart runs up to the first wait at once", () => {
    const steps = new Steps();
    runVirtual(function* main() {
      const creator = currentTask();
      steps.at(1);
      const task = createTask(
        function* body() {
          steps.at(2);
          expect(currentTask() === creator).toBe(false);
          yield* sleep(0);
          steps.at(4);
        },
        { eagerStart: true },
      );
      expect(currentTask() === creator).toBe(true);
      steps.at(3);
      yield* task;
      steps.end(5);
    });
  });

  it.each<[string, unknown, string]>([
    ["a number", 42, "expected a coroutine, got number 42; pass what calling a function* returns"],
    [
      "nothing",
      undefined,
      "expected a coroutine, got undefined; pass what calling a function* returns",
    ],
    [
      "a promise",
      Promise.resolve(1),
      "expected a coroutine, got Promise; write the function as function* with yield*, or wrap the promise: fromPromise(promise)",
    ],
    [
      "an async function",
      async function load() {},
      "expected a coroutine, got Promise from function load; write the function as function* with yield*, or wrap the promise: fromPromise(promise)",
    ],
    [
      "a function returning a function",
      () => work,
      "expected a coroutine, got function work from function (anonymous); call the function",
    ],
  ])("createTask() of %s says what to write, and the loop works on", (_name, source, message) => {
    const [error, after] = runVirtual(function* main() {
      const error = thrownBy(() => createTask(source as Coroutine<unknown>));
      return [error, yield* createTask(work())];
    });
    expect(error).toMatchObject({
      name: "TypeError",
      code: "ERR_NOT_A_COROUTINE",
      message: `Cannot create a task: ${message}`,
    });
    expect(after).toBe("worked");
  });

  it("createTask() of a future or a task is an error: it runs already", () => {
    const errors = runVirtual(function* main() {
      const task = createTask(work());
      const future = new Future<number>();
      return [
        thrownBy(() => createTask(task as unknown as Coroutine<string>)),
        thrownBy(() => createTask(future as unknown as Coroutine<number>)),
        yield* task,
      ];
    });
    expect(errors).toMatchObject([
      { code: "ERR_NOT_A_COROUTINE", message: expect.stringMatching(/it runs already; await it/) },
      { code: "ERR_NOT_A_COROUTINE", message: expect.stringMatching(/it runs already; await it/) },
      "worked",
    ]);
  });

  it("createTask() outside a running loop is an error", () => {
    expect(thrownBy(() => createTask(work()))).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_RUNNING_LOOP",
      message:
        "Cannot create a task: no running event loop; do it inside a coroutine started by run()",
    });
  });

  it("createTask() leaves no task behind when it refuses", () => {
    const tasks = runVirtual(function* main() {
      thrownBy(() => createTask(42 as unknown as Coroutine<unknown>));
      yield* sleep(0);
      return allTasks().size;
    });
    expect(tasks).toBe(1);
  });
});

describe("eagerTaskFactory", () => {
  it("eagerTaskFactory makes createTask() run up to the first wait", () => {
    const order = runVirtual(function* main() {
      const order: string[] = [];
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const task = createTask(function* body() {
        order.push("begin");
        yield* sleep(0);
        order.push("end");
      });
      order.push("created");
      yield* task;
      return order;
    });
    expect(order).toEqual(["begin", "created", "end"]);
  });

  it("eagerTaskFactory gives a task that is done when the coroutine does not wait", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const task = createTask(function* body() {
        return allTasks().size;
      });
      return [task.done(), task.result(), task.getCoro()];
    });
    // Two: the task itself counts in its first step.
    expect(seen).toEqual([true, 2, undefined]);
  });

  it("eagerTaskFactory stores an error of the first step, and raises it where it is awaited", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const task = createTask(function* body(): Coroutine<void> {
        throw new Error("at once");
      });
      return [task.done(), yield* raisedBy(task)];
    });
    expect(seen).toEqual([true, new Error("at once")]);
  });

  it("eagerTaskFactory starts a task lazily where eagerStart is false", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      let begun = false;
      const task = createTask(
        function* body(): Coroutine<void> {
          begun = true;
        },
        { eagerStart: false },
      );
      const before = begun;
      yield* task;
      return [before, begun];
    });
    expect(seen).toEqual([false, true]);
  });

  it("eagerTaskFactory takes an eagerStart of undefined for none", () => {
    const done = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const task = createTask(function* body(): Coroutine<void> {}, { eagerStart: undefined });
      return task.done();
    });
    expect(done).toBe(true);
  });

  it("eagerTaskFactory nests: each task runs inside the step of its creator", () => {
    const order = runVirtual(
      function* main() {
        const order: string[] = [];
        getRunningLoop().setTaskFactory(eagerTaskFactory);
        const outer = createTask(
          function* body() {
            order.push(`begin ${currentTask()?.name}`);
            const inner = createTask(
              function* body() {
                order.push(`begin ${currentTask()?.name}`);
                yield* sleep(0);
                order.push(`end ${currentTask()?.name}`);
              },
              { name: "inner" },
            );
            order.push(`created in ${currentTask()?.name}`);
            yield* inner;
          },
          { name: "outer" },
        );
        order.push(`created in ${currentTask()?.name}`);
        yield* outer;
        return order;
      },
      { name: "main" },
    );
    expect(order).toEqual([
      "begin outer",
      "begin inner",
      "created in outer",
      "created in main",
      "end inner",
    ]);
  });

  it("eagerTaskFactory lets a task cancel its creator before the creator holds it", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const creator = currentTask();
      const task = createTask(function* body() {
        creator?.cancel("by the child");
        yield* sleep(1);
        return "goes on";
      });
      const error = yield* raisedBy(sleep(5));
      creator?.uncancel();
      return [error, yield* task];
    });
    expect(seen).toMatchObject([{ name: "CancelledError", reason: "by the child" }, "goes on"]);
  });

  it("createEagerTaskFactory() makes tasks of a class derived from Task", () => {
    class Traced<T> extends Task<T> {}
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(createEagerTaskFactory(Traced));
      const task = createTask(
        function* body(): Coroutine<number> {
          return 1;
        },
        { name: "traced" },
      );
      return [task instanceof Traced, task.name, task.done(), yield* task];
    });
    expect(seen).toEqual([true, "traced", true, 1]);
  });

  it("Loop.setTaskFactory() with a factory that makes no task is an error where it is used", () => {
    const seen = runVirtual(function* main() {
      const loop = getRunningLoop();
      loop.setTaskFactory(() => 42 as unknown as Task<never>);
      const error = thrownBy(() => createTask(work()));
      loop.setTaskFactory(null);
      return [error, yield* createTask(work())];
    });
    expect(seen).toMatchObject([
      {
        code: "ERR_TASK_FACTORY",
        message: "Cannot create a task: the task factory returned number 42; return a Task",
      },
      "worked",
    ]);
  });
});
