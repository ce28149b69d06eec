import { UsageError } from "./errors.js";

/**
 * What runs functions elsewhere, so that they do not hold up the loop. Another package provides one; the loop only has
 * the place for it.
 */
export interface Executor {
  /**
   * Starts `fn(...args)`; what it returns can be awaited.
   *
   * **Cancellation:** the executor's affair, when what it returns is one of the library's futures.
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): PromiseLike<Awaited<R>>;
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
