import { fromPromise } from "../interop/from-promise.js";
import { isAwaitable } from "../kernel/awaitable.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { describeValue, typeError } from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";

/** Returned by the block of `asyncFor`, ends the loop. */
export const BREAK: unique symbol = Symbol("tsyncio.break");

/** What `asyncFor` iterates: async iterables, the library's and others', and plain iterables. */
export type AnyIterable<T> = AnyAsyncIterable<T> | Iterable<T>;
type AnyAsyncIterable<T> = {
  [Symbol.asyncIterator](): { next(): PromiseLike<IteratorResult<T, unknown>> };
};

type AnyIterator<T> =
  | Pick<AsyncIterator<T>, "next" | "return">
  | Pick<Iterator<T>, "next" | "return">;

/**
 * Runs `block` for each item of `iterable`, one after the other. The block returns `BREAK` to stop. Left early, by
 * `BREAK` or an error, the iterator is closed.
 *
 * Whether it yields to the loop depends on the iterable and the block.
 *
 * **Cancellation:** raised in the wait for the next item or in the block; the iterator is closed. A promise that is
 * waited for is abandoned, and what it gives is lost.
 *
 * asyncio: `async for item in iterable:`; there `break` leaves the iterator open.
 * @throws {TypeError} for what cannot be iterated (`ERR_INVALID_ARG`).
 * @example
 * const seen: number[] = [];
 * yield* asyncFor([1, 2, 3], function* (n) {
 *   if (n === 3) return BREAK;
 *   yield* sleep(1);
 *   seen.push(n);
 * });
 * seen; // => [ 1, 2 ]
 */
export function asyncFor<T>(
  iterable: AnyAsyncIterable<T>,
  block: (item: T) => Coroutine<typeof BREAK | void>,
): Operation<void>;
export function asyncFor<T>(
  iterable: AnyIterable<T>,
  block: (item: T) => Coroutine<typeof BREAK | void>,
): Operation<void>;
export function asyncFor<T>(
  iterable: AnyIterable<T>,
  block: (item: T) => Coroutine<typeof BREAK | void>,
): Operation<void> {
  const iterator = iteratorOf(iterable);
  if (typeof block !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot use asyncFor: expected a function* as block, got ${describeValue(block)}`,
    );
  }
  return new Routine("asyncFor", iterate(iterator, block));
}

function iteratorOf<T>(iterable: AnyIterable<T>): AnyIterator<T> {
  const source = iterable as Partial<AsyncIterable<T> & Iterable<T>> | null | undefined;
  const iterator = source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot iterate ${describeValue(iterable)}: asyncFor takes an async iterable or an iterable`,
  );
}

function* iterate<T>(
  iterator: AnyIterator<T>,
  block: (item: T) => Coroutine<typeof BREAK | void>,
): Coroutine<void> {
  let finished = false;
  try {
    for (;;) {
      finished = true;
      const item = yield* settle<IteratorResult<T>>(iterator.next());
      if (item.done === true) return;
      finished = false;
      if ((yield* block(item.value)) === BREAK) return;
    }
  } finally {
    if (!finished && iterator.return !== undefined) yield* settle(iterator.return());
  }
}

/** Waits for what an iterator of any kind has returned. */
function* settle<T>(result: PromiseLike<T> | T): Coroutine<T> {
  if (isAwaitable(result)) return yield* result as Coroutine<T>;
  if (typeof (result as PromiseLike<T> | null)?.then !== "function") return result as T;
  return yield* fromPromise(result as PromiseLike<T>);
}
