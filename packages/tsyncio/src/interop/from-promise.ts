/**
 * Promises as something `yield*` waits for, and as futures for the functions that wait on several things.
 * A promise cannot be cancelled; the waiting task is released all the same, and the work is told through its signal.
 */
import { CancelledError, type CancelRequest, cancelledError } from "../kernel/cancelled-error.js";
import { isForeignPromise } from "../kernel/coroutine.js";
import { finished, type Suspension, suspend } from "../kernel/current.js";
import { describeValue, typeError } from "../kernel/errors.js";
import { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, FAILED, PENDING, type State } from "../kernel/waitable.js";

type Source<T> = PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T> | T);

class FromPromise<T> extends Operation<T> {
  readonly #source: Source<T>;
  #controller: AbortController | undefined;

  constructor(source: Source<T>) {
    super();
    this.#source = source;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const source = this.#source;
    let promise: PromiseLike<T> | T;
    if (typeof source === "function") {
      // A function without a parameter cannot ask for the signal, and a controller costs more than the wait.
      if (source.length > 0) this.#controller = new AbortController();
      promise = source(this.#controller?.signal as AbortSignal);
    } else promise = source;
    if (typeof (promise as PromiseLike<T> | null)?.then !== "function")
      return finished(promise as T);
    // Counted behind the call: one that throws is waited for by nobody.
    this.#settleWith(promise as PromiseLike<T>);
    loop.promisesPending++;
    return suspend(this);
  }

  #settleWith(promise: PromiseLike<T>): void {
    promise.then(
      (value) => {
        if (this.state === PENDING) this.finish(DONE, value);
      },
      (error: unknown) => {
        if (this.state === PENDING) this.finish(FAILED, error);
      },
    );
  }

  override finish(state: State, value: unknown): void {
    (this.loop as Loop).promisesPending--;
    super.finish(state, value);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (!super.cancelWith(request)) return false;
    this.#controller?.abort(cancelledError(request));
    return true;
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    if (error instanceof CancelledError) this.#controller?.abort(error);
    throw error;
  }

  describe(): string {
    const blocked = this.loop?.host.waitUntil !== undefined;
    return blocked ? "a promise (it cannot settle while the loop blocks its thread)" : "a promise";
  }
}

/**
 * Waits for a promise: `yield* fromPromise(fetch(url))`. With a function, the promise is made when it is awaited, and
 * the function, when it declares a parameter, gets a signal that is aborted when the waiting task is cancelled:
 * `yield* fromPromise((signal) => fetch(url, { signal }))`.
 *
 * **Cancellation:** releases the task at once and aborts the signal; what the promise gives later is dropped.
 *
 * asyncio: the nearest is `wrap_future`.
 * @throws what the promise rejects with.
 * @throws {TypeError} when `source` is no promise and no function (`ERR_INVALID_ARG`).
 */
export function fromPromise<T>(source: PromiseLike<T>): Operation<T>;
export function fromPromise<T>(
  source: (signal: AbortSignal) => PromiseLike<T> | T,
): Operation<Awaited<T>>;
export function fromPromise<T>(source: Source<T>): Operation<T> {
  if (typeof source === "function" || isForeignPromise(source)) return new FromPromise(source);
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot wait for promise: expected a promise or a function returning one, got ${describeValue(source)}`,
  );
}

class PromiseFuture<T> extends Future<T> {
  override finish(state: State, value: unknown): void {
    this.loop.promisesPending--;
    super.finish(state, value);
  }

  override describe(): string {
    return "a promise";
  }
}

/**
 * A future of `loop` that ends as `promise` does. Cancelling it drops what the promise gives. With `owned` the error
 * stays the affair of whoever has the promise: it is not reported when nobody looks at the future's.
 */
export function promiseFuture<T>(promise: PromiseLike<T>, loop: Loop, owned = false): Future<T> {
  const future = new PromiseFuture<T>({ loop });
  promise.then(
    (value) => {
      if (!future.done()) future.setResult(value);
    },
    (error: unknown) => {
      if (future.done()) return;
      future.setException(error);
      if (owned) future.takeError();
    },
  );
  loop.promisesPending++;
  return future;
}
