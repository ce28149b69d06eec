/**
 * The library's own awaitables (`sleep`, `lock.acquire`, `queue.get`): one object that is the coroutine, the thing it
 * waits for and the iterator of the await, so that waiting allocates nothing else. Nothing happens before it is awaited.
 *
 * | phase | `loop` | `state` |
 * | --- | --- | --- |
 * | made | undefined | PENDING |
 * | waiting | set | PENDING |
 * | ended | set | any other |
 *
 * O1. `begin` runs once; awaiting it again is an error, as for a coroutine.
 * O2. Whatever `begin` entered (a list of waiters, a timer) is left in `leave`, which runs exactly once after the wait,
 * however it ended.
 */
import { current, FINISHED, finished, RESUMED, type Suspension } from "./current.js";
import { UsageError } from "./errors.js";
import type { Loop } from "./loop.js";
import { runningLoop } from "./running-loop.js";
import { DONE, PENDING, Waitable } from "./waitable.js";

/** What starts an operation for plain `async` code that awaits it; filled by `Task`'s side of the kernel. */
export const operationStarter: {
  start: (<T>(operation: Operation<T>) => Waitable<T>) | undefined;
} = { start: undefined };

/**
 * A wait that the library offers. Await it once, with `yield*`; it starts then.
 */
export abstract class Operation<T> extends Waitable<T> {
  /** @internal */
  constructor() {
    super(undefined);
  }

  /**
   * @internal
   * Starts it: gives the result by `finished(...)` when there is nothing to wait for, else enters the waiters and
   * returns `suspend(this)`.
   */
  abstract begin(loop: Loop): IteratorResult<Suspension, T>;

  /** @internal Undoes what `begin` entered; runs when the wait is over, before the outcome is given. */
  leave(): void {}

  /** @internal After a wait: the result, the error, or a further wait. */
  resume(): IteratorResult<Suspension, T> {
    this.leave();
    if (this.state === DONE && this.value === undefined) {
      return FINISHED as unknown as IteratorReturnResult<T>;
    }
    return finished(this.outcome());
  }

  override next(sent?: unknown): IteratorResult<Suspension, T> {
    if (sent === RESUMED && this.state !== PENDING) return this.resume();
    if (this.loop !== undefined) throw this.reused();
    // The description is made only for the error: it is not free.
    const loop = (current.loop as Loop | undefined) ?? runningLoop(`await ${this.describe()}`);
    this.loop = loop;
    return this.begin(loop);
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.loop !== undefined) this.leave();
    throw error;
  }

  override return(value: T): IteratorResult<Suspension, T> {
    if (this.loop !== undefined) this.leave();
    return { value, done: true };
  }

  override started(): Waitable<T> {
    const start = operationStarter.start;
    if (start === undefined) return this;
    return start(this);
  }

  private reused(): UsageError {
    return new UsageError(
      "ERR_AWAITED_TWICE",
      this.state === PENDING
        ? `Cannot await ${this.describe()}: a coroutine is being awaited already by another task; share a task instead`
        : `Cannot await ${this.describe()} again: an operation runs once; make a new one, or share a task`,
    );
  }
}
