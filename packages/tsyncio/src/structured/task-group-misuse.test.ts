import { describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  type ExceptionGroup,
  getRunningLoop,
  sleep,
  TaskGroup,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy, thrownBy } from "./steps.contract.js";

describe("TaskGroup, misused", () => {
  const refused = "Cannot create a task in this group";

  it("TaskGroup.createTask() is refused before the block, and does not run the coroutine", () => {
    const seen = runVirtual(function* main() {
      let ran = false;
      const error = thrownBy(() =>
        new TaskGroup().createTask(function* member() {
          ran = true;
        }),
      );
      yield* sleep(1);
      return [error, ran];
    });
    expect(seen).toMatchObject([
      {
        name: "UsageError",
        code: "ERR_TASK_GROUP_STATE",
        message: `${refused}: it has not been entered; use it by asyncWith`,
      },
      false,
    ]);
  });

  it("TaskGroup.createTask() is refused after the last member has ended", () => {
    const error = runVirtual(function* main() {
      const group = new TaskGroup();
      yield* asyncWith(group, function* block() {});
      return thrownBy(() => group.createTask(sleep(1)));
    });
    expect(error).toMatchObject({
      code: "ERR_TASK_GROUP_STATE",
      message: `${refused}: it is finished`,
    });
  });

  it("TaskGroup.createTask() is refused while the group ends its members", () => {
    const seen = runVirtual(function* main() {
      let refusal: unknown;
      const error = yield* raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(function* member() {
            try {
              yield* sleep(100);
            } catch {
              yield* sleep(1);
              refusal = thrownBy(() => group.createTask(sleep(1)));
            }
          });
          yield* sleep(1);
          throw new Error("block");
        }),
      );
      return [refusal, error];
    });
    expect(seen).toMatchObject([
      { code: "ERR_TASK_GROUP_STATE", message: `${refused}: it is shutting down` },
      { errors: [new Error("block")] },
    ]);
  });

  it("TaskGroup may be entered once", () => {
    const seen = runVirtual(function* main() {
      const group = new TaskGroup();
      const inside = yield* asyncWith(group, function* block() {
        return yield* raisedBy(asyncWith(group, function* again() {}));
      });
      const after = yield* raisedBy(asyncWith(group, function* again() {}));
      return [inside, after];
    });
    const error = {
      name: "UsageError",
      code: "ERR_TASK_GROUP_STATE",
      message:
        "Cannot enter task group: it has already been entered; make a new one for each block",
    };
    expect(seen).toMatchObject([error, error]);
  });

  it("TaskGroup cannot be entered outside a task", () => {
    const error = runVirtual(function* main() {
      let error: unknown;
      getRunningLoop().callSoon(() => {
        error = thrownBy(() => new TaskGroup().enter().next());
      });
      yield* sleep(0);
      yield* sleep(0);
      return error;
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_NO_TASK",
      message: "Cannot enter task group: there is no current task; use it in a coroutine",
    });
  });

  it("TaskGroup.createTask() of what is no coroutine is an error of the block", () => {
    const error = runVirtual(() =>
      raisedBy(
        asyncWith(new TaskGroup(), function* block(group) {
          group.createTask(42 as unknown as Coroutine<void>);
        }),
      ),
    );
    expect((error as ExceptionGroup).errors).toMatchObject([{ code: "ERR_NOT_A_COROUTINE" }]);
  });
});
