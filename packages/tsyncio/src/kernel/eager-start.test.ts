import { describe, expect, test } from "vitest";
import { errorOf, raisedBy } from "../../test/errors.js";
import { steps } from "../../test/steps.js";
import {
  allTasks,
  ContextVar,
  type Coroutine,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  gather,
  getRunningLoop,
  KeyboardInterrupt,
  Loop,
  sleep,
  type Task,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

const eager = { eagerStart: true } as const;

describe("an eager start", () => {
  test("runs the body up to its first wait inside createTask() (B2 79)", () => {
    const { at, end } = steps();
    runVirtual(function* main() {
      const task = createTask(function* body() {
        at(1);
        yield* sleep(0);
        at(3);
      }, eager);
      at(2);
      yield* task;
      end(4);
    });
  });

  test("of a coroutine that never waits gives a task that is done, and forgets it (B2 80)", () => {
    runVirtual(function* main() {
      const task = createTask(function* body() {
        return "done";
      }, eager);
      expect([task.done(), task.result(), task.getCoro()]).toEqual([true, "done", undefined]);
      expect(allTasks().has(task)).toBe(false);
      expect(yield* task).toBe("done");
    });
  });

  test("stores an error of the first step and does not raise it at the creator (B2 81)", () => {
    const error = new Error("at once");
    runVirtual(function* main() {
      const task = createTask(function* body() {
        throw error;
      }, eager);
      expect(task.exception()).toBe(error);
      expect(task.getCoro()).toBeUndefined();
    });
  });

  test("raises KeyboardInterrupt at the creator, who ends with it", () => {
    const interrupt = new KeyboardInterrupt();
    const seen: unknown[] = [];
    const raised = errorOf(() =>
      runVirtual(
        function* main() {
          try {
            createTask(function* body() {
              throw interrupt;
            }, eager);
          } catch (error) {
            seen.push(error, currentTask()?.name);
            throw error;
          }
        },
        { name: "main" },
      ),
    );
    expect(raised).toBe(interrupt);
    expect(seen).toEqual([interrupt, "main"]);
  });

  test("makes it the current task for the step, three deep too (B2 82)", () => {
    const seen: (string | undefined)[] = [];
    const nested = function* (depth: number): Coroutine<void> {
      seen.push(currentTask()?.name);
      if (depth > 0) createTask(nested(depth - 1), { ...eager, name: `depth ${depth - 1}` });
      seen.push(currentTask()?.name);
    };
    runVirtual(nested(3), { name: "depth 3" });
    const down = ["depth 3", "depth 2", "depth 1", "depth 0"];
    expect(seen).toEqual([...down, ...down.toReversed()]);
  });

  test("runs in a context of its own (B2 83)", () => {
    const color = new ContextVar("color", { default: "none" });
    runVirtual(function* main() {
      color.set("main's");
      const task = createTask(function* body() {
        const inherited = color.get();
        color.set("child's");
        yield* sleep(0);
        return [inherited, color.get()];
      }, eager);
      expect(color.get()).toBe("main's");
      expect(yield* task).toEqual(["main's", "child's"]);
    });
  });

  test("that ended calls the done callbacks through the loop (B2 84)", () => {
    const log: string[] = [];
    runVirtual(function* main() {
      const task = createTask(function* body() {}, eager);
      task.addDoneCallback(() => log.push("callback"));
      log.push("sync");
      yield* sleep(0);
    });
    expect(log).toEqual(["sync", "callback"]);
  });

  test("on a loop that does not run is a normal one (B2 85)", () => {
    const log: string[] = [];
    const loop = new Loop(new VirtualHost());
    loop.setTaskFactory(eagerTaskFactory);
    const task = loop.createTask(function* body() {
      log.push("body");
    });
    log.push("made");
    loop.runUntilComplete(task);
    expect(log).toEqual(["made", "body"]);
  });

  test("for another loop than the running one is a normal one", () => {
    const log: string[] = [];
    const other = new Loop(new VirtualHost());
    runVirtual(function* main() {
      other.createTask(function* body() {
        log.push("body");
      }, eager);
      yield* sleep(1);
    });
    expect(log).toEqual([]);
    other.callLater(1, () => other.stop());
    void other.runForever();
    expect(log).toEqual(["body"]);
  });

  test("of members makes gather() done at the call (B2 87)", () => {
    runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const one = function* (): Coroutine<number> {
        return 1;
      };
      expect(gather(one(), one()).result()).toEqual([1, 1]);
    });
  });

  test("gives way to eagerStart: false, and is there without the factory (B2 88)", () => {
    const log: string[] = [];
    const noting = function* (what: string): Coroutine<void> {
      log.push(what);
    };
    runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      const lazy = createTask(noting("lazy"), { eagerStart: false });
      log.push("made");
      yield* lazy;
      getRunningLoop().setTaskFactory(null);
      createTask(noting("eager"), eager);
      log.push("made");
    });
    expect(log).toEqual(["made", "lazy", "eager", "made"]);
  });

  test("that waits is cancelled as any task is", () => {
    runVirtual(function* main() {
      const future = new Future<void>();
      const task = createTask(function* body() {
        yield* future;
      }, eager);
      expect(task.cancel("why")).toBe(true);
      expect(future.cancelled()).toBe(true);
      expect(yield* raisedBy(task)).toMatchObject({ reason: "why" });
    });
  });

  test("that cancels its creator hits it at its next wait", () => {
    runVirtual(function* main() {
      const creator = createTask(function* creates() {
        const self = currentTask() as Task<unknown>;
        createTask(function* cancels() {
          self.cancel("by the child");
        }, eager);
        yield* sleep(0);
      });
      expect(yield* raisedBy(creator)).toMatchObject({ reason: "by the child" });
    });
  });
});
