/**
 * `async with`: a resource with a beginning and an end that may both wait. `using` cannot delegate to a coroutine, so a
 * block is a function here.
 */
import { type Coroutine, type CoroutineLike, toAwaited } from "../kernel/coroutine.js";
import { describeValue, typeError } from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";

/**
 * A resource for `asyncWith`.
 *
 * asyncio: an object with `__aenter__` and `__aexit__`.
 */
export interface AsyncContextManager<T> {
  /**
   * Begins; what it returns is passed to the block.
   *
   * **Cancellation:** must leave nothing begun.
   */
  enter(): CoroutineLike<T>;
  /**
   * Ends; `error` is what left the block, undefined when nothing did. True drops the error.
   *
   * **Cancellation:** must still end what it began.
   */
  exit(error: unknown): CoroutineLike<boolean>;
}

/**
 * Runs `block` between the beginning and the end of `manager`, and gives what the block returns; undefined when the end
 * dropped the block's error.
 *
 * Whether it yields to the loop depends on the manager and the block.
 *
 * **Cancellation:** raised in the block like any error; the manager's end runs before it goes on.
 *
 * asyncio: `async with manager as value:`.
 * @example
 * yield* asyncWith(timeout(1), function* () {
 *   return yield* sleep(0.5, "in time");
 * }); // => "in time"
 */
export function asyncWith<T, R>(
  manager: AsyncContextManager<T>,
  block: (value: T) => CoroutineLike<R>,
): Operation<R> {
  if (typeof manager?.enter !== "function" || typeof manager.exit !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot use asyncWith: expected an object with enter() and exit(), got ${describeValue(manager)}`,
    );
  }
  if (typeof block !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot use asyncWith: expected a function* as block, got ${describeValue(block)}`,
    );
  }
  return new Routine("asyncWith", runBlock(manager, block));
}

function* runBlock<T, R>(
  manager: AsyncContextManager<T>,
  block: (value: T) => CoroutineLike<R>,
): Coroutine<R> {
  const value = yield* toAwaited(manager.enter(), "enter a block");
  let result: R;
  try {
    result = yield* toAwaited(block(value), "run a block");
  } catch (error) {
    if (yield* toAwaited(manager.exit(error), "leave a block")) return undefined as R;
    throw error;
  }
  yield* toAwaited(manager.exit(undefined), "leave a block");
  return result;
}
