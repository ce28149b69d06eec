/**
 * Items on their way from tasks that put to tasks that get. Counterpart: `asyncio.queues`; what subclasses override
 * there (`_init`, `_put`, `_get`) is a store here.
 */
import { RingBuffer } from "../collections/ring-buffer.js";
import {
  describeValue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  rangeError,
} from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { LoopBound } from "../sync/loop-bound.js";
import { QueueGet, QueueJoin, QueuePut, WaitingLine } from "./queue-operations.js";

/** Where a queue keeps its items: decides which one is next. */
export interface Store<T> {
  readonly length: number;
  /** Adds an item, or throws and leaves everything as it was. */
  push(item: T): void;
  /** Takes the next item, or throws and leaves everything as it was; the caller asks `length` first. */
  shift(): T;
  clear(): void;
}

/**
 * A queue: who puts waits for room, who gets waits for an item; first in, first out.
 *
 * I1. Waiters are woken one for each item and each free place, in order of arrival; a woken one asks again, and waits once
 * more behind the others if somebody who did not wait was faster.
 * I2. A woken waiter that is cancelled wakes the next one: no item and no place is left with idle waiters.
 * I3. Putting and getting that need not wait do not yield to the loop.
 *
 * **Cancellation:** a task cancelled in `put` has put nothing, one cancelled in `get` has taken nothing.
 *
 * asyncio: `Queue`.
 * @example
 * const queue = new Queue<string>(2);
 * yield* queue.put("first");
 * yield* queue.put("second");
 * queue.full(); // => true
 * yield* queue.get(); // => "first"
 */
export class Queue<T = unknown> extends LoopBound {
  /** @internal */
  readonly getters = new WaitingLine();
  /** @internal */
  readonly putters = new WaitingLine();
  /** @internal */
  readonly joiners = new WaitingLine();
  /** @internal The items that were put and not reported done. */
  unfinished = 0;
  readonly #items: Store<T>;
  readonly #maxsize: number;
  /** `maxsize`, or infinity where that means none. */
  readonly #capacity: number;
  #isShutDown = false;

  /**
   * @param maxsize - how many items fit in; zero and less mean any number, which is the default.
   * @throws {RangeError} when it is no number (`ERR_INVALID_ARG`).
   */
  constructor(maxsize?: number);
  /** @internal */
  constructor(maxsize: number | undefined, items: Store<T>);
  constructor(maxsize = 0, items: Store<T> = new RingBuffer<T>()) {
    super();
    if (typeof maxsize !== "number" || Number.isNaN(maxsize)) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot make queue: maxsize must be a number, got ${describeValue(maxsize)}`,
      );
    }
    this.#maxsize = maxsize;
    this.#capacity = maxsize > 0 ? maxsize : Infinity;
    this.#items = items;
  }

  /** How many items fit in; zero and less mean any number. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /** How many items are in the queue. */
  qsize(): number {
    return this.#items.length;
  }

  /** True when there is no item. */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /** True when there is no room; never for a queue without `maxsize`. */
  full(): boolean {
    return this.#items.length >= this.#capacity;
  }

  /**
   * Puts `item` when there is room. Yields to the loop only when it must wait.
   *
   * **Cancellation:** nothing was put; if room had been made for this task already, the next in line gets it.
   *
   * asyncio: `Queue.put`.
   * @throws {QueueShutDown} when the queue is or gets shut down.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  put(item: T): Operation<void> {
    return new QueuePut(this, item);
  }

  /**
   * Puts `item` at once. It never waits, and may take a place that was made for a waiting task, which then waits on.
   *
   * asyncio: `Queue.put_nowait`.
   * @throws {QueueFull} when there is no room.
   * @throws {QueueShutDown} when the queue was shut down.
   */
  putNowait(item: T): void {
    if (this.#isShutDown) throw shutDown("put into");
    if (this.full()) {
      throw new QueueFull(
        `Cannot put into queue: it is full (maxsize ${this.#maxsize}); await put(), or ask full() first`,
      );
    }
    this.#items.push(item);
    this.unfinished++;
    this.getters.wakeNext();
  }

  /**
   * Takes the next item when there is one. Yields to the loop only when it must wait.
   *
   * **Cancellation:** nothing was taken; an item that had come for this task already stays for the next in line.
   *
   * asyncio: `Queue.get`.
   * @throws {QueueShutDown} when the queue was shut down and is empty, or gets so.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  get(): Operation<T> {
    return new QueueGet(this);
  }

  /**
   * Takes the next item at once. It never waits, and may take an item that came for a waiting task, which then waits on.
   *
   * asyncio: `Queue.get_nowait`.
   * @throws {QueueEmpty} when there is none.
   * @throws {QueueShutDown} when there is none and the queue was shut down.
   */
  getNowait(): T {
    if (this.#items.length === 0) {
      this.checkOpenForGet();
      throw new QueueEmpty("Cannot get from queue: it is empty; await get(), or ask empty() first");
    }
    const item = this.#items.shift();
    this.putters.wakeNext();
    return item;
  }

  /**
   * Says that the work on one item that was taken is done; see `join`.
   *
   * asyncio: `Queue.task_done`.
   * @throws {RangeError} when called more often than items were put (`ERR_TASK_DONE_TOO_OFTEN`).
   */
  taskDone(): void {
    if (this.unfinished <= 0) {
      throw rangeError(
        "ERR_TASK_DONE_TOO_OFTEN",
        "Cannot mark item as done: every item put into the queue is done already; call taskDone() once for each get",
      );
    }
    this.unfinished--;
    if (this.unfinished === 0) this.joiners.wakeAll();
  }

  /**
   * Waits until `taskDone` was called for every item that was put. Yields to the loop only when it must wait.
   *
   * **Cancellation:** ends the wait; nothing is lost.
   *
   * asyncio: `Queue.join`.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  join(): Operation<void> {
    return new QueueJoin(this as Queue<unknown>);
  }

  /**
   * Ends the queue: nothing can be put from now on, and what is in it can still be taken. Tasks that wait in `put`, and,
   * once it is empty, in `get`, get a `QueueShutDown`. Calling it again does no harm.
   *
   * asyncio: `Queue.shutdown`.
   * @param immediate - also throws away the items that are left, each counting as done for `join`.
   */
  shutdown(immediate = false): void {
    this.#isShutDown = true;
    if (immediate) {
      this.unfinished = Math.max(0, this.unfinished - this.#items.length);
      this.#items.clear();
      if (this.unfinished === 0) this.joiners.wakeAll();
    }
    this.getters.wakeAll();
    this.putters.wakeAll();
  }

  /** @internal */
  checkOpenForPut(): void {
    if (this.#isShutDown) throw shutDown("put into");
  }

  /** @internal */
  checkOpenForGet(): void {
    if (this.#isShutDown) throw shutDown("get from");
  }

  /** @internal */
  describeState(): string {
    const { getters, putters, unfinished } = this;
    let state = `maxsize=${this.#maxsize} size=${this.qsize()}`;
    if (getters.length > 0) state += ` getters=${getters.length}`;
    if (putters.length > 0) state += ` putters=${putters.length}`;
    if (unfinished > 0) state += ` tasks=${unfinished}`;
    return this.#isShutDown ? `${state} shutdown` : state;
  }
}

function shutDown(action: string): QueueShutDown {
  return new QueueShutDown(
    `Cannot ${action} queue: it was shut down; stop on QueueShutDown, or make a new queue`,
  );
}
