/** The report for a loop on which nothing can ever run again: who waits on what, and who holds it. */
import { DeadlockError } from "./errors.js";
import type { Loop } from "./loop.js";
import type { Scope } from "./scope.js";
import type { Task } from "./task.js";
import { placeOfTask } from "./task-place.js";

/** The tasks with what each waits for, who holds that, and where its coroutine stands, one a line. */
export function describeWaits(tasks: Iterable<Task<unknown>>): string {
  return Array.from(tasks, (task) => `  ${describeWait(task)}`).join("\n");
}

function describeWait(task: Task<unknown>): string {
  const { waitingOn } = task;
  const place = placeOfTask(task);
  if (waitingOn === undefined) return `${task.describe()} is ready to run${place}`;
  const holders = [...waitingOn.heldBy()].filter((holder) => holder !== waitingOn);
  const held =
    holders.length === 0
      ? ""
      : `, held by ${holders.map((holder) => (holder as Task<unknown>).describe()).join(", ")}`;
  return `${task.describe()} waits for ${waitingOn.describe()}${held}${place}`;
}

/** The first cycle of tasks that wait for each other, in waiting order; undefined when there is none. */
export function findCycle(tasks: Iterable<Task<unknown>>): Task<unknown>[] | undefined {
  const cleared = new Set<Task<unknown>>();
  for (const start of tasks) {
    const cycle = cycleFrom(start, [], cleared);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function cycleFrom(
  task: Task<unknown>,
  path: Task<unknown>[],
  cleared: Set<Task<unknown>>,
): Task<unknown>[] | undefined {
  const seen = path.indexOf(task);
  if (seen >= 0) return path.slice(seen);
  if (cleared.has(task)) return undefined;
  path.push(task);
  for (const holder of (task.waitingOn?.heldBy() ?? []) as Iterable<Task<unknown>>) {
    const cycle = cycleFrom(holder, path, cleared);
    if (cycle !== undefined) return cycle;
  }
  path.pop();
  cleared.add(task);
  return undefined;
}

/** The error for `loop`: the tasks of `scope`, or of all that is left on the loop. */
export function deadlockError(loop: Loop, scopes: Iterable<Scope> = loop.scopes): DeadlockError {
  const tasks: Task<unknown>[] = [];
  for (const scope of scopes) tasks.push(...scope.tasks);
  const cycle = findCycle(tasks);
  const circle =
    cycle === undefined
      ? ""
      : `\nin a circle: ${[...cycle, cycle[0] as Task<unknown>].map((t) => t.describe()).join(" -> ")}`;
  const waiting =
    tasks.length === 0
      ? "no task is left, and what is waited for cannot come"
      : `${tasks.length} ${tasks.length === 1 ? "task waits" : "tasks wait"}:\n${describeWaits(tasks)}`;
  return new DeadlockError(`Deadlock: nothing can run any more; ${waiting}${circle}`);
}
