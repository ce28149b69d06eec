import { describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  currentTask,
  type ExceptionContext,
  ExceptionGroup,
  eagerTaskFactory,
  getRunningLoop,
  isCancelled,
  sleep,
  type Task,
  TaskGroup,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy } from "./steps.contract.js";

function* fails(delay: number, message: string): Coroutine<never> {
  yield* sleep(delay);
  throw new Error(message);
}

/** How a block under a task group ended, in a task that is cancelled at the given times. */
function endOf(
  cancelledAt: readonly number[],
  block: (group: TaskGroup) => Coroutine<unknown>,
): { error: string; errors: string[]; time: number; cancelling: number; again: boolean } {
  return runVirtual(function* main() {
    const loop = getRunningLoop();
    const task = createTask(function* body() {
      const error = yield* raisedBy(asyncWith(new TaskGroup(), block));
      const time = loop.time();
      const cancelling = currentTask()?.cancelling() ?? -1;
      const again = isCancelled(yield* raisedBy(sleep(1)));
      const errors = error instanceof ExceptionGroup ? error.errors : [];
      return {
        error: (error as Error).name,
        errors: errors.map((member) => (member as Error).message),
        time,
        cancelling,
        again,
      };
    });
    yield* sleep(0);
    for (const when of cancelledAt) loop.callAt(when, () => task.cancel());
    return yield* task;
  });
}

describe("TaskGroup, cancelled from outside", () => {
  it("TaskGroup whose task is cancelled cancels the members and goes on cancelled", () => {
    const members: Task<unknown>[] = [];
    const end = endOf([1], function* block(group) {
      members.push(group.createTask(sleep(100)), group.createTask(sleep(100)));
      yield* sleep(100);
    });
    expect(end).toMatchObject({ error: "CancelledError", time: 1, cancelling: 1, again: false });
    expect(members.map((member) => member.cancelled())).toEqual([true, true]);
  });

  it("TaskGroup whose task is cancelled while it waits for members cancels them", () => {
    const members: Task<unknown>[] = [];
    const end = endOf([1], function* block(group) {
      members.push(group.createTask(sleep(100)));
    });
    expect(end).toMatchObject({ error: "CancelledError", time: 1, cancelling: 1 });
    expect(members.map((member) => member.cancelled())).toEqual([true]);
  });

  it("TaskGroup cancelled from outside whose member fails raises the group, and is cancelled again", () => {
    const end = endOf([1], function* block(group) {
      group.createTask(function* member() {
        try {
          yield* sleep(100);
        } catch {
          throw new Error("cleanup failed");
        }
      });
      yield* sleep(100);
    });
    expect(end).toEqual({
      error: "ExceptionGroup",
      errors: ["cleanup failed"],
      time: 1,
      cancelling: 1,
      again: true,
    });
  });

  it("TaskGroup cancelled from outside just before a member's error is cancelled", () => {
    const end = endOf([1], function* block(group) {
      group.createTask(fails(1, "member"));
      yield* sleep(100);
    });
    expect(end).toMatchObject({ error: "CancelledError", time: 1, cancelling: 1, again: false });
  });

  it("TaskGroup cancelled from outside just after a member's error raises it, and is cancelled again", () => {
    const end = endOf([], function* block(group) {
      const parent = currentTask();
      group.createTask(fails(1, "member"));
      yield* sleep(0);
      yield* sleep(0);
      getRunningLoop().callAt(1, () => parent?.cancel());
      yield* sleep(100);
    });
    expect(end).toMatchObject({ errors: ["member"], time: 1, cancelling: 1, again: true });
  });

  it("TaskGroup does not pass a second cancellation on to members that survived the first", () => {
    const log: unknown[] = [];
    const end = endOf([1, 2], function* block(group) {
      const member = group.createTask(function* survives() {
        try {
          yield* sleep(100);
        } catch {
          yield* sleep(9);
          log.push("member ends", member.cancelling());
        }
      });
      yield* sleep(100);
    });
    expect(log).toEqual(["member ends", 1]);
    expect(end).toMatchObject({ error: "CancelledError", time: 10, cancelling: 2 });
  });

  it("TaskGroup lets a CancelledError raised by hand pass as it is", () => {
    const end = endOf([], function* block(group) {
      const member = group.createTask(sleep(100));
      member.cancel("by hand");
      yield* member;
    });
    expect(end).toMatchObject({ error: "CancelledError", time: 0, cancelling: 0, again: false });
  });

  it("TaskGroup that fails re-cancels a task that swallowed a cancellation without uncancel()", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        yield* raisedBy(sleep(100));
        const error = yield* raisedBy(
          asyncWith(new TaskGroup(), function* block(group) {
            group.createTask(fails(1, "member"));
            yield* sleep(100);
          }),
        );
        return [error instanceof ExceptionGroup, isCancelled(yield* raisedBy(sleep(1)))];
      });
      yield* sleep(1);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, true]);
  });

  it("TaskGroup that is nested unwinds before the one around it", () => {
    const log: string[] = [];
    const end = endOf([1], function* outer(group) {
      function* member(name: string, cleanup: number): Coroutine<void> {
        try {
          yield* sleep(100);
        } finally {
          yield* sleep(cleanup);
          log.push(name);
        }
      }
      group.createTask(member("outer", 1));
      yield* asyncWith(new TaskGroup(), function* inner(group) {
        group.createTask(member("inner", 3));
        yield* sleep(100);
      });
    });
    expect(log).toEqual(["inner", "outer"]);
    expect(end).toMatchObject({ error: "CancelledError", time: 5, cancelling: 1 });
  });

  it("TaskGroup reports an error that comes when the task of its block is done", () => {
    const reports: ExceptionContext[] = [];
    runVirtual(
      function* main() {
        const group = new TaskGroup();
        const opener = createTask(function* opens() {
          yield* group.enter();
        });
        yield* opener;
        group.createTask(fails(1, "orphan"), { name: "member" });
        yield* sleep(2);
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(reports.map(({ message, exception }) => [message, exception])).toEqual([
      [
        'Task "member" has errored out but its parent task is already completed',
        new Error("orphan"),
      ],
    ]);
  });
});

