import { asFuture, notAwaitable } from "../interop/ensure-future.js";
import { fromPromise } from "../interop/from-promise.js";
import { isAwaitable } from "../kernel/awaitable.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import {
  type AnyAwaitable,
  type Coroutine,
  isForeignPromise,
  type Outcome,
} from "../kernel/coroutine.js";
import type { Runnable } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { TimeoutError } from "../kernel/errors.js";
import { Future } from "../kernel/future.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import { runningLoop } from "../kernel/running-loop.js";
import { asyncWith } from "./async-context-manager.js";
import { timeout as timeoutBlock } from "./timeout.js";

/**
 * Waits for `awaitable`, but not longer than `timeout`. A coroutine runs in the caller's own task; a task or future is
 * cancelled at the deadline and waited for until it has ended. One that ends with a value all the same gives it.
 *
 * At zero and below nothing is begun: what is not done already is a `TimeoutError`.
 *
 * **Cancellation:** cancels what it waits for. A result that arrives in the very turn of the deadline or of a
 * cancellation is lost; wrap a task in `shield` to keep it.
 *
 * asyncio: `wait_for`.
 * @param timeout - seconds, or a string with its unit; null waits without a limit.
 * @throws {TimeoutError} at the deadline.
 * @throws {TypeError} for what cannot be awaited, when it is awaited (`ERR_NOT_AWAITABLE`).
 * @example
 * yield* waitFor(sleep(1, "slept"), "2s"); // => "slept"
 */
export function waitFor<A extends AnyAwaitable<unknown>>(
  awaitable: A,
  timeout: Duration | null,
): Operation<Outcome<A>> {
  return new Routine("waitFor", limited(awaitable, timeout)) as Operation<Outcome<A>>;
}

function* limited(awaitable: AnyAwaitable<unknown>, timeout: Duration | null): Coroutine<unknown> {
  if (timeout !== null && toSeconds(timeout, "timeout") <= 0) return yield* atOnce(awaitable);
  const awaited = isForeignPromise(awaitable) ? fromPromise(awaitable) : awaitable;
  if (!isAwaitable(awaited)) throw notAwaitable(awaited, "wait");
  return yield* asyncWith(timeoutBlock(timeout), function* awaitInTime() {
    return yield* awaited as Coroutine<unknown>;
  });
}

function* atOnce(awaitable: AnyAwaitable<unknown>): Coroutine<unknown> {
  const future = asFuture(awaitable, runningLoop("wait"), "wait");
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (isCancelled(error))
      throw new TimeoutError("Timed out: it was not done already", { cause: error });
    throw error;
  }
}

/** Counterpart of `_cancel_and_wait`: waits through a future of its own, so that it can be cancelled reliably. */
function* cancelAndWait(future: Future<unknown>): Coroutine<void> {
  const waiter = new Future<void>();
  const release: Runnable = {
    run() {
      if (!waiter.done()) waiter.setResult(undefined);
    },
  };
  future.addWaiter(release);
  try {
    future.cancel();
    yield* waiter;
  } finally {
    future.removeWaiter(release);
  }
}
