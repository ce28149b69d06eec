import { AsyncVirtualHost } from "../hosts/virtual/async-virtual-host.js";
import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import { deadlockError } from "../kernel/deadlock.js";
import { ActiveRun } from "../structured/active-run.js";
import { refuseInsideLoop } from "../structured/run.js";
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
  refuseInsideLoop("runVirtualAsync()");
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
  for (const scope of loop.scopes) scope.close();
  loop.scopes.clear();
  loop.close();
  return active.result();
}
