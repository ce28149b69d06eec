/**
 * Mutual exclusion between tasks, in order of arrival. Reentrancy and ownership are left out, as in
 * `asyncio.locks.Lock`: the lock remembers who took it for reports only.
 */
import { type Linked, LinkedList } from "../collections/linked-list.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { current, FINISHED, finished, type Suspension, suspend } from "../kernel/current.js";
import { UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { CANCELLED, DONE, PENDING } from "../kernel/waitable.js";
import { Exit } from "./exit.js";
import { describeWaiters, LoopBound } from "./loop-bound.js";

const ACQUIRED: IteratorReturnResult<true> = { value: true, done: true };
const ENTERED = FINISHED as IteratorReturnResult<void>;

/** Engines without `Symbol.dispose` get the stand-in that compilers use for `using`. */
const DISPOSE: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** One wait for a lock, and the waiter in its list; `granted` is what it gives. */
class LockAcquire<T> extends Operation<T> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly lock: Lock;
  readonly granted: IteratorReturnResult<T>;

  constructor(lock: Lock, granted: IteratorReturnResult<T>) {
    super();
    this.lock = lock;
    this.granted = granted;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const { lock } = this;
    if (!lock.taken && lock.live === 0) {
      lock.take();
      return this.granted;
    }
    lock.bind(loop);
    lock.waiters.push(this as LockAcquire<unknown>);
    lock.live++;
    return suspend(this);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (!super.cancelWith(request)) return false;
    this.lock.live--;
    return true;
  }

  override resume(): IteratorResult<Suspension, T> {
    if (this.state !== DONE) {
      this.leave();
      throw this.takeCancelledError();
    }
    const { lock } = this;
    lock.waiters.remove(this as LockAcquire<unknown>);
    lock.live--;
    lock.take();
    return this.granted;
  }

  /** Goes without the lock; whoever was to get it through this waiter gets it from the next. */
  override leave(): void {
    const { lock } = this;
    if (!lock.waiters.remove(this as LockAcquire<unknown>)) return;
    if (this.state !== CANCELLED) lock.live--;
    if (!lock.taken) lock.wakeFirst();
  }

  describe(): string {
    return `${this.lock.label}.acquire()`;
  }

  override heldBy(): Iterable<object> {
    const { holder } = this.lock;
    return holder === undefined ? [] : [holder];
  }
}

/** A held lock as `using` takes it. */
class HeldLock implements Disposable {
  #lock: Lock | undefined;

  constructor(lock: Lock) {
    this.#lock = lock;
  }

  [DISPOSE](): void {
    const lock = this.#lock;
    this.#lock = undefined;
    lock?.release();
  }
}

/**
 * A lock that one task holds at a time; the others wait in line.
 *
 * | state | `taken` | `live` | leaves to |
 * | --- | --- | --- | --- |
 * | free | false | 0 | held, by `acquire` at once |
 * | held | true | any | free or promised, by `release` |
 * | promised | false | > 0 | held, by the woken waiter's step; free, if it was cancelled and nobody else waits |
 *
 * I1. First come, first served: nobody passes a waiter that is not cancelled, not even the task that has just released.
 * I2. While promised, exactly one waiter is woken or about to wake the next: the first in the list.
 * I3. A cancelled waiter stays in the list until its step, which wakes the next if the lock is free.
 *
 * It is not reentrant, and any task may release it. As a context manager it is held during the block.
 *
 * **Cancellation:** a task cancelled while it waits for the lock does not hold it, and its place goes to the next; once
 * acquired, the lock is released by `release`, the end of the block or of the scope only.
 *
 * asyncio: `Lock`.
 * @example
 * const lock = new Lock();
 * yield* lock.acquire();
 * try {
 *   lock.locked(); // => true
 * } finally {
 *   lock.release();
 * }
 * lock.locked(); // => false
 */
export class Lock extends LoopBound {
  /** @internal Those who wait, oldest first. */
  readonly waiters = new LinkedList<LockAcquire<unknown>>();
  /** @internal How many of them are not cancelled. */
  live = 0;
  /** @internal */
  taken = false;
  /** @internal The task that took it, for reports. */
  holder: object | undefined = undefined;

  /**
   * Takes the lock, after everybody who asked before. Yields to the loop only when it must wait.
   *
   * **Cancellation:** the lock is not taken; if it had been promised to this task already, it goes to the next in line.
   *
   * asyncio: `Lock.acquire`; gives true.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  acquire(): Operation<true> {
    return new LockAcquire(this, ACQUIRED);
  }

  /**
   * Gives the lock back and wakes the first task in line; it takes the lock in its own step, until which `locked()` is
   * false although nobody else can take it.
   *
   * asyncio: `Lock.release`.
   * @throws {UsageError} when it is not locked (`ERR_LOCK_NOT_HELD`).
   */
  release(): void {
    if (!this.taken) {
      throw new UsageError(
        "ERR_LOCK_NOT_HELD",
        "Cannot release lock: it is not locked; release it once for each acquire",
      );
    }
    this.taken = false;
    this.holder = undefined;
    this.wakeFirst();
  }

  /** True while somebody holds it. */
  locked(): boolean {
    return this.taken;
  }

  /**
   * Takes the lock for the rest of the scope: `using _ = yield* lock.hold();` releases it there, once.
   *
   * **Cancellation:** as for `acquire`.
   *
   * asyncio: none; there it is `async with lock`, here `asyncWith(lock, ...)` does the same.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  hold(): Operation<Disposable> {
    return new LockAcquire<Disposable>(this, finished(new HeldLock(this)));
  }

  /** Acquires, for `asyncWith`; gives nothing to the block. */
  enter(): Coroutine<void> {
    return new LockAcquire(this, ENTERED);
  }

  /** Releases, for `asyncWith`; swallows no error. */
  exit(_error: unknown): Coroutine<boolean> {
    return new Exit(this);
  }

  /** @internal */
  take(): void {
    this.taken = true;
    this.holder = current.task;
  }

  /** @internal I2. */
  wakeFirst(): void {
    const { first } = this.waiters;
    if (first !== undefined && first.state === PENDING) first.finish(DONE, undefined);
  }

  /** @internal */
  describeState(): string {
    return `${this.taken ? "locked" : "unlocked"}${describeWaiters(this.waiters.length)}`;
  }
}
