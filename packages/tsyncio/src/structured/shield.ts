import { asFuture } from "../interop/ensure-future.js";
import type { AnyAwaitable, Outcome } from "../kernel/coroutine.js";
import type { Runnable } from "../kernel/current.js";
import { Future } from "../kernel/future.js";
import { CANCELLED, DONE } from "../kernel/waitable.js";

/** Reports the error of a future whose shield was given up. One for each future, however many shields it had. */
class ErrorReport implements Runnable {
  readonly #inner: Future<unknown>;

  constructor(inner: Future<unknown>) {
    this.#inner = inner;
  }

  run(): void {
    const inner = this.#inner;
    if (inner.state === CANCELLED || inner.state === DONE) return;
    const exception = inner.takeError();
    inner.getLoop().callExceptionHandler({
      message: `${exception instanceof Error ? exception.name : "Error"} exception in shielded future`,
      exception,
      future: inner,
    });
  }
}

class ShieldedFuture extends Future<unknown> implements Runnable {
  readonly #inner: Future<unknown>;

  constructor(inner: Future<unknown>) {
    super({ loop: inner.getLoop() });
    this.#inner = inner;
    inner.addWaiter(this);
    this.addWaiter({ run: () => this.#given() });
  }

  /** The inner one is done. */
  run(): void {
    const inner = this.#inner;
    if (this.cancelled()) return;
    if (inner.state === CANCELLED) this.cancel();
    else if (inner.state === DONE) this.setResult(inner.value);
    else this.setException(inner.takeError());
  }

  /** The shield is done; when the inner one is not, it was given up, and nobody else may look at the error. */
  #given(): void {
    const inner = this.#inner;
    if (inner.done()) return;
    inner.filterWaiters((waiter) => waiter !== this && !(waiter instanceof ErrorReport));
    inner.addWaiter(new ErrorReport(inner));
  }

  override describe(): string {
    return `shield of ${this.#inner.describe()}`;
  }

  override heldBy(): Iterable<object> {
    return this.#inner.heldBy();
  }
}

/**
 * A future that ends as `awaitable` does, and whose cancellation leaves it running.
 *
 * What is shielded belongs to the run, not to the caller: it goes on after a cancellation, and when it then fails, its
 * error is reported to the exception handler, once, as in CPython also when somebody else awaits it.
 *
 * **Cancellation:** of the waiting task ends the wait only. Cancelling what is shielded ends both.
 *
 * asyncio: `shield`; the loop holds the task strongly, so it cannot vanish.
 */
export function shield<F extends Future<unknown>>(awaitable: F): Future<Outcome<F>>;
export function shield<A extends AnyAwaitable<unknown>>(awaitable: A): Future<Outcome<A>>;
export function shield(awaitable: AnyAwaitable<unknown>): Future<unknown> {
  const inner = asFuture(awaitable, undefined, "shield");
  return inner.done() ? inner : new ShieldedFuture(inner);
}
