/** The current task's cancellation as an `AbortSignal`, for functions that take one. */
import type { CancelListener, CancelScope } from "../kernel/cancel-scope.js";
import { type CancelRequest, cancelledError } from "../kernel/cancelled-error.js";
import { current } from "../kernel/current.js";
import { UsageError } from "../kernel/errors.js";
import type { Task } from "../kernel/task.js";

/** The signals that were handed out in a task, by the block they were handed out in; undefined is the task itself. */
class TaskSignals implements CancelListener {
  readonly #task: Task<unknown>;
  readonly #controllers = new Map<CancelScope | undefined, AbortController>();

  constructor(task: Task<unknown>) {
    this.#task = task;
  }

  get(): AbortSignal {
    const { innermost } = this.#task;
    const known = this.#controllers.get(innermost);
    if (known !== undefined && !(known.signal.aborted && this.#task.cancelling() === 0)) {
      return known.signal;
    }
    this.#forgetLeftBlocks();
    const controller = new AbortController();
    this.#controllers.set(innermost, controller);
    return controller.signal;
  }

  /** Ends the signals of the block that asked and of those inside it; of all when no block did. */
  cancelled(request: CancelRequest): void {
    const reason = cancelledError(request);
    const scopes = this.#scopes();
    const ends = scopes.indexOf(request.scope as CancelScope | undefined);
    const ended = new Set(
      request.scope === undefined || ends < 0 ? scopes : scopes.slice(0, ends + 1),
    );
    for (const [scope, controller] of this.#controllers) {
      if (ended.has(scope)) controller.abort(reason);
    }
  }

  /** The blocks the task is in, from the innermost to the task itself. */
  #scopes(): (CancelScope | undefined)[] {
    const scopes: (CancelScope | undefined)[] = [];
    for (let scope = this.#task.innermost; scope !== undefined; scope = scope.outer) {
      scopes.push(scope);
    }
    scopes.push(undefined);
    return scopes;
  }

  #forgetLeftBlocks(): void {
    const scopes = new Set(this.#scopes());
    for (const scope of this.#controllers.keys()) {
      if (!scopes.has(scope)) this.#controllers.delete(scope);
    }
  }
}

/**
 * A signal that is aborted when the innermost `timeout()` or task group block around the call, or the current task, is
 * cancelled: `fetch(url, { signal: currentSignal() })`. The same one is given until it is aborted; after a cancellation
 * that was undone (`uncancel`) a fresh one.
 *
 * asyncio: none.
 * @throws {UsageError} outside a task (`ERR_NO_TASK`).
 */
export function currentSignal(): AbortSignal {
  const task = current.task as Task<unknown> | undefined;
  if (task === undefined) {
    throw new UsageError(
      "ERR_NO_TASK",
      "Cannot get the current signal: there is no current task; ask inside a coroutine",
    );
  }
  task.cancelListener ??= new TaskSignals(task);
  return (task.cancelListener as TaskSignals).get();
}
