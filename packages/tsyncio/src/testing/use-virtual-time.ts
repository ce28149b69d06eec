import { createHost } from "#host";
import {
  configureRuns,
  hasThreadLoop,
  type RunDefaults,
  threadLoop,
} from "../hosts/thread-loop.js";
import { AsyncVirtualHost } from "../hosts/virtual/async-virtual-host.js";
import { UsageError } from "../kernel/errors.js";

/** What `useVirtualTime` takes. */
export interface VirtualTimeSettings extends Omit<RunDefaults, "host"> {
  /** The clock's first reading in seconds; 0 by default. */
  readonly start?: number | undefined;
}

/**
 * Puts every `run` of this thread on virtual time, on one clock: for a program that is run as it is, as
 * `tsyncio run --virtual` does. Everything but the time is the real host's, Ctrl-C and the report of a deadlock
 * included. The clock jumps when nothing can run, no promise settles any more and no real I/O that a promise may wait
 * for is under way.
 *
 * In a browser real I/O cannot be seen: there the clock jumps as soon as nothing is ready.
 *
 * asyncio: none.
 * @param settings - for the loop that all runs share.
 * @throws {UsageError} when this thread's loop is there already (`ERR_LOOP_EXISTS`): it comes with the first run.
 * @example
 * ```ts no-check
 * import { useVirtualTime } from "tsyncio/testing";
 *
 * useVirtualTime();
 * await import("./program.js");
 * ```
 */
export function useVirtualTime(settings: VirtualTimeSettings = {}): void {
  if (hasThreadLoop()) {
    throw new UsageError(
      "ERR_LOOP_EXISTS",
      "Cannot use virtual time: this thread's loop was made before; call useVirtualTime() before the first run()",
    );
  }
  const { start, ...defaults } = settings;
  const host = new AsyncVirtualHost(start, createHost());
  configureRuns({ ...defaults, host: () => host });
  const loop = threadLoop();
  host.driver = { promisesPending: () => loop.promisesPending };
}
