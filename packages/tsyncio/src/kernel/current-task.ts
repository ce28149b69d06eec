import { current } from "./current.js";
import { describeValue, typeError, UsageError } from "./errors.js";
import type { Loop } from "./loop.js";
import { Task } from "./task.js";

/**
 * The task whose step is running, undefined inside a plain callback.
 *
 * asyncio: `current_task`.
 * @throws {UsageError} when no loop is running and none is given (`ERR_NO_RUNNING_LOOP`).
 */
export function currentTask(loop?: Loop): Task<unknown> | undefined {
  if (loop === undefined && current.loop === undefined) {
    throw new UsageError(
      "ERR_NO_RUNNING_LOOP",
      "Cannot get the current task: no running event loop; ask inside a coroutine started by run()",
    );
  }
  if (loop !== undefined && loop !== current.loop) return undefined;
  return current.task as Task<unknown> | undefined;
}

/** Throws unless `value` is a task-like thing made by a task factory. @internal */
export function checkTask(value: unknown): Task<unknown> {
  if (value instanceof Task) return value as Task<unknown>;
  throw typeError(
    "ERR_TASK_FACTORY",
    `Cannot create a task: the task factory returned ${describeValue(value)}; return a Task`,
  );
}
