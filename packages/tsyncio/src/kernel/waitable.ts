/**
 * The base of everything a task can be parked on: futures, tasks, and the library's operations.
 *
 * | state | `value` holds | leaves to |
 * | --- | --- | --- |
 * | PENDING | nothing | DONE, CANCELLED, FAILED |
 * | DONE | the result | |
 * | CANCELLED | the request, or the error that ended a task until somebody takes it | |
 * | FAILED | the error, not yet seen by anybody | SEEN, LOGGED |
 * | LOGGED | a `Failure`: unseen, and watched for being collected | SEEN |
 * | SEEN | the error, retrieved at least once | |
 *
 * W1. Waiters are scheduled in the order they were added, once, when the state leaves PENDING.
 * W2. Nothing of a waiter runs inside `finish`: it is only put into the ready queue.
 *
 * It has the face of a promise, so that plain `async` code can await it and frameworks take it for one; it is not the
 * engine's promise, and nobody who drives it from a task pays for one. Counterpart: `asyncio.futures.Future`'s core.
 */
import { CancelledError, type CancelRequest, cancelledError } from "./cancelled-error.js";
import { FINISHED, finished, RESUMED, type Runnable, type Suspension, suspend } from "./current.js";
import { UsageError } from "./errors.js";
import type { Loop } from "./loop.js";
import type { Failure } from "./unretrieved.js";

export const PENDING = 0;
export const DONE = 1;
export const CANCELLED = 2;
export const FAILED = 3;
export const SEEN = 4;
export const LOGGED = 5;
/** Where a waitable stands; see the table above. */
export type State = 0 | 1 | 2 | 3 | 4 | 5;

/**
 * Anything `yield*` can wait for; plain `async` code can `await` it too.
 *
 * **Cancellation:** cancelling the task that waits here cancels what it waits for.
 */
export abstract class Waitable<T> {
  /** @internal Undefined for an operation that has not begun. */
  loop: Loop | undefined;
  /** @internal */
  state: State = PENDING;
  /** @internal */
  value: unknown = undefined;
  /** @internal */
  waiters: Runnable | Runnable[] | undefined = undefined;

  /** @internal */
  constructor(loop: Loop | undefined) {
    this.loop = loop;
  }

  /** Makes `yield*` wait for the result. Does not go through the loop when it is there already. */
  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this as unknown as Iterator<Suspension, T, unknown>;
  }

  /** @internal The await itself: suspend while pending, then give the result or raise the error. */
  next(sent?: unknown): IteratorResult<Suspension, T> {
    if (this.state === PENDING) {
      if (sent !== RESUMED) return suspend(this);
      throw new UsageError(
        "ERR_NOT_AWAITED",
        `Cannot resume: ${this.describe()} is not done; await it with yield*`,
      );
    }
    if (this.state === DONE && this.value === undefined) {
      return FINISHED as unknown as IteratorReturnResult<T>;
    }
    return finished(this.outcome());
  }

  /** @internal */
  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }

  /** @internal */
  return(value: T): IteratorResult<Suspension, T> {
    return { value, done: true };
  }

  /** @internal The result, or raises the error: an await of what is done. */
  outcome(): T {
    if (this.state === DONE) return this.value as T;
    if (this.state === CANCELLED) throw this.takeCancelledError();
    throw this.takeError();
  }

  /** @internal Nobody but `loop` has it: what must be started to do anything is started in the background. */
  thrownAway(_loop: Loop): void {}

  /** @internal The error of a failed waitable, which counts as seen from now on. */
  takeError(): unknown {
    if (this.state === LOGGED) {
      const failure = this.value as Failure;
      failure.seen = true;
      this.value = failure.error;
    }
    this.state = SEEN;
    return this.value;
  }

  /**
   * @internal
   * The first to ask gets the very error that ended the task, later ones a fresh one without its message, as in
   * CPython; the first is attached as the cause.
   */
  takeCancelledError(): CancelledError {
    const value = this.value as CancelledError | (CancelRequest & { cause?: unknown });
    if (value instanceof CancelledError) {
      this.value = { reason: undefined, by: value.requestedBy, scope: undefined, cause: value };
      return value;
    }
    return cancelledError(value, value.cause, this.loop?.debug);
  }

  /** @internal Ends it and schedules the waiters. */
  finish(state: State, value: unknown): void {
    this.state = state;
    this.value = value;
    const waiters = this.waiters;
    if (waiters !== undefined) {
      this.waiters = undefined;
      (this.loop as Loop).wake(waiters, this);
    }
  }

  /** @internal Cancels it; false when it is done already. */
  cancelWith(request: CancelRequest): boolean {
    if (this.state !== PENDING) return false;
    this.finish(CANCELLED, request);
    return true;
  }

  /** @internal */
  addWaiter(waiter: Runnable): void {
    const waiters = this.waiters;
    if (waiters === undefined) this.waiters = waiter;
    else if (Array.isArray(waiters)) waiters.push(waiter);
    else this.waiters = [waiters, waiter];
  }

  /** @internal */
  removeWaiter(waiter: Runnable): void {
    this.filterWaiters((other) => other !== waiter);
  }

  /** @internal Keeps the waiters for which `keep` is true; returns how many went. */
  filterWaiters(keep: (waiter: Runnable) => boolean): number {
    const waiters = this.waiters;
    if (waiters === undefined) return 0;
    if (!Array.isArray(waiters)) {
      if (keep(waiters)) return 0;
      this.waiters = undefined;
      return 1;
    }
    const kept = waiters.filter(keep);
    this.waiters = kept.length > 1 ? kept : kept[0];
    return waiters.length - kept.length;
  }

  /** @internal What this is, for reports: `Task "fetch"`, `sleep(2)`. */
  abstract describe(): string;

  /** @internal The tasks without which this will not end, where that can be said: for deadlock reports. */
  heldBy(): Iterable<object> {
    return [];
  }

  /** @internal What plain `async` code awaits when it awaits this. */
  started(): Waitable<T> {
    return this;
  }

  /** As a promise's `then`: calls back from a microtask after the loop's turn in which this is done. */
  // biome-ignore lint/suspicious/noThenProperty: being awaitable by plain async code is the point
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    // biome-ignore lint/suspicious/noExplicitAny: as a promise types it, so that callbacks written for one fit
    onRejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return toPromise(this.started()).then(onFulfilled, onRejected);
  }

  /** As a promise's `catch`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  catch<B = never>(onRejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return toPromise(this.started()).catch(onRejected);
  }

  /** As a promise's `finally`. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return toPromise(this.started()).finally(onFinally);
  }

  /** The class name, as for a promise. */
  get [Symbol.toStringTag](): string {
    return this.constructor.name;
  }

  toString(): string {
    return `<${this.describe()}>`;
  }

  /** @internal Node prints this form in `console.log`. */
  [Symbol.for("nodejs.util.inspect.custom") as never](): string {
    return this.toString();
  }
}

// `instanceof Promise` holds where a framework asks; the methods are our own.
Object.setPrototypeOf(Waitable.prototype, Promise.prototype);

class Settler<T> implements Runnable {
  readonly #source: Waitable<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(source: Waitable<T>, resolve: (value: T) => void, reject: (e: unknown) => void) {
    this.#source = source;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  run(): void {
    let value: T;
    try {
      value = this.#source.outcome();
    } catch (error) {
      this.#reject(error);
      return;
    }
    this.#resolve(value);
  }
}

function toPromise<T>(source: Waitable<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settler = new Settler<T>(source, resolve, reject);
    if (source.state === PENDING) source.addWaiter(settler);
    else settler.run();
  });
}
