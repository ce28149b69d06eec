import type { Coroutine } from "../kernel/coroutine.js";
import type { Duration } from "../kernel/duration.js";
import { TimeoutError } from "../kernel/errors.js";
import type { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { waitFor } from "../structured/wait-for.js";

/** Those who wait until something is so; each with a future of its own, so that one who is cancelled goes alone. */
export class Conditions {
  readonly #loop: Loop;
  readonly #waits = new Set<{ readonly future: Future<void>; readonly met: () => boolean }>();

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  /** Something has changed: wakes those whose condition is met now. */
  changed(): void {
    for (const { future, met } of this.#waits) if (!future.done() && met()) future.setResult();
  }

  /** Waits until `met()`, at most for `limit`. */
  *until(met: () => boolean, limit?: Duration): Coroutine<void> {
    if (met()) return;
    const wait = { met, future: this.#loop.createFuture<void>() };
    this.#waits.add(wait);
    try {
      yield* waitFor(wait.future, limit ?? null);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    } finally {
      this.#waits.delete(wait);
    }
  }
}
