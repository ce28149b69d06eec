import { asFuture } from "../interop/ensure-future.js";
import {
  type AnyAwaitable,
  type Coroutine,
  isCoroutine,
  type Outcome,
} from "../kernel/coroutine.js";
import { finished, type Runnable, type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { describeValue, TimeoutError, typeError } from "../kernel/errors.js";
import type { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import { runningLoop } from "../kernel/running-loop.js";
import { DONE, PENDING, Waitable } from "../kernel/waitable.js";
import { separate } from "./sleep.js";

/** What `asCompleted` takes besides the awaitables. */
export interface AsCompletedOptions {
  /** After so long the rest of the iteration raises `TimeoutError`; no limit when not given. */
  readonly timeout?: Duration | null;
}

/** A source's completion, on its way to who waits for the next one. */
class Completion implements Runnable {
  readonly #all: AsCompleted<unknown>;
  readonly source: unknown;
  readonly future: Future<unknown>;

  constructor(all: AsCompleted<unknown>, source: unknown, future: Future<unknown>) {
    this.#all = all;
    this.source = source;
    this.future = future;
  }

  run(): void {
    this.#all.completed(this);
  }
}

/** The next completion: `resolve` gives its outcome, otherwise the future. */
class Next extends Operation<unknown> {
  readonly #all: AsCompleted<unknown>;
  readonly #resolve: boolean;
  #woken = false;

  constructor(all: AsCompleted<unknown>, resolve: boolean) {
    super();
    this.#all = all;
    this.#resolve = resolve;
  }

  begin(_loop: Loop): IteratorResult<Suspension, unknown> {
    return this.#take();
  }

  #take(): IteratorResult<Suspension, unknown> {
    if (this.#all.arrived.length === 0) {
      this.state = PENDING;
      this.value = undefined;
      this.#woken = false;
      this.#all.waiting.push(this);
      return suspend(this);
    }
    const completion = this.#all.arrived.shift();
    if (completion === undefined)
      throw new TimeoutError("Timed out: not all were done before the deadline");
    this.state = DONE;
    return finished(this.#resolve ? completion.future.outcome() : completion.source);
  }

  wakeUp(): void {
    this.#woken = true;
    this.finish(DONE, undefined);
  }

  override resume(): IteratorResult<Suspension, unknown> {
    if (this.state !== DONE) {
      this.#leaveQueue();
      this.outcome();
    }
    return this.#take();
  }

  override throw(error: unknown): IteratorResult<Suspension, unknown> {
    this.#leaveQueue();
    throw error;
  }

  #leaveQueue(): void {
    const { waiting, arrived } = this.#all;
    const index = waiting.indexOf(this);
    if (index >= 0) waiting.splice(index, 1);
    // Woken for a completion that it will not take: the next in line may.
    if (this.#woken && arrived.length > 0) this.#all.wakeNext();
  }

  describe(): string {
    return "the next of asCompleted";
  }
}

/**
 * Awaitables in the order in which they end, made by `asCompleted`.
 *
 * As a plain iterable it gives operations, of which the k-th awaits the k-th to end, whichever is awaited first; by
 * `asyncFor` it gives the futures themselves, each of them done.
 */
export class AsCompleted<A> {
  /** @internal */
  heapIndex = -1;
  /** @internal Ended and not taken; undefined for one that did not end in time. */
  readonly arrived: (Completion | undefined)[] = [];
  /** @internal */
  readonly waiting: Next[] = [];
  readonly #loop: Loop;
  readonly #todo = new Map<Completion, Future<unknown>>();
  #left: number;

  /** @internal */
  constructor(sources: Iterable<A>, timeout: Duration | null | undefined) {
    const loop = runningLoop("iterate by completion");
    this.#loop = loop;
    const seconds =
      timeout === undefined || timeout === null ? null : toSeconds(timeout, "timeout");
    for (const source of new Set(Array.from(sources, separate))) {
      const future = asFuture(source, loop, "iterate by completion");
      const given = source instanceof Waitable && !isCoroutine(source) ? source : future;
      const completion = new Completion(this as AsCompleted<unknown>, given, future);
      this.#todo.set(completion, future);
    }
    for (const [completion, future] of this.#todo) {
      if (future.done()) loop.push(completion);
      else future.addWaiter(completion);
    }
    this.#left = this.#todo.size;
    if (this.#left > 0 && seconds !== null) loop.addTimer(loop.time() + seconds, this);
  }

  /** @internal */
  completed(completion: Completion): void {
    if (!this.#todo.delete(completion)) return;
    this.arrived.push(completion);
    this.wakeNext();
    if (this.#todo.size === 0) this.#loop.removeTimer(this);
  }

  /** @internal The time is up. */
  run(): void {
    for (const [completion, future] of this.#todo) {
      future.removeWaiter(completion);
      this.arrived.push(undefined);
      this.wakeNext();
    }
    this.#todo.clear();
  }

  /** @internal */
  wakeNext(): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (next.state !== PENDING) continue;
      next.wakeUp();
      return;
    }
  }

  /** The operations, each giving the outcome of the next to end. */
  *[Symbol.iterator](): Generator<Operation<Outcome<A>>, void, undefined> {
    while (this.#left > 0) {
      this.#left--;
      yield new Next(this as AsCompleted<unknown>, true) as Operation<Outcome<A>>;
    }
  }

  /** Makes `asyncFor` and `for await` iterate the futures. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next future to be done, for `asyncFor`.
   *
   * **Cancellation:** ends the wait only; no completion is lost.
   */
  next(): Operation<IteratorResult<Future<Outcome<A>>, undefined>> {
    const all = this as AsCompleted<unknown>;
    return new Routine("the next of asCompleted", all.nextResult()) as Operation<
      IteratorResult<Future<Outcome<A>>, undefined>
    >;
  }

  /** @internal */
  *nextResult(): Coroutine<IteratorResult<unknown, undefined>> {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left--;
    const value = yield* new Next(this as AsCompleted<unknown>, false);
    return { done: false, value };
  }
}

/**
 * Runs several awaitables at once and iterates them in the order in which they end. Leaving the iteration early cancels
 * nothing.
 *
 * **Cancellation:** of a wait inside the iteration ends that wait; the awaitables go on.
 *
 * asyncio: `as_completed`; it starts at the call, as there.
 * @throws {TypeError} for a single awaitable in place of an iterable (`ERR_INVALID_ARG`).
 * @example
 * const order: string[] = [];
 * for (const next of asCompleted([sleep(2, "b"), sleep(1, "a")])) order.push(yield* next);
 * order; // => [ 'a', 'b' ]
 */
export function asCompleted<A extends AnyAwaitable<unknown>>(
  awaitables: Iterable<A>,
  options: AsCompletedOptions = {},
): AsCompleted<A> {
  const given: unknown = awaitables;
  if (
    given instanceof Waitable ||
    isCoroutine(given) ||
    typeof (given as Iterable<A> | null)?.[Symbol.iterator] !== "function"
  ) {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot iterate by completion: expected an iterable of awaitables, got ${describeValue(given)}; pass an array`,
    );
  }
  return new AsCompleted<A>(awaitables, options.timeout);
}
