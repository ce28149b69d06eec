/** A flag that tasks can wait for. Counterpart: `asyncio.locks.Event`. */
import { type Linked, LinkedList } from "../collections/linked-list.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import { describeWaiters, LoopBound } from "./loop-bound.js";

const IS_SET: IteratorReturnResult<true> = { value: true, done: true };

/** One wait for an event, in its list for as long as it is pending. */
class EventWait extends Operation<true> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly #event: Event;

  constructor(event: Event) {
    super();
    this.#event = event;
  }

  begin(loop: Loop): IteratorResult<Suspension, true> {
    const event = this.#event;
    if (event.isSet()) return IS_SET;
    event.bind(loop);
    event.waiters.push(this);
    return suspend(this);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.leave();
    return super.cancelWith(request);
  }

  override resume(): IteratorResult<Suspension, true> {
    if (this.state === DONE) return IS_SET;
    throw this.takeCancelledError();
  }

  override leave(): void {
    this.#event.waiters.remove(this);
  }

  describe(): string {
    return `${this.#event.label}.wait()`;
  }
}

/**
 * A flag, unset at first, that tasks wait for.
 *
 * I1. Whoever waits when `set` is called is woken, also when `clear` follows at once.
 *
 * asyncio: `Event`.
 * @example
 * const ready = new Event();
 * ready.set();
 * yield* ready.wait(); // => true
 * ready.clear();
 * ready.isSet(); // => false
 */
export class Event extends LoopBound {
  /** @internal Those who wait and are not woken, oldest first. */
  readonly waiters = new LinkedList<EventWait>();
  #set = false;

  /** True when the flag is set. */
  isSet(): boolean {
    return this.#set;
  }

  /**
   * Sets the flag and wakes everybody who waits, oldest first; later waits do not wait. Does nothing when it is set.
   *
   * asyncio: `Event.set`.
   */
  set(): void {
    if (this.#set) return;
    this.#set = true;
    const { waiters } = this;
    for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) {
      waiter.finish(DONE, undefined);
    }
  }

  /** Unsets the flag: waits begun from now on wait for the next `set`. */
  clear(): void {
    this.#set = false;
  }

  /**
   * Waits until the flag is set. Yields to the loop only when it must wait; the flag may be unset again when the task
   * goes on.
   *
   * **Cancellation:** ends the wait; nothing is lost.
   *
   * asyncio: `Event.wait`; gives true.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  wait(): Operation<true> {
    return new EventWait(this);
  }

  /** @internal */
  describeState(): string {
    return `${this.#set ? "set" : "unset"}${describeWaiters(this.waiters.length)}`;
  }
}
