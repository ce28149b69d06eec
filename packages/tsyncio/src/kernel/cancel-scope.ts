/**
 * The blocks a task is inside of that may cancel it: timeouts and task groups. Kept so that `currentSignal()` can give a
 * signal that ends with the innermost block, and as the ground on which level-triggered scopes can be laid.
 */
import type { CancelRequest } from "./cancelled-error.js";
import type { Task } from "./task.js";

/** A block of a task that may cancel it. */
export interface CancelScope {
  /** The block around it. */
  outer: CancelScope | undefined;
}

/** Aborts what was handed out in the blocks that a cancellation ends. */
export interface CancelListener {
  cancelled(request: CancelRequest): void;
}

/** Notes that `task` has entered `scope`. */
export function enterScope(task: Task<unknown>, scope: CancelScope): void {
  scope.outer = task.innermost;
  task.innermost = scope;
}

/** Notes that `task` has left `scope`; blocks left out of order are taken out where they are. */
export function leaveScope(task: Task<unknown>, scope: CancelScope): void {
  if (task.innermost === scope) {
    task.innermost = scope.outer;
    return;
  }
  for (let inner = task.innermost; inner !== undefined; inner = inner.outer) {
    if (inner.outer !== scope) continue;
    inner.outer = scope.outer;
    return;
  }
}
