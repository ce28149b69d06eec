/**
 * The waits of a queue. A woken waiter asks the queue again, because what it was woken for may have been taken by
 * somebody who did not wait; then it waits once more, at the end of the line.
 */
import { type Linked, LinkedList } from "../collections/linked-list.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { FINISHED, finished, type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import type { Queue } from "./queue.js";

const NOTHING = FINISHED as IteratorReturnResult<void>;

/** Those who wait for the same thing, oldest first; a waiter is in here exactly while it is pending. */
export class WaitingLine extends LinkedList<QueueOperation<unknown>> {
  /** Wakes the first. */
  wakeNext(): void {
    this.shift()?.finish(DONE, undefined);
  }

  /** Wakes everybody. */
  wakeAll(): void {
    while (this.length > 0) this.wakeNext();
  }
}

abstract class QueueOperation<T> extends Operation<T> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;

  /** The line in which this waits. */
  protected abstract line(): WaitingLine;

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.line().remove(this as QueueOperation<unknown>);
    return super.cancelWith(request);
  }

  /** Asks again; if that fails, what woke this goes to the next. */
  override resume(): IteratorResult<Suspension, T> {
    if (this.state !== DONE) throw this.takeCancelledError();
    try {
      return this.begin(this.loop as Loop);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  override leave(): void {
    if (this.state === PENDING) this.line().remove(this as QueueOperation<unknown>);
  }

  /** Enters the line. */
  protected enqueue(): IteratorResult<Suspension, T> {
    this.state = PENDING;
    this.line().push(this as QueueOperation<unknown>);
    return suspend(this);
  }
}

/** Waits for room. */
export class QueuePut<T> extends QueueOperation<void> {
  readonly #queue: Queue<T>;
  readonly #item: T;

  constructor(queue: Queue<T>, item: T) {
    super();
    this.#queue = queue;
    this.#item = item;
  }

  begin(loop: Loop): IteratorResult<Suspension, void> {
    const queue = this.#queue;
    if (queue.full()) return this.#block(loop);
    queue.putNowait(this.#item);
    return NOTHING;
  }

  /** What woke this goes to the next. */
  override leave(): void {
    super.leave();
    if (this.state === DONE && !this.#queue.full()) this.line().wakeNext();
  }

  protected override line(): WaitingLine {
    return this.#queue.putters;
  }

  #block(loop: Loop): IteratorResult<Suspension, void> {
    const queue = this.#queue;
    queue.checkOpenForPut();
    queue.bind(loop);
    return this.enqueue();
  }

  describe(): string {
    const queue = this.#queue;
    return `${queue.label}.put() on a ${queue.full() ? "full queue" : "queue"} of ${queue.qsize()}`;
  }
}

/** Waits for an item. */
export class QueueGet<T> extends QueueOperation<T> {
  readonly #queue: Queue<T>;

  constructor(queue: Queue<T>) {
    super();
    this.#queue = queue;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const queue = this.#queue;
    if (queue.empty()) return this.#block(loop);
    return finished(queue.getNowait());
  }

  /** What woke this goes to the next. */
  override leave(): void {
    super.leave();
    if (this.state === DONE && !this.#queue.empty()) this.line().wakeNext();
  }

  protected override line(): WaitingLine {
    return this.#queue.getters;
  }

  #block(loop: Loop): IteratorResult<Suspension, T> {
    const queue = this.#queue;
    queue.checkOpenForGet();
    queue.bind(loop);
    return this.enqueue();
  }

  describe(): string {
    const queue = this.#queue;
    return `${queue.label}.get() on ${queue.empty() ? "an empty queue" : `a queue of ${queue.qsize()}`}`;
  }
}

/** Waits until every item was reported done. */
export class QueueJoin extends QueueOperation<void> {
  readonly #queue: Queue<unknown>;

  constructor(queue: Queue<unknown>) {
    super();
    this.#queue = queue;
  }

  begin(loop: Loop): IteratorResult<Suspension, void> {
    const queue = this.#queue;
    if (queue.unfinished === 0) return NOTHING;
    queue.bind(loop);
    return this.enqueue();
  }

  override resume(): IteratorResult<Suspension, void> {
    if (this.state === DONE) return NOTHING;
    throw this.takeCancelledError();
  }

  protected override line(): WaitingLine {
    return this.#queue.joiners;
  }

  describe(): string {
    const queue = this.#queue;
    return `${queue.label}.join() with ${queue.unfinished} unfinished`;
  }
}
