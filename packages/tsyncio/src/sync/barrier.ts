/**
 * A meeting point for a fixed number of tasks. Counterpart: `asyncio.locks.Barrier`; built from a condition as that is,
 * because the turns in which the tasks leave are those of a condition.
 */
import type { Coroutine } from "../kernel/coroutine.js";
import { BrokenBarrierError, describeValue, rangeError } from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import { Condition } from "./condition.js";
import { Exit } from "./exit.js";
import { LoopBound } from "./loop-bound.js";

type BarrierState = "filling" | "draining" | "resetting" | "broken";

/** The condition whose lock guards a barrier and which is notified of every change of its state. */
class Gate extends Condition {
  readonly #barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.#barrier = barrier;
  }

  override get label(): string {
    return this.#barrier.label;
  }

  override describeWait(): string {
    return this.#barrier.describeWait();
  }
}

function* passBarrier(barrier: Barrier): Coroutine<number> {
  const { gate } = barrier;
  yield* gate.acquire();
  try {
    yield* gate.waitFor(barrier.isAccepting);
    if (barrier.broken) throw brokenBy("aborted");
    const index = barrier.count++;
    try {
      if (index + 1 === barrier.parties) barrier.change("draining");
      else yield* waitForTheRest(barrier);
      return index;
    } finally {
      barrier.leave();
    }
  } finally {
    gate.release();
  }
}

function* waitForTheRest(barrier: Barrier): Coroutine<void> {
  yield* barrier.gate.waitFor(barrier.isReleased);
  if (barrier.broken) throw brokenBy("aborted");
  if (barrier.state === "resetting") throw brokenBy("reset");
}

function* resetBarrier(barrier: Barrier): Coroutine<void> {
  const { gate } = barrier;
  yield* gate.acquire();
  barrier.change(barrier.count > 0 ? "resetting" : "filling");
  gate.release();
}

function* abortBarrier(barrier: Barrier): Coroutine<void> {
  const { gate } = barrier;
  yield* gate.acquire();
  barrier.change("broken");
  gate.release();
}

function brokenBy(what: "reset" | "aborted"): BrokenBarrierError {
  return new BrokenBarrierError(
    what === "reset"
      ? "Cannot pass barrier: it was reset while this task waited; wait again"
      : "Cannot pass barrier: it was aborted; reset it to use it again",
  );
}

/**
 * A point that `parties` tasks pass together, again and again.
 *
 * | state | new arrivals | leaves to |
 * | --- | --- | --- |
 * | filling | wait for the rest | draining, by the last arrival; resetting, broken |
 * | draining | wait outside | filling, when all have left; resetting, broken |
 * | resetting | wait outside | filling, when all have left; broken |
 * | broken | fail | filling, by `reset`, at once or through resetting |
 *
 * I1. `count` is the number of tasks inside; it changes only while the lock of `gate` is held.
 * I2. The condition is notified of every change of state and when the last task inside has left.
 *
 * As a context manager it is waited for at the beginning of the block, which gets the index.
 *
 * **Cancellation:** a cancelled task leaves the barrier, which goes on waiting for as many as before; nothing breaks.
 *
 * asyncio: `Barrier`.
 * @example
 * const barrier = new Barrier(2);
 * const other = createTask(barrier.wait());
 * yield* barrier.wait(); // => 0
 * yield* other; // => 1
 */
export class Barrier extends LoopBound {
  /** @internal */
  readonly gate: Condition;
  /** @internal The tasks inside. */
  count = 0;
  /** @internal */
  state: BarrierState = "filling";
  readonly #parties: number;

  /**
   * @param parties - how many tasks pass together, a whole number of at least 1.
   * @throws {RangeError} for anything else (`ERR_INVALID_ARG`).
   */
  constructor(parties: number) {
    super();
    if (!Number.isInteger(parties) || parties < 1) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot make barrier: parties must be a whole number >= 1, got ${describeValue(parties)}`,
      );
    }
    this.#parties = parties;
    this.gate = new Gate(this);
  }

  /** How many tasks pass together. */
  get parties(): number {
    return this.#parties;
  }

  /** How many tasks wait for the rest; 0 while the barrier empties. */
  get nWaiting(): number {
    return this.state === "filling" ? this.count : 0;
  }

  /** True after `abort`, until `reset`. */
  get broken(): boolean {
    return this.state === "broken";
  }

  /**
   * Waits until `parties` tasks wait here, and gives the number of this one, 0 for the first to come. The last to come
   * goes on first and does not yield to the loop, the others follow in order. Tasks that come before all have left
   * wait for the next round.
   *
   * **Cancellation:** the task leaves and its place is free again; a task cancelled after the last one came does not
   * hold up the others.
   *
   * asyncio: `Barrier.wait`.
   * @throws {BrokenBarrierError} when the barrier is or gets aborted, or is reset meanwhile.
   * @throws {UsageError} when it must wait and tasks of another loop have waited before (`ERR_FOREIGN_LOOP`).
   */
  wait(): Operation<number> {
    return new Routine(`${this.label}.wait()`, passBarrier(this));
  }

  /**
   * Empties the barrier for a new start: tasks that wait get a `BrokenBarrierError`; an aborted barrier works again.
   * Yields to the loop only when tasks are just leaving.
   *
   * **Cancellation:** nothing was done, if it comes while this must wait.
   *
   * asyncio: `Barrier.reset`.
   */
  reset(): Operation<void> {
    return new Routine(`${this.label}.reset()`, resetBarrier(this));
  }

  /**
   * Breaks the barrier: tasks that wait, and those that come before `reset`, get a `BrokenBarrierError`. Yields to the
   * loop only when tasks are just leaving.
   *
   * **Cancellation:** nothing was done, if it comes while this must wait.
   *
   * asyncio: `Barrier.abort`.
   */
  abort(): Operation<void> {
    return new Routine(`${this.label}.abort()`, abortBarrier(this));
  }

  /** Waits, for `asyncWith`; gives the index to the block. */
  enter(): Coroutine<number> {
    return this.wait();
  }

  /** Does nothing, for `asyncWith`; swallows no error. */
  exit(_error: unknown): Coroutine<boolean> {
    return new Exit(undefined);
  }

  /** @internal New arrivals may come in, or learn that the barrier is broken. */
  readonly isAccepting = (): boolean => this.state === "filling" || this.state === "broken";

  /** @internal Those inside may go. */
  readonly isReleased = (): boolean => this.state !== "filling";

  /** @internal I2. */
  change(state: BarrierState): void {
    this.state = state;
    this.gate.notifyAll();
  }

  /** @internal One of those inside goes; the last one opens the barrier again. */
  leave(): void {
    this.count--;
    if (this.count > 0) return;
    if (this.state === "resetting" || this.state === "draining") this.state = "filling";
    this.gate.notifyAll();
  }

  /** @internal What waiting here is called in reports. */
  describeWait(): string {
    return `${this.label}.wait() with ${this.count} of ${this.#parties} parties`;
  }

  /** @internal */
  describeState(): string {
    return this.broken ? this.state : `${this.state}, waiters:${this.nWaiting}/${this.#parties}`;
  }
}
