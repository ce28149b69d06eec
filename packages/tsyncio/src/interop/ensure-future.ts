import {
  type AnyAwaitable,
  isCoroutine,
  isForeignPromise,
  type Outcome,
} from "../kernel/coroutine.js";
import { describeValue, rangeError, typeError } from "../kernel/errors.js";
import { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import type { Task } from "../kernel/task.js";
import { promiseFuture } from "./from-promise.js";

/**
 * A future for `awaitable`: itself when it is one, a new task for a coroutine, a future that follows a promise.
 *
 * **Cancellation:** of the future of a coroutine or task cancels it; of one that follows a promise drops what the promise
 * gives.
 *
 * asyncio: `ensure_future`.
 * @throws {TypeError} when it can not be awaited (`ERR_NOT_AWAITABLE`).
 * @throws {RangeError} when it belongs to another loop than `options.loop` (`ERR_FOREIGN_LOOP`).
 */
export function ensureFuture<F extends Future<unknown>>(awaitable: F, options?: { loop?: Loop }): F;
export function ensureFuture<A extends AnyAwaitable<unknown>>(
  awaitable: A,
  options?: { loop?: Loop },
): Task<Outcome<A>>;
export function ensureFuture(
  awaitable: AnyAwaitable<unknown>,
  options: { loop?: Loop } = {},
): Future<unknown> {
  return asFuture(awaitable, options.loop, "wait");
}

/** `ensureFuture` for the functions of the library: `action` begins the error message. */
export function asFuture(
  awaitable: unknown,
  loop: Loop | undefined,
  action: string,
): Future<unknown> {
  if (awaitable instanceof Future) {
    if (loop === undefined || awaitable.loop === loop) return awaitable;
    throw rangeError(
      "ERR_FOREIGN_LOOP",
      `Cannot ${action}: ${awaitable.describe()} belongs to another event loop`,
    );
  }
  if (isCoroutine(awaitable)) return (loop ?? runningLoop(action)).createTask(awaitable);
  if (isForeignPromise(awaitable)) return promiseFuture(awaitable, loop ?? runningLoop(action));
  throw notAwaitable(awaitable, action);
}

/** The error for what can not be awaited: `action` begins the message. */
export function notAwaitable(value: unknown, action: string): TypeError {
  const cure =
    typeof value === "function" ? "call the function" : "pass a coroutine, future, task or promise";
  return typeError(
    "ERR_NOT_AWAITABLE",
    `Cannot ${action}: expected something to await, got ${describeValue(value)}; ${cure}`,
  );
}
