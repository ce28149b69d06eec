import type { CancelRequest } from "./cancelled-error.js";
import type { Context } from "./context.js";
import { current } from "./current.js";
import { describeValue, InvalidStateError, typeError } from "./errors.js";
import { Handle } from "./handle.js";
import type { Loop } from "./loop.js";
import { runningLoop } from "./running-loop.js";
import type { Scope } from "./scope.js";
import type { Failure } from "./unretrieved.js";
import { CANCELLED, DONE, FAILED, LOGGED, PENDING, Waitable } from "./waitable.js";

/** What `addDoneCallback` takes: it is called with the future itself. */
export type DoneCallback<F> = (future: F) => unknown;

/** A registered done callback: waits in the future, then in the ready queue. */
class RegisteredCallback<T> extends Handle {
  readonly future: Future<T>;

  constructor(future: Future<T>, fn: DoneCallback<never>, context: Context | undefined) {
    super(future.getLoop(), fn as () => unknown, context);
    this.future = future;
  }

  override invoke(callback: (future: Future<T>) => unknown): unknown {
    return callback(this.future);
  }

  override subject(): { future: Future<T> } {
    return { future: this.future };
  }

  override toString(): string {
    return `<done callback ${this.callback?.name || "(anonymous)"} of ${this.future.describe()}>`;
  }
}

/**
 * A result that is not there yet.
 *
 * Callbacks and awaiters are scheduled in the order they were added, and never run inside `setResult`.
 *
 * **Cancellation:** cancelling a task that awaits a future cancels the future, for everybody who awaits it; wrap it in
 * `shield` to keep it.
 *
 * asyncio: `Future`.
 */
export class Future<T = unknown> extends Waitable<T> {
  declare loop: Loop;
  /** @internal Where it was made; debug mode only. */
  declare createdAt: string | undefined;
  /** @internal Whose failure it is when nobody looks at it. */
  scope: Scope;

  constructor(options?: { loop?: Loop });
  /** @internal */
  constructor(options: { loop?: Loop } | undefined, loop: Loop);
  constructor(
    options?: { loop?: Loop },
    loop: Loop = options?.loop ?? runningLoop("create a future"),
  ) {
    super(loop);
    this.scope = loop.currentScope();
    if (loop.debug) this.createdAt = new Error("created at").stack;
  }

  /** The loop it belongs to. */
  getLoop(): Loop {
    return this.loop;
  }

  /** True when it has a result or an error, or was cancelled. */
  done(): boolean {
    return this.state !== PENDING;
  }

  /** True when it was cancelled. */
  cancelled(): boolean {
    return this.state === CANCELLED;
  }

  /**
   * The result; raises the error it failed with.
   * @throws {InvalidStateError} while it is pending.
   * @throws {CancelledError} when it was cancelled.
   */
  result(): T {
    if (this.state === PENDING) throw new InvalidStateError("Result is not ready.");
    return this.outcome();
  }

  /**
   * The error it failed with, undefined when it has a result. Counts as having seen the error.
   * @throws {InvalidStateError} while it is pending.
   * @throws {CancelledError} when it was cancelled.
   */
  exception(): unknown {
    if (this.state === PENDING) throw new InvalidStateError("Exception is not set.");
    if (this.state === CANCELLED) throw this.takeCancelledError();
    return this.state === DONE ? undefined : this.takeError();
  }

  /**
   * Gives it its result and schedules who waits for it.
   * @throws {InvalidStateError} when it is done already.
   */
  setResult(value: T): void {
    if (this.state !== PENDING) throw this.alreadyDone();
    this.finish(DONE, value);
  }

  /**
   * Fails it with `error` (a class is instantiated) and schedules who waits for it.
   * @throws {InvalidStateError} when it is done already.
   */
  setException(error: unknown): void {
    if (this.state !== PENDING) throw this.alreadyDone();
    const isClass =
      typeof error === "function" && (error === Error || error.prototype instanceof Error);
    this.finish(FAILED, isClass ? new (error as new () => Error)() : error);
    this.loop.noteFailure(this);
  }

  /**
   * Cancels it now and schedules who waits for it; false when it is done already.
   * @param reason - carried by the `CancelledError`.
   */
  cancel(reason?: unknown): boolean {
    return this.cancelWith({ reason, by: current.task, scope: undefined });
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state !== PENDING) {
      // Somebody who cancels a failed future no longer cares for its error.
      if (this.state >= FAILED) this.takeError();
      return false;
    }
    this.finish(CANCELLED, request);
    return true;
  }

  /**
   * Calls `fn(future)` through the loop once this is done, in the turn after the one in which it ends; also when it is
   * done already.
   */
  addDoneCallback(fn: DoneCallback<this>, options: { context?: Context } = {}): void {
    if (typeof fn !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot add done callback: expected a function, got ${describeValue(fn)}`,
      );
    }
    const callback = new RegisteredCallback(this, fn as DoneCallback<never>, options.context);
    if (this.state === PENDING) this.addWaiter(callback);
    else this.loop.push(callback);
  }

  /** Removes every registration of `fn` and returns how many there were; one that is scheduled already still runs. */
  removeDoneCallback(fn: DoneCallback<this>): number {
    return this.filterWaiters(
      (waiter) => !(waiter instanceof RegisteredCallback && waiter.callback === fn),
    );
  }

  describe(): string {
    return "Future";
  }

  override toString(): string {
    return `<${this.describe()} ${this.describeState()}>`;
  }

  /** @internal */
  describeState(): string {
    switch (this.state) {
      case PENDING:
        return "pending";
      case DONE:
        return `finished result=${describeValue(this.value)}`;
      case CANCELLED:
        return "cancelled";
      case LOGGED:
        return `finished exception=${String((this.value as Failure).error)}`;
      default:
        return `finished exception=${String(this.value)}`;
    }
  }

  private alreadyDone(): InvalidStateError {
    return new InvalidStateError(
      `Cannot finish future: it is already ${this.state === CANCELLED ? "cancelled" : "finished"}; ask done() first`,
    );
  }
}
