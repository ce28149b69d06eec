/** Waiting for a change of what a lock protects. Counterpart: `asyncio.locks.Condition`. */
import { LinkedList } from "../collections/linked-list.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { UsageError } from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { DONE } from "../kernel/waitable.js";
import {
  type ConditionOperation,
  ConditionWait,
  ConditionWaitFor,
} from "./condition-operations.js";
import { Lock } from "./lock.js";
import { describeWaiters, LoopBound } from "./loop-bound.js";

/**
 * Lets tasks that hold a lock wait until another task says that what the lock protects has changed.
 *
 * Its lock methods are those of the lock. As a context manager it holds the lock during the block.
 *
 * **Cancellation:** see `wait`, which takes the lock again before it raises, and `acquire`.
 *
 * asyncio: `Condition`.
 * @example
 * const condition = new Condition();
 * const items = ["a"];
 * yield* condition.acquire();
 * try {
 *   yield* condition.waitFor(() => items.length > 0);
 *   items.pop(); // => "a"
 * } finally {
 *   condition.release();
 * }
 */
export class Condition extends LoopBound {
  /** @internal Those who wait and are not notified, oldest first. */
  readonly waiters = new LinkedList<ConditionOperation<unknown>>();
  readonly #lock: Lock;

  /** @param lock - the lock to use, which several conditions may share; one of its own when none is given. */
  constructor(lock: Lock = new Lock()) {
    super();
    this.#lock = lock;
  }

  /**
   * Takes the lock, after everybody who asked before. Yields to the loop only when it must wait.
   *
   * **Cancellation:** the lock is not taken; if it had been promised to this task already, it goes to the next in line.
   *
   * asyncio: `Condition.acquire`; gives true.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  acquire(): Operation<true> {
    return this.#lock.acquire();
  }

  /**
   * Gives the lock back.
   *
   * asyncio: `Condition.release`.
   * @throws {UsageError} when it is not locked (`ERR_LOCK_NOT_HELD`).
   */
  release(): void {
    this.#lock.release();
  }

  /** True while somebody holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Gives the lock back, waits for a notification and takes the lock again. Always yields to the loop. It may return
   * without a change, when a notification was passed on: ask again, or use `waitFor`.
   *
   * **Cancellation:** raised only when the lock is held again, however long that takes and however often the task is
   * cancelled meanwhile; the latest one is raised. A notification that had arrived goes to another waiter.
   *
   * asyncio: `Condition.wait`; gives true.
   * @throws {UsageError} when the lock is not held (`ERR_LOCK_NOT_HELD`), or when tasks of another loop have waited
   * before (`ERR_FOREIGN_LOOP`).
   */
  wait(): Operation<true> {
    return new ConditionWait(this);
  }

  /**
   * Waits, as `wait` does and as often as needed, until `predicate` gives something true, and gives that. Does not yield
   * to the loop when it does so at once.
   *
   * **Cancellation:** as for `wait`.
   *
   * asyncio: `Condition.wait_for`.
   * @param predicate - called with the lock held.
   * @throws {UsageError} as `wait` does, when it must wait.
   */
  waitFor<T>(predicate: () => T): Operation<T> {
    return new ConditionWaitFor(this, predicate);
  }

  /**
   * Wakes up to `n` waiting tasks, oldest first; each goes on when it has got the lock, which the caller still holds.
   *
   * asyncio: `Condition.notify`.
   * @param n - how many, 1 when not given.
   * @throws {UsageError} when the lock is not held (`ERR_LOCK_NOT_HELD`).
   */
  notify(n = 1): void {
    this.checkLocked("notify condition");
    this.wake(n);
  }

  /**
   * Wakes all waiting tasks.
   *
   * asyncio: `Condition.notify_all`.
   * @throws {UsageError} when the lock is not held (`ERR_LOCK_NOT_HELD`).
   */
  notifyAll(): void {
    this.notify(this.waiters.length);
  }

  /** Acquires the lock, for `asyncWith`; gives nothing to the block. */
  enter(): Coroutine<void> {
    return this.#lock.enter();
  }

  /** Releases the lock, for `asyncWith`; swallows no error. */
  exit(error: unknown): Coroutine<boolean> {
    return this.#lock.exit(error);
  }

  /** @internal */
  wake(n: number): void {
    for (let left = n; left > 0; left--) {
      const waiter = this.waiters.shift();
      if (waiter === undefined) return;
      waiter.finish(DONE, undefined);
    }
  }

  /** @internal */
  checkLocked(action: string): void {
    if (this.locked()) return;
    throw new UsageError(
      "ERR_LOCK_NOT_HELD",
      `Cannot ${action}: its lock is not held; acquire it first`,
    );
  }

  /** @internal What waiting here is called in reports. */
  describeWait(): string {
    return `${this.label}.wait()`;
  }

  /** @internal */
  describeState(): string {
    return `${this.locked() ? "locked" : "unlocked"}${describeWaiters(this.waiters.length)}`;
  }
}