describe("TaskGroup.cancel", () => {
  it("TaskGroup.cancel() ends the members and the block without an error", () => {
    const seen = runVirtual(function* main() {
      let member: Task<unknown> | undefined;
      const value = yield* asyncWith(new TaskGroup(), function* block(group) {
        member = group.createTask(sleep(100));
        getRunningLoop().callLater(1, () => group.cancel());
        yield* sleep(100);
        return "not reached";
      });
      const cancelling = currentTask()?.cancelling();
      yield* sleep(1);
      return [value, member?.cancelled(), cancelling, getRunningLoop().time()];
    });
    expect(seen).toEqual([undefined, true, 0, 2]);
  });

  it("TaskGroup.cancel() in the block ends it at its next await", () => {
    const seen = runVirtual(function* main() {
      const log: string[] = [];
      yield* asyncWith(new TaskGroup(), function* block(group) {
        group.cancel();
        log.push("goes on");
        yield* sleep(1);
        log.push("not reached");
      });
      return [log, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual([["goes on"], 0, 0]);
  });

  it("TaskGroup.cancel() in a block that does not wait again gives the block's value", () => {
    const seen = runVirtual(function* main() {
      const value = yield* asyncWith(new TaskGroup(), function* block(group) {
        group.createTask(sleep(100));
        group.cancel();
        return "value";
      });
      yield* sleep(1);
      return [value, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual(["value", 0, 1]);
  });

  it("TaskGroup.cancel() by a member ends the others", () => {
    const seen = runVirtual(function* main() {
      const log: string[] = [];
      yield* asyncWith(new TaskGroup(), function* block(group) {
        group.createTask(function* ends() {
          yield* sleep(1);
          group.cancel();
          log.push("asked");
        });
        group.createTask(function* other() {
          try {
            yield* sleep(100);
          } finally {
            log.push("other ends");
          }
        });
      });
      return [log, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual([["asked", "other ends"], 0, 1]);
  });

  it("TaskGroup.cancel() before the block ends the block at its first await", () => {
    const seen = runVirtual(function* main() {
      const log: string[] = [];
      const group = new TaskGroup();
      group.cancel();
      group.cancel();
      yield* asyncWith(group, function* block() {
        log.push("begins");
        yield* sleep(1);
        log.push("not reached");
      });
      return [log, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual([["begins"], 0, 0]);
  });

  it("TaskGroup.cancel() again, and after the end, does nothing", () => {
    const seen = runVirtual(function* main() {
      const group = new TaskGroup();
      yield* asyncWith(group, function* block() {
        group.cancel();
        group.cancel();
        yield* sleep(1);
      });
      group.cancel();
      yield* sleep(1);
      return [currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual([0, 1]);
  });

  it("TaskGroup.cancel() makes createTask() refuse, and the refusal is the block's error", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.cancel();
          group.createTask(sleep(1));
        }),
      ),
    );
    expect((error as ExceptionGroup).errors).toMatchObject([
      {
        code: "ERR_TASK_GROUP_STATE",
        message: "Cannot create a task in this group: it is shutting down",
      },
    ]);
  });

  it("TaskGroup.cancel() keeps the errors that members raise in their cleanup", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* member() {
            try {
              yield* sleep(100);
            } catch {
              throw new Error("cleanup");
            }
          });
          yield* sleep(1);
          group.cancel();
        }),
      ),
    );
    expect((error as ExceptionGroup).errors).toEqual([new Error("cleanup")]);
  });

  it("TaskGroup.cancel() does not swallow a cancellation from outside", () => {
    const seen = runVirtual(function* main() {
      const task = createTask(function* body() {
        const error = yield* raisedBy(
          asyncWith(new TaskGroup(), function* block(group) {
            group.createTask(function* slow() {
              try {
                yield* sleep(100);
              } finally {
                yield* sleep(5);
              }
            });
            getRunningLoop().callLater(1, () => group.cancel());
          }),
        );
        return [isCancelled(error), currentTask()?.cancelling(), getRunningLoop().time()];
      });
      yield* sleep(3);
      task.cancel();
      return yield* task;
    });
    expect(seen).toEqual([true, 1, 6]);
  });

  it("TaskGroup.cancel() by an eager member in its first step ends that member too", () => {
    const seen = runVirtual(function* main() {
      getRunningLoop().setTaskFactory(eagerTaskFactory);
      let member: Task<unknown> | undefined;
      yield* asyncWith(new TaskGroup(), function* block(group) {
        member = group.createTask(function* first() {
          group.cancel();
          yield* sleep(100);
        });
      });
      return [member?.cancelled(), getRunningLoop().time()];
    });
    expect(seen).toEqual([true, 0]);
  });
});
