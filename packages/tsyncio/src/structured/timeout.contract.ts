/** What the suites of `timeout()` share: how a block under one ended. */
import {
  asyncWith,
  type Coroutine,
  currentTask,
  type Duration,
  getRunningLoop,
  sleep,
  type Timeout,
} from "../index.js";
import { runVirtual } from "../testing.js";

/** The error of a block under `limit`, whether it expired, when it ended, and the count that is left. */
export function* endOf(
  limit: Timeout,
  block: (limit: Timeout) => Coroutine<unknown>,
): Coroutine<[error: unknown, expired: boolean, time: number, cancelling: number]> {
  let error: unknown;
  try {
    yield* asyncWith(limit, block);
  } catch (raised) {
    error = raised;
  }
  return [error, limit.expired(), getRunningLoop().time(), currentTask()?.cancelling() ?? -1];
}

/** `endOf`, as a program of its own. */
export function runBlock(limit: () => Timeout, block: (limit: Timeout) => Coroutine<unknown>) {
  return runVirtual(function* main() {
    return yield* endOf(limit(), block);
  });
}

/** A block that sleeps. */
export function* sleeps(delay: Duration): Coroutine<void> {
  yield* sleep(delay);
}
