import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import type { Loop, TaskFactory } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import { Task, type TaskOptions } from "../kernel/task.js";

/**
 * Starts `coroutine` as a task of the current run; it begins in the loop's next turn.
 *
 * The run holds the task until it is done and cancels it when main ends.
 *
 * asyncio: `create_task`.
 * @throws {TypeError} when it is no coroutine (`ERR_NOT_A_COROUTINE`).
 * @throws {UsageError} outside a running loop (`ERR_NO_RUNNING_LOOP`).
 * @example
 * const task = createTask(sleep(1, "done"), { name: "nap" });
 * yield* task; // => "done"
 */
export function createTask<T>(coroutine: TaskSource<T>, options?: TaskOptions): Task<T> {
  return runningLoop("create a task").createTask(coroutine, options);
}

/** Makes a task; a class derived from `Task` fits. */
export type TaskConstructor = new <T>(
  coroutine: TaskSource<T>,
  options: TaskOptions & { loop: Loop },
) => Task<T>;

/**
 * A task factory whose tasks run up to their first wait inside `createTask`.
 *
 * asyncio: `create_eager_task_factory`.
 * @param TaskClass - makes the tasks, by `new`.
 */
export function createEagerTaskFactory(TaskClass: TaskConstructor): TaskFactory {
  return (loop, coroutine, options) =>
    new TaskClass(coroutine, { ...options, eagerStart: options.eagerStart ?? true, loop });
}

/**
 * The task factory whose tasks run up to their first wait inside `createTask`: for `loop.setTaskFactory`.
 *
 * asyncio: `eager_task_factory`.
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task);
