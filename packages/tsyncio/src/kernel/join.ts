import type { CancelRequest } from "./cancelled-error.js";
import { current, finished, RESUMED, type Runnable, type Suspension, suspend } from "./current.js";
import { UsageError } from "./errors.js";
import type { Lowered } from "./frame.js";
import type { Loop } from "./loop.js";
import { Operation } from "./operation.js";
import { CANCELLED, PENDING } from "./waitable.js";

/** F3 of `Lowered`: waits for a frame that another stack has, or gives the outcome of one that ended. */
export class Join<T> extends Operation<T> {
  readonly #frame: Lowered<T>;

  constructor(frame: Lowered<T>) {
    super();
    this.#frame = frame;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const frame = this.#frame;
    if (frame.state !== PENDING) return finished(frame.outcome());
    if (frame.loop !== undefined && frame.loop !== loop) {
      throw new UsageError(
        "ERR_FOREIGN_LOOP",
        `Cannot await ${frame.describe()}: it began on another event loop, where it was called; pass the function itself, not its call`,
      );
    }
    if (frame.stack?.task !== undefined && frame.stack.task === current.task) {
      throw new UsageError("ERR_AWAIT_SELF", `${frame.describe()} cannot await itself`);
    }
    return suspend(this);
  }

  override next(sent?: unknown): IteratorResult<Suspension, T> {
    return sent === RESUMED && this.loop !== undefined ? this.resume() : super.next(sent);
  }

  override resume(): IteratorResult<Suspension, T> {
    if (this.state === CANCELLED) throw this.takeCancelledError();
    return finished(this.#frame.outcome());
  }

  // Who waits here is woken by the frame itself, as those who await a task are by the task.
  override addWaiter(waiter: Runnable): void {
    super.addWaiter(waiter);
    this.#frame.addWaiter(waiter);
  }

  override removeWaiter(waiter: Runnable): void {
    super.removeWaiter(waiter);
    this.#frame.removeWaiter(waiter);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.#frame.state !== PENDING) return false;
    const waiter = this.waiters as Runnable | undefined;
    if (waiter !== undefined) this.#frame.removeWaiter(waiter);
    return super.cancelWith(request);
  }

  override heldBy(): Iterable<object> {
    const task = this.#frame.stack?.task;
    return task === undefined ? [] : [task];
  }

  describe(): string {
    return this.#frame.describe();
  }
}
