import type { HeapItem } from "../collections/timer-heap.js";
import { promiseFuture } from "../interop/from-promise.js";
import { isCoroutine, isForeignPromise } from "../kernel/coroutine.js";
import { finished, type Runnable, type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { describeValue, rangeError, typeError } from "../kernel/errors.js";
import { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { CANCELLED, DONE, FAILED, PENDING, Waitable } from "../kernel/waitable.js";

/** `wait` returns as soon as one is done. */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/** `wait` returns as soon as one failed, else when all are done; cancelled ones do not count as failed. */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/** `wait` returns when all are done. */
export const ALL_COMPLETED = "ALL_COMPLETED";
/** When `wait` returns. */
export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

/** What `wait` takes besides the futures. */
export interface WaitOptions {
  /** Returns after so long at the latest, without an error; no limit when not given. */
  readonly timeout?: Duration | null;
  /** When to return; `ALL_COMPLETED` by default. */
  readonly returnWhen?: ReturnWhen;
}

const MODES: readonly unknown[] = [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED];

class Member implements Runnable {
  readonly #wait: Wait<unknown>;
  readonly #future: Future<unknown>;

  constructor(wait: Wait<unknown>, future: Future<unknown>) {
    this.#wait = wait;
    this.#future = future;
  }

  run(): void {
    this.#wait.memberDone(this.#future);
  }

  awaitedBy(): object {
    return this.#wait;
  }
}

class Wait<F> extends Operation<[done: Set<F>, pending: Set<F>]> implements HeapItem {
  heapIndex = -1;
  readonly #sources: Iterable<F>;
  readonly #options: WaitOptions;
  readonly #futures = new Map<F, Future<unknown>>();
  readonly #members: Member[] = [];
  #left = 0;

  constructor(sources: Iterable<F>, options: WaitOptions) {
    super();
    this.#sources = sources;
    this.#options = options;
  }

  begin(loop: Loop): IteratorResult<Suspension, [Set<F>, Set<F>]> {
    this.#collect(loop);
    const { timeout } = this.#options;
    if (timeout !== undefined && timeout !== null) {
      loop.addTimer(loop.time() + toSeconds(timeout, "timeout"), this);
    }
    this.#left = this.#futures.size;
    for (const future of this.#futures.values()) {
      const member = new Member(this as unknown as Wait<unknown>, future);
      this.#members.push(member);
      if (future.state === PENDING) future.addWaiter(member);
      else loop.push(member);
    }
    return suspend(this);
  }

  #collect(loop: Loop): void {
    const sources: unknown = this.#sources;
    if (
      sources instanceof Waitable ||
      isCoroutine(sources) ||
      typeof (sources as Iterable<F> | null)?.[Symbol.iterator] !== "function"
    ) {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot wait: expected an iterable of futures, got ${describeValue(sources)}; pass an array`,
      );
    }
    const mode = this.#options.returnWhen ?? ALL_COMPLETED;
    if (!MODES.includes(mode)) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot wait: returnWhen must be FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED, got ${describeValue(mode)}`,
      );
    }
    for (const source of this.#sources) this.#futures.set(source, toFuture(source, loop));
    if (this.#futures.size === 0) {
      throw rangeError("ERR_INVALID_ARG", "Cannot wait: no futures were given; pass one or more");
    }
  }

  /** Counterpart of `_on_completion`: looks at an error only where the rule asks for it. */
  memberDone(future: Future<unknown>): void {
    this.#left--;
    const { returnWhen } = this.#options;
    if (this.#left <= 0 || returnWhen === FIRST_COMPLETED) this.run();
    else if (returnWhen === FIRST_EXCEPTION && future.state >= FAILED) {
      future.takeError();
      this.run();
    }
  }

  /** Enough are done, or the time is up. */
  run(): void {
    if (this.state === PENDING) this.finish(DONE, undefined);
  }

  override leave(): void {
    this.loop?.removeTimer(this);
    const futures = [...this.#futures.values()];
    for (const [i, member] of this.#members.entries()) futures[i]?.removeWaiter(member);
  }

  override resume(): IteratorResult<Suspension, [Set<F>, Set<F>]> {
    this.leave();
    if (this.state === CANCELLED) throw this.takeCancelledError();
    const done = new Set<F>();
    const pending = new Set<F>();
    for (const [source, future] of this.#futures) (future.done() ? done : pending).add(source);
    return finished([done, pending]);
  }

  awaitedBy(): object | undefined {
    return this.waiters;
  }

  describe(): string {
    return `wait of ${this.#futures.size}`;
  }

  override heldBy(): Iterable<object> {
    return [...this.#futures.values()].filter((f) => !f.done()).flatMap((f) => [...f.heldBy()]);
  }
}

function toFuture(source: unknown, loop: Loop): Future<unknown> {
  if (source instanceof Future) return source;
  if (isForeignPromise(source)) return promiseFuture(source, loop, true);
  const cure = isCoroutine(source)
    ? "a coroutine must be made a task first: createTask(...)"
    : "pass futures, tasks or promises";
  throw typeError("ERR_INVALID_ARG", `Cannot wait: got ${describeValue(source)}; ${cure}`);
}

/**
 * Waits until some or all of several futures are done; gives the set of those that are and the set of those that are
 * not. It raises none of their errors, cancels none of them, and does not raise when the time is up.
 *
 * Always yields to the loop, also when all are done already.
 *
 * **Cancellation:** ends the wait only; the futures go on.
 *
 * asyncio: `wait`; takes promises too, and gives them as they are: look at the error of one by `fromPromise`.
 * @throws {TypeError} for coroutines, and for a single future in place of an iterable, when it is awaited (`ERR_INVALID_ARG`).
 * @throws {RangeError} when `futures` is empty, when it is awaited (`ERR_INVALID_ARG`).
 */
export function wait<F extends Future<unknown> | PromiseLike<unknown>>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): Operation<[done: Set<F>, pending: Set<F>]> {
  return new Wait(futures, options);
}
