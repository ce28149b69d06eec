import { type Coroutine, isCoroutine } from "./coroutine.js";
import { Future } from "./future.js";
import type { Loop } from "./loop.js";
import { getRunningLoop } from "./running-loop.js";
import type { Task } from "./task.js";
import { Waitable } from "./waitable.js";

/**
 * True for a future or a task.
 *
 * asyncio: `isfuture`.
 */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}

/** True for what `yield*` can wait for: coroutines, futures, tasks, operations of the library. Not for promises. */
export function isAwaitable(value: unknown): value is Coroutine<unknown> | Waitable<unknown> {
  return value instanceof Waitable || isCoroutine(value);
}

/**
 * The tasks of a loop that are not done, in the order they were made.
 *
 * asyncio: `all_tasks`; the tasks of every run on the loop.
 * @throws {UsageError} when no loop is running and none is given (`ERR_NO_RUNNING_LOOP`).
 */
export function allTasks(loop: Loop = getRunningLoop()): Set<Task<unknown>> {
  const tasks = new Set<Task<unknown>>();
  for (const scope of loop.scopes) for (const task of scope.tasks) tasks.add(task);
  return tasks;
}
