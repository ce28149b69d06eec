/**
 * The waits of a condition. The order in which a waiter takes the lock again, through whichever cancellations, and passes
 * a notification on is CPython's to the turn.
 */
import type { Linked } from "../collections/linked-list.js";
import { type CancelRequest, isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { finished, RESUMED, type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { CANCELLED, PENDING } from "../kernel/waitable.js";
import type { Condition } from "./condition.js";

/**
 * One wait for a condition.
 *
 * | phase | `acquisition` | the task is parked on |
 * | --- | --- | --- |
 * | waiting for a notification | undefined | this |
 * | taking the lock again | set | the acquisition |
 *
 * I1. It ends, well or badly, only with the lock held.
 * I2. If it ends badly after the lock was released, another waiter is notified in its place.
 */
export abstract class ConditionOperation<T> extends Operation<T> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly #condition: Condition;
  #acquisition: Coroutine<unknown> | undefined = undefined;
  #failed = false;
  #error: unknown = undefined;

  constructor(condition: Condition) {
    super();
    this.#condition = condition;
  }

  /** What follows a wait that ended well: the result, or the next wait. */
  protected abstract notified(): IteratorResult<Suspension, T>;

  /** Gives the lock away and waits to be notified. */
  protected block(): IteratorResult<Suspension, T> {
    const condition = this.#condition;
    condition.checkLocked("wait on condition");
    condition.bind(this.loop as Loop);
    condition.release();
    this.state = PENDING;
    condition.waiters.push(this as ConditionOperation<unknown>);
    return suspend(this);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.leave();
    return super.cancelWith(request);
  }

  override resume(): IteratorResult<Suspension, T> {
    const acquisition = this.#acquisition;
    if (acquisition === undefined) {
      if (this.state === CANCELLED) this.#fail(this.takeCancelledError());
      return this.#reacquire();
    }
    let result: IteratorResult<Suspension, unknown>;
    try {
      result = acquisition.next(RESUMED);
    } catch (error) {
      return this.#interrupted(error);
    }
    return result.done === true ? this.#reacquired() : result;
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.loop === undefined) throw error;
    const acquisition = this.#acquisition;
    if (acquisition === undefined) {
      this.leave();
      this.#fail(error);
      return this.#reacquire();
    }
    let result: IteratorResult<Suspension, unknown>;
    try {
      result = acquisition.throw(error);
    } catch (raised) {
      return this.#interrupted(raised);
    }
    return result.done === true ? this.#reacquired() : result;
  }

  /** Closing the coroutine from outside: the lock is taken back only if that needs no wait. */
  override return(value: T): IteratorResult<Suspension, T> {
    this.leave();
    this.#acquisition?.return();
    if (this.loop !== undefined) {
      const acquisition = this.#condition.acquire();
      if (acquisition.next().done !== true) acquisition.return(true);
    }
    return { value, done: true };
  }

  override leave(): void {
    this.#condition.waiters.remove(this as ConditionOperation<unknown>);
  }

  describe(): string {
    return this.#condition.describeWait();
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#error = error;
  }

  #reacquire(): IteratorResult<Suspension, T> {
    const acquisition = this.#condition.acquire() as Coroutine<unknown>;
    this.#acquisition = acquisition;
    let result: IteratorResult<Suspension, unknown>;
    try {
      result = acquisition.next();
    } catch (error) {
      return this.#interrupted(error);
    }
    return result.done === true ? this.#reacquired() : result;
  }

  /** A cancellation does not end the wait for the lock; the latest is raised when it is held. */
  #interrupted(error: unknown): IteratorResult<Suspension, T> {
    if (isCancelled(error)) {
      this.#fail(error);
      return this.#reacquire();
    }
    this.#condition.wake(1);
    throw error;
  }

  #reacquired(): IteratorResult<Suspension, T> {
    this.#acquisition = undefined;
    if (!this.#failed) return this.notified();
    this.#condition.wake(1);
    throw this.#error;
  }
}

const NOTIFIED: IteratorReturnResult<true> = { value: true, done: true };

/** Waits for one notification. */
export class ConditionWait extends ConditionOperation<true> {
  begin(): IteratorResult<Suspension, true> {
    return this.block();
  }

  protected override notified(): IteratorResult<Suspension, true> {
    return NOTIFIED;
  }
}

/** Waits until a predicate gives something true. */
export class ConditionWaitFor<T> extends ConditionOperation<T> {
  readonly #predicate: () => T;

  constructor(condition: Condition, predicate: () => T) {
    super(condition);
    this.#predicate = predicate;
  }

  begin(): IteratorResult<Suspension, T> {
    return this.notified();
  }

  protected override notified(): IteratorResult<Suspension, T> {
    const result = this.#predicate();
    return result ? finished(result) : this.block();
  }
}
