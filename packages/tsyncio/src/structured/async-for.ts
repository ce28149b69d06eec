import { fromPromise } from "../interop/from-promise.js";
import { isAwaitable } from "../kernel/awaitable.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import {
  type Coroutine,
  type CoroutineLike,
  isForeignPromise,
  toAwaited,
} from "../kernel/coroutine.js";
import { MARK } from "../kernel/current.js";
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
 * waited for is abandoned, what it gives is lost, and the iterator is told to close without waiting for it.
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
  iterable: AnyAsyncIterable<T>,
  block: (item: T) => PromiseLike<typeof BREAK | void>,
): Operation<void>;
export function asyncFor<T>(
  iterable: AnyIterable<T>,
  block: (item: T) => PromiseLike<typeof BREAK | void>,
): Operation<void>;
export function asyncFor<T>(
  iterable: AnyIterable<T>,
  block: (item: T) => CoroutineLike<typeof BREAK | void>,
): Operation<void> {
  checkIterable(iterable);
  if (typeof block !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot use asyncFor: expected a function* as block, got ${describeValue(block)}`,
    );
  }
  return new Routine("asyncFor", iterate(iterable, block));
}

function checkIterable(iterable: unknown): void {
  const source = iterable as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  if (typeof (source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator]) === "function") return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot iterate ${describeValue(iterable)}: asyncFor takes an async iterable or an iterable`,
  );
}

function iteratorOf<T>(iterable: AnyIterable<T>): AnyIterator<T> {
  const source = iterable as Partial<AsyncIterable<T>> & Iterable<T>;
  return source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]();
}

function* iterate<T>(
  iterable: AnyIterable<T>,
  block: (item: T) => CoroutineLike<typeof BREAK | void>,
): Coroutine<void> {
  const iterator = iteratorOf(iterable);
  for (;;) {
    const next: unknown = iterator.next();
    let item: IteratorResult<T>;
    if (isAwaitable(next)) item = (yield* next as Coroutine<unknown>) as IteratorResult<T>;
    else if (isForeignPromise(next)) item = yield* foreignNext(iterator, next);
    else item = next as IteratorResult<T>;
    if (item.done === true) return;
    if ((item.value as unknown) === MARK) throw iteratedAwaitable(iterable);
    let left = true;
    try {
      if ((yield* toAwaited(block(item.value), "run a block")) === BREAK) return;
      left = false;
    } finally {
      if (left && iterator.return !== undefined) yield* settle(iterator.return());
    }
  }
}

/** Waits for the promise of an item. Cancelled, it asks the iterator to close and does not wait: it may be stuck. */
function* foreignNext<T>(
  iterator: AnyIterator<T>,
  next: PromiseLike<unknown>,
): Coroutine<IteratorResult<T>> {
  try {
    return (yield* fromPromise(next)) as IteratorResult<T>;
  } catch (error) {
    if (isCancelled(error)) Promise.resolve(iterator.return?.()).catch(() => {});
    throw error;
  }
}

/** Waits for what an iterator of any kind has returned. */
function* settle(result: unknown): Coroutine<void> {
  if (isAwaitable(result)) yield* result as Coroutine<unknown>;
  else if (isForeignPromise(result)) yield* fromPromise(result);
}

function iteratedAwaitable(source: unknown): TypeError {
  return typeError(
    "ERR_INVALID_ARG",
    `Cannot iterate ${describeValue(source)}: it is something to await; await it with yield*, or make an async generator: asyncGenerator(function* (emit) { ... })`,
  );
}
