import { AsyncVirtualHost } from "../hosts/virtual/async-virtual-host.js";
import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import { deadlockError } from "../kernel/deadlock.js";
import { ActiveRun, closeAll } from "../structured/active-run.js";
import { outsideRuns } from "../structured/run.js";
import { type VirtualOptions, virtualLoop } from "./run-virtual.js";

/**
 * Runs a program on virtual time that also awaits promises. The clock jumps when nothing can run, no promise settles any
 * more and no real I/O that a promise may wait for is under way; so `sleep("1h")` takes no time, and a request to a
 * real server takes none of the program's.
 *
 * In a browser real I/O cannot be seen: there the clock jumps as soon as nothing is ready.
 *
 * **Cancellation:** none from outside; inside, as in any run.
 *
 * asyncio: none.
 * @throws {DeadlockError} when nothing can ever run again, once the tasks' cleanup has run.
 * @throws {UsageError} inside a running loop (`ERR_LOOP_RUNNING`).
 * @throws what main raises.
 */
export async function runVirtualAsync<T>(
  main: TaskSource<T>,
  options: VirtualOptions = {},
): Promise<T> {
  return outsideRuns("runVirtualAsync()", () => runOnVirtualTime(main, options));
}

async function runOnVirtualTime<T>(main: TaskSource<T>, options: VirtualOptions): Promise<T> {
  const host = new AsyncVirtualHost(options.start);
  const loop = virtualLoop(host, options);
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const active = new ActiveRun(loop, main, options, end);
  let stalled = false;
  host.driver = {
    promisesPending: () => loop.promisesPending,
    stalled() {
      if (stalled) end();
      else active.abandon(deadlockError(loop));
      stalled = true;
    },
  };
  await ended;
  closeAll(loop);
  return active.result();
}
