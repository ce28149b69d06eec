/** A number of permits. Counterpart: `asyncio.locks.Semaphore`. */
import { type Linked, LinkedList } from "../collections/linked-list.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { FINISHED, type Suspension, suspend } from "../kernel/current.js";
import { describeValue, rangeError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import { Exit } from "./exit.js";
import { describeWaiters, LoopBound } from "./loop-bound.js";

const ACQUIRED: IteratorReturnResult<true> = { value: true, done: true };
const ENTERED = FINISHED as IteratorReturnResult<void>;

/** One wait for a permit, in the list for as long as it is pending; `granted` is what it gives. */
class SemaphoreAcquire<T> extends Operation<T> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly semaphore: Semaphore;
  readonly granted: IteratorReturnResult<T>;

  constructor(semaphore: Semaphore, granted: IteratorReturnResult<T>) {
    super();
    this.semaphore = semaphore;
    this.granted = granted;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const { semaphore } = this;
    if (!semaphore.locked()) {
      semaphore.value--;
      return this.granted;
    }
    semaphore.bind(loop);
    semaphore.waiters.push(this as SemaphoreAcquire<unknown>);
    return suspend(this);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.semaphore.waiters.remove(this as SemaphoreAcquire<unknown>);
    return super.cancelWith(request);
  }

  override resume(): IteratorResult<Suspension, T> {
    if (this.state !== DONE) {
      this.leave();
      throw this.takeCancelledError();
    }
    this.semaphore.woken--;
    this.semaphore.grantRest();
    return this.granted;
  }

  /** Goes without a permit; one that was granted already goes back. */
  override leave(): void {
    const { semaphore } = this;
    if (this.state === DONE) {
      semaphore.woken--;
      semaphore.value++;
    } else {
      semaphore.waiters.remove(this as SemaphoreAcquire<unknown>);
    }
    semaphore.grantRest();
  }

  describe(): string {
    return `${this.semaphore.label}.acquire()`;
  }
}

/**
 * A number of permits, each held by one task at a time; the others wait in line.
 *
 * I1. First come, first served: `acquire` takes a permit at once only if nobody waits or is woken.
 * I2. A permit is taken from `value` when a waiter is woken, not when it goes on: it cannot be snatched in between.
 * I3. A woken waiter that goes on or is cancelled grants what permits are left to the next waiters.
 *
 * As a context manager it holds one permit during the block.
 *
 * **Cancellation:** a task cancelled while it waits for a permit has none; see `acquire`.
 *
 * asyncio: `Semaphore`.
 * @example
 * const connections = new Semaphore(2);
 * yield* connections.acquire();
 * yield* connections.acquire();
 * connections.locked(); // => true
 * connections.release();
 * connections.locked(); // => false
 */
export class Semaphore extends LoopBound {
  /** @internal The permits that are free. */
  value: number;
  /** @internal Those who wait and are not woken, oldest first. */
  readonly waiters = new LinkedList<SemaphoreAcquire<unknown>>();
  /** @internal How many were granted a permit and have not gone on yet. */
  woken = 0;

  /**
   * @param value - the permits there are at first, a whole number of at least 0, or `Infinity`; 1 when not given.
   * @throws {RangeError} for anything else (`ERR_INVALID_ARG`).
   */
  constructor(value = 1) {
    super();
    if (!(Number.isInteger(value) || value === Infinity) || value < 0) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot make semaphore: value must be a whole number >= 0, got ${describeValue(value)}`,
      );
    }
    this.value = value;
  }

  /**
   * Takes a permit, after everybody who asked before. Yields to the loop only when it must wait.
   *
   * **Cancellation:** no permit is taken; one that had been granted already goes to the next in line.
   *
   * asyncio: `Semaphore.acquire`; gives true.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  acquire(): Operation<true> {
    return new SemaphoreAcquire(this, ACQUIRED);
  }

  /**
   * Gives a permit back, to the first task in line if there is one. Any task may, also one that took none: that adds one.
   *
   * asyncio: `Semaphore.release`.
   */
  release(): void {
    this.value++;
    this.grantNext();
  }

  /** True when a permit cannot be had at once. */
  locked(): boolean {
    return this.value === 0 || this.waiters.length + this.woken > 0;
  }

  /** Acquires, for `asyncWith`; gives nothing to the block. */
  enter(): Coroutine<void> {
    return new SemaphoreAcquire(this, ENTERED);
  }

  /** Releases, for `asyncWith`; swallows no error. */
  exit(_error: unknown): Coroutine<boolean> {
    return new Exit(this);
  }

  /** @internal I2; false when nobody waits. */
  grantNext(): boolean {
    const next = this.waiters.shift();
    if (next === undefined) return false;
    this.value--;
    this.woken++;
    next.finish(DONE, undefined);
    return true;
  }

  /** @internal I3. */
  grantRest(): void {
    while (this.value > 0 && this.grantNext());
  }

  /** @internal */
  describeState(): string {
    const state = this.locked() ? "locked" : `unlocked, value:${this.value}`;
    return `${state}${describeWaiters(this.waiters.length + this.woken)}`;
  }
}
