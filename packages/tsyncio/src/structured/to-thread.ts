import { copyContext } from "../kernel/context.js";
import type { Coroutine } from "../kernel/coroutine.js";
import type { Executed } from "../kernel/executor.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import { runningLoop } from "../kernel/running-loop.js";

/**
 * Runs `fn(...args)` on the loop's executor and gives its result.
 *
 * **Cancellation:** releases the task at once; whether the function is stopped is the executor's affair.
 *
 * asyncio: `to_thread`.
 * @throws {UsageError} when the loop has no executor, when it is awaited (`ERR_NO_EXECUTOR`).
 */
export function toThread<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Operation<Executed<R>> {
  return new Routine("toThread", submit(fn, args));
}

function* submit<A extends unknown[], R>(fn: (...args: A) => R, args: A): Coroutine<Executed<R>> {
  const loop = runningLoop("run in a thread");
  return yield* copyContext().run(() => loop.runInExecutor(null, fn, ...args));
}
