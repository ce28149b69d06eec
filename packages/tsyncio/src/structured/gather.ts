import { asFuture } from "../interop/ensure-future.js";
import { CancelledError, type CancelRequest, cancelledError } from "../kernel/cancelled-error.js";
import { type AnyAwaitable, isCoroutine, type Outcome } from "../kernel/coroutine.js";
import type { Runnable } from "../kernel/current.js";
import { Future } from "../kernel/future.js";
import type { Loop } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import { Task } from "../kernel/task.js";
import { CANCELLED, DONE, FAILED, Waitable } from "../kernel/waitable.js";
import { separate } from "./sleep.js";

/** What `gather` takes besides the awaitables. */
export interface GatherOptions {
  /** Errors become results, and all are waited for; default false. */
  readonly returnExceptions?: boolean;
}

/** The results of `A`, position by position. */
export type Outcomes<A extends readonly unknown[]> = { -readonly [K in keyof A]: Outcome<A[K]> };

class GatheringFuture extends Future<unknown[]> {
  readonly children: Future<unknown>[];
  readonly #returnExceptions: boolean;
  #left: number;
  #cancelRequested = false;

  constructor(loop: Loop, children: Future<unknown>[], unique: number, returnExceptions: boolean) {
    super({ loop });
    this.children = children;
    this.#left = unique;
    this.#returnExceptions = returnExceptions;
  }

  /** Counterpart of `_done_callback`. */
  childDone(child: Future<unknown>): void {
    this.#left--;
    if (this.done()) {
      if (child.state >= FAILED) child.takeError();
      return;
    }
    if (!this.#returnExceptions && child.state !== DONE) {
      this.setException(child.state === CANCELLED ? child.takeCancelledError() : child.takeError());
      return;
    }
    if (this.#left === 0) this.#end();
  }

  #end(): void {
    const results = this.children.map(outcomeOf);
    if (!this.#cancelRequested) {
      this.setResult(results);
      return;
    }
    const last = this.children.at(-1) as Future<unknown>;
    this.setException(
      last.state === CANCELLED
        ? last.takeCancelledError()
        : cancelledError(last instanceof Task ? last.lastStored : undefined),
    );
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.done()) return false;
    let any = false;
    for (const child of this.children) if (child.cancelWith(request)) any = true;
    if (any) this.#cancelRequested = true;
    return any;
  }

  override describe(): string {
    return `gather of ${this.children.length}`;
  }

  override heldBy(): Iterable<object> {
    return this.children.filter((child) => !child.done()).flatMap((child) => [...child.heldBy()]);
  }
}

function outcomeOf(child: Future<unknown>): unknown {
  if (child.state === DONE) return child.value;
  if (child.state !== CANCELLED) return child.takeError();
  // As in CPython the results show the message of the request, which a task that ended by an error has not.
  const value = child.value as CancelledError | CancelRequest;
  return value instanceof CancelledError
    ? new CancelledError(undefined, value.requestedBy, { cause: value })
    : child.takeCancelledError();
}

class ChildDone implements Runnable {
  readonly #outer: GatheringFuture;
  readonly #child: Future<unknown>;

  constructor(outer: GatheringFuture, child: Future<unknown>) {
    this.#outer = outer;
    this.#child = child;
  }

  run(): void {
    this.#outer.childDone(this.#child);
  }

  awaitedBy(): object {
    return this.#outer;
  }
}

/**
 * Runs several awaitables at once; gives their results in the order of the arguments. Coroutines become tasks; what is
 * given twice runs once.
 *
 * The first error is the outcome, while the others go on and their later errors are dropped. With `returnExceptions`
 * errors are results, and all are waited for. For a group that ends its members together use `TaskGroup`.
 *
 * **Cancellation:** cancels every member that is not done. Without `returnExceptions` the wait ends with the first of
 * them to end, while others may still be cleaning up.
 *
 * asyncio: `gather`; it starts at the call, as there.
 * @throws {TypeError} for what cannot be awaited (`ERR_NOT_AWAITABLE`).
 * @example
 * yield* gather(sleep(1, "a"), sleep(2, "b")); // => ["a", "b"]
 */
export function gather<const A extends readonly AnyAwaitable<unknown>[]>(
  ...awaitables: A
): Future<Outcomes<A>>;
export function gather<const A extends readonly AnyAwaitable<unknown>[]>(
  ...awaitables: [...A, { readonly returnExceptions: false }]
): Future<Outcomes<A>>;
export function gather<const A extends readonly AnyAwaitable<unknown>[]>(
  ...awaitables: [...A, GatherOptions]
): Future<{ -readonly [K in keyof A]: Outcome<A[K]> | Error }>;
export function gather<A extends AnyAwaitable<unknown>>(
  awaitables: Iterable<A>,
): Future<Outcome<A>[]>;
export function gather<A extends AnyAwaitable<unknown>>(
  awaitables: Iterable<A>,
  options: GatherOptions,
): Future<(Outcome<A> | Error)[]>;
export function gather(...args: unknown[]): Future<never> {
  const options = isOptions(args.at(-1)) ? (args.pop() as GatherOptions) : {};
  const [first] = args;
  const sources = args.length === 1 && isIterableOfAwaitables(first) ? [...first] : args;
  const loop = runningLoop("gather");
  const futures = new Map<unknown, Future<unknown>>();
  const children = sources.map((given) => {
    const source = separate(given);
    const known = futures.get(source);
    if (known !== undefined) return known;
    const future = asFuture(source, loop, "gather");
    futures.set(source, future);
    return future;
  });
  const outer = new GatheringFuture(
    loop,
    children,
    futures.size,
    options.returnExceptions === true,
  );
  if (children.length === 0) outer.setResult([]);
  const done: Future<unknown>[] = [];
  for (const child of futures.values()) {
    if (child.done()) done.push(child);
    else child.addWaiter(new ChildDone(outer, child));
  }
  for (const child of done) outer.childDone(child);
  return outer as Future<unknown> as Future<never>;
}

function isIterableOfAwaitables(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    Symbol.iterator in value &&
    !(value instanceof Waitable) &&
    !isCoroutine(value)
  );
}

function isOptions(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !("then" in value);
}
