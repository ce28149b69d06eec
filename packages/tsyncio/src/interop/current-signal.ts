/** The current task's cancellation as an `AbortSignal`, for functions that take one. */
import type { CancelListener, CancelScope } from "../kernel/cancel-scope.js";
import { type CancelRequest, cancelledError } from "../kernel/cancelled-error.js";
import { current } from "../kernel/current.js";
import { UsageError } from "../kernel/errors.js";
import type { Task } from "../kernel/task.js";

/** The controller of each signal, for as long as somebody holds the signal. */
const controllers = new WeakMap<AbortSignal, AbortController>();

/**
 * The signals that were handed out in a task, by the block they were handed out in; undefined is the task itself.
 *
 * S1. The signal of a block that the task has left belongs to the nearest block around it that the task is still in. It
 * is not kept alive for that: a task that goes through blocks for ever keeps none of them.
 */
class TaskSignals implements CancelListener {
  readonly #task: Task<unknown>;
  readonly #signals = new Map<CancelScope | undefined, AbortSignal>();
  readonly #ofLeftBlocks = new Map<CancelScope, WeakRef<AbortSignal>>();

  constructor(task: Task<unknown>) {
    this.#task = task;
  }

  get(): AbortSignal {
    const { innermost } = this.#task;
    const known = this.#signals.get(innermost);
    if (known !== undefined && !(known.aborted && this.#task.cancelling() === 0)) return known;
    this.#releaseLeftBlocks();
    const controller = new AbortController();
    const { signal } = controller;
    controllers.set(signal, controller);
    this.#signals.set(innermost, signal);
    const { thrown } = this.#task;
    // Cancelled already, and to be told at its next wait.
    if (thrown !== undefined && "reason" in thrown) controller.abort(cancelledError(thrown));
    return signal;
  }

  /** Ends the signals of the block that asked and of those inside it; of all when no block did. */
  cancelled(request: CancelRequest): void {
    const reason = cancelledError(request);
    const blocks = this.#blocks();
    const asking = blocks.indexOf(request.scope as CancelScope | undefined);
    const ended = new Set(
      request.scope === undefined || asking < 0 ? blocks : blocks.slice(0, asking + 1),
    );
    const entered = new Set(blocks);
    const end = (signal: AbortSignal | undefined, block: CancelScope | undefined): void => {
      let around = block;
      while (!entered.has(around)) around = around?.outer;
      if (signal !== undefined && ended.has(around)) controllers.get(signal)?.abort(reason);
    };
    for (const [block, signal] of this.#signals) end(signal, block);
    for (const [block, signal] of this.#ofLeftBlocks) end(signal.deref(), block);
  }

  /** The blocks the task is in, from the innermost to the task itself. */
  #blocks(): (CancelScope | undefined)[] {
    const blocks: (CancelScope | undefined)[] = [];
    for (let block = this.#task.innermost; block !== undefined; block = block.outer) {
      blocks.push(block);
    }
    blocks.push(undefined);
    return blocks;
  }

  /** S1. */
  #releaseLeftBlocks(): void {
    const entered = new Set(this.#blocks());
    for (const [block, signal] of this.#signals) {
      if (block === undefined || entered.has(block)) continue;
      this.#signals.delete(block);
      if (!signal.aborted) this.#ofLeftBlocks.set(block, new WeakRef(signal));
    }
    for (const [block, signal] of this.#ofLeftBlocks) {
      if (signal.deref() === undefined) this.#ofLeftBlocks.delete(block);
    }
  }
}

/**
 * A signal that is aborted when a `timeout()` or task group block around the call, or the current task, is cancelled:
 * `fetch(url, { signal: currentSignal() })`. Inside one block the same one is given until it is aborted; after a
 * cancellation that was undone (`uncancel`) a fresh one.
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
