import type { HeapItem } from "../collections/timer-heap.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { bareYield, FINISHED, RESUMED, type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING, type Waitable } from "../kernel/waitable.js";

class Sleep<T> extends Operation<T> implements HeapItem {
  heapIndex = -1;
  readonly #duration: Duration;
  readonly #result: T;

  constructor(duration: Duration, result: T) {
    super();
    this.#duration = duration;
    this.#result = result;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    const seconds = toSeconds(this.#duration);
    if (seconds <= 0) {
      // A turn given up has nothing that could be cancelled: it is over as soon as it has begun.
      this.state = DONE;
      this.value = this.#result;
      return bareYield();
    }
    loop.remark(this.#duration);
    loop.addTimer(loop.time() + seconds, this);
    return suspend(this);
  }

  /** The deadline has come. */
  run(): void {
    if (this.state === PENDING) this.finish(DONE, this.#result);
  }

  override cancelWith(request: CancelRequest): boolean {
    this.leave();
    return super.cancelWith(request);
  }

  override leave(): void {
    this.loop?.removeTimer(this);
  }

  describe(): string {
    return `sleep(${String(this.#duration)})`;
  }
}

/**
 * `sleep(0)`, of which there is one: giving up a turn leaves nothing to remember, so it may be awaited any number of
 * times and costs no object.
 */
class YieldTurn extends Operation<undefined> {
  override next(sent?: unknown): IteratorResult<Suspension, undefined> {
    return sent === RESUMED ? FINISHED : bareYield();
  }

  begin(): IteratorResult<Suspension, undefined> {
    return bareYield();
  }

  override started(): Waitable<undefined> {
    // Plain code that awaits it wants a turn each time, not the one task that `Operation` would remember.
    return new Sleep(0, undefined).started();
  }

  describe(): string {
    return "sleep(0)";
  }
}

const YIELD_TURN = new YieldTurn();

/** `source`, or a sleep of its own for the shared `sleep(0)`: for those who take the same object for the same work. */
export function separate<A>(source: A): A {
  return (source as unknown) === YIELD_TURN ? (new Sleep(0, undefined) as A) : source;
}

/**
 * Waits for `delay`, then gives `result`. Zero and less give up the turn once, without a timer, so that others run.
 *
 * Always yields to the loop.
 *
 * **Cancellation:** ends the wait at once and frees its timer; nothing is lost.
 *
 * asyncio: `sleep`.
 * @param delay - seconds, or a string with its unit.
 * @throws {RangeError} for `NaN` or a string that is no duration, when it is awaited (`ERR_INVALID_DURATION`).
 * @example
 * yield* sleep("250ms", "done"); // => "done"
 */
export function sleep(delay: Duration): Operation<void>;
export function sleep<T>(delay: Duration, result: T): Operation<T>;
export function sleep<T>(delay: Duration, result?: T): Operation<T | undefined> {
  if (delay === 0 && result === undefined) return YIELD_TURN;
  return new Sleep(delay, result);
}
