import type { Suspension } from "./current.js";
import { UsageError } from "./errors.js";

/** What awaiting a function that an executor has run gives: of a coroutine, its result. */
export type Executed<R> = R extends { [Symbol.iterator](): Iterator<Suspension, infer T, never> }
  ? T
  : Awaited<R>;

/**
 * What runs functions elsewhere, so that they do not hold up the loop. Another package provides one; the loop only has
 * the place for it.
 */
export interface Executor {
  /**
   * Starts `fn(...args)`; awaiting what it returns gives the result, of a function that makes a coroutine or a promise what
   * that comes to.
   *
   * **Cancellation:** the executor's affair, when what it returns is one of the library's futures.
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): PromiseLike<unknown>;
  /** Ends the executor when its loop closes. */
  shutdown?(): unknown;
}

/** The error for a loop without an executor. */
export function noExecutor(action: string): UsageError {
  return new UsageError(
    "ERR_NO_EXECUTOR",
    `Cannot ${action}: the loop has no executor; npm install @tsyncio/workers and import it, or call loop.setDefaultExecutor(...)`,
  );
}
