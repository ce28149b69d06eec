import { VirtualHost } from "../hosts/virtual/virtual-host.js";
import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import type { ExceptionHandler } from "../kernel/exception-handler.js";
import { Loop } from "../kernel/loop.js";
import type { Observer } from "../kernel/observer.js";
import { ActiveRun, closeAll, type MainOptions, runToEnd } from "../structured/active-run.js";
import { outsideRuns } from "../structured/run.js";

/** What `runVirtual` and `runVirtualAsync` take besides the main coroutine. */
export interface VirtualOptions extends MainOptions {
  /** The clock's first reading in seconds; 0 by default. */
  readonly start?: number | undefined;
  /** Debug mode for the loop. */
  readonly debug?: boolean | undefined;
  /** Gets the errors that nobody else gets; they are printed by default. */
  readonly exceptionHandler?: ExceptionHandler | undefined;
  /** Told what the tasks do. */
  readonly observer?: Observer | undefined;
}

/** A loop on `host` as the options want it. */
export function virtualLoop(host: Loop["host"], options: VirtualOptions): Loop {
  const loop = new Loop(host);
  loop.debug = options.debug === true;
  loop.observer = options.observer;
  loop.setExceptionHandler(options.exceptionHandler ?? null);
  return loop;
}

/**
 * Runs a program on virtual time, in one synchronous call: the clock stands still while anything can run and jumps to
 * the next deadline when nothing can. An hour of sleeping takes no time, and the order is always the same.
 *
 * Promises cannot settle inside the call; for programs that await them there is `runVirtualAsync`.
 *
 * asyncio: none.
 * @throws {DeadlockError} when nothing can ever run again; the message says who waits on what.
 * @throws {UsageError} inside a running loop (`ERR_LOOP_RUNNING`).
 * @throws what main raises.
 * @example
 * ```ts
 * import { sleep } from "tsyncio";
 * import { runVirtual } from "tsyncio/testing";
 *
 * const result = runVirtual(function* main() {
 *   yield* sleep("1h");
 *   return "an hour later";
 * });
 * result; // => "an hour later"
 * ```
 */
export function runVirtual<T>(main: TaskSource<T>, options: VirtualOptions = {}): T {
  return outsideRuns("runVirtual()", () => {
    const loop = virtualLoop(new VirtualHost(options.start), options);
    try {
      return runToEnd(loop, (onEnd) => new ActiveRun(loop, main, options, onEnd));
    } finally {
      closeAll(loop);
    }
  });
}
