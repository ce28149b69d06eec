/**
 * What counts as a coroutine, and what to say about what does not.
 */
import { current, MARK_NAME, type Suspension } from "./current.js";
import { describeValue, typeError, UsageError } from "./errors.js";
import { Operation } from "./operation.js";
import { foreignCopy } from "./running-loop.js";
import { Waitable } from "./waitable.js";

/**
 * Work that runs only when it is awaited or made a task: what calling a `function*` gives. `T` is what it returns.
 *
 * asyncio: a coroutine object.
 */
export interface Coroutine<T> {
  /** Runs it to its next wait, or to its end. For the kernel only. */
  // biome-ignore lint/suspicious/noExplicitAny: what is sent in is the kernel's affair
  next(sent?: any): IteratorResult<Suspension, T>;
  /** Raises `error` where it stands. For the kernel only. */
  throw(error: unknown): IteratorResult<Suspension, T>;
  /** Ends it, running its `finally` blocks. For the kernel only. */
  // biome-ignore lint/suspicious/noExplicitAny: a generator's return takes its own result type
  return(value?: any): IteratorResult<Suspension, T>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [Symbol.iterator](): Iterator<Suspension, T, any>;
}

/**
 * What a function that waits takes: a coroutine, a future or task, an operation of the library, or a promise.
 */
export type AnyAwaitable<T> = Coroutine<T> | Waitable<T> | PromiseLike<T>;

/**
 * What a function that starts work takes: a coroutine or a function returning one. The promise type stands for lowered
 * `async` functions, which TypeScript types so; a real promise is an error when the program runs.
 */
export type Runnable<T> = CoroutineLike<T> | (() => CoroutineLike<T>);

/**
 * What the body of a block returns: a coroutine. The promise type stands for lowered `async` functions, as in `Runnable`.
 */
export type CoroutineLike<T> = Coroutine<T> | PromiseLike<T>;

/** The result of awaiting an `A`. */
export type Outcome<A> = A extends { [Symbol.iterator](): Iterator<Suspension, infer T, never> }
  ? T
  : A extends PromiseLike<infer T>
    ? T
    : never;

// An object whose prototype is that of all generators of this realm: `instanceof` then is a short walk.
const GeneratorObject = function GeneratorObject() {} as unknown as abstract new () => Generator;
Object.defineProperty(GeneratorObject, "prototype", {
  value: Object.getPrototypeOf(function* () {}).prototype,
});

/**
 * True for what a `function*` returns and for the library's operations; false for functions, futures, tasks, promises.
 *
 * asyncio: `iscoroutine`; every generator object counts here, there is no telling them apart.
 */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return (
    value instanceof GeneratorObject ||
    value instanceof Operation ||
    // A generator of another realm (an iframe, a vm context).
    (typeof value === "object" &&
      value !== null &&
      (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator" &&
      typeof (value as { throw?: unknown }).throw === "function")
  );
}

/** True for a promise or anything with a `then` that is not ours. */
export function isForeignPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Waitable) &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/**
 * The coroutine to run for `main`: itself, or what it returns when it is a function.
 * @throws {TypeError} when it is no coroutine, with what to write instead (`ERR_NOT_A_COROUTINE`).
 */
export function toCoroutine<T>(main: Runnable<T>, action: string, loop: object): Coroutine<T> {
  if (main instanceof GeneratorObject) return main as unknown as Coroutine<T>;
  // A lowered coroutine that another task drives gives a wait for its end.
  if (main instanceof Operation) return main[Symbol.iterator]() as Coroutine<T>;
  const value: unknown = typeof main === "function" ? callFor(loop, main) : main;
  if (isCoroutine(value)) return value[Symbol.iterator]() as Coroutine<T>;
  throw notACoroutine(value, typeof main === "function" ? main : undefined, action);
}

/** Calls `main` as if its loop were running already, so that what it builds (a timeout, a future) finds the loop. */
function callFor(loop: object, main: () => unknown): unknown {
  const { loop: outer, lazy } = current;
  current.loop = outer ?? loop;
  current.lazy = true;
  try {
    return main();
  } finally {
    current.loop = outer;
    current.lazy = lazy;
  }
}

/**
 * What a block returned, to be awaited by `yield*`.
 * @throws {TypeError} when it is no coroutine, with what to write instead (`ERR_NOT_A_COROUTINE`).
 */
export function toAwaited<T>(value: CoroutineLike<T>, action: string): Coroutine<T> {
  if (value instanceof Waitable || isCoroutine(value)) return value as Coroutine<T>;
  throw notACoroutine(value, undefined, action);
}

function notACoroutine(value: unknown, fn: { name: string } | undefined, action: string): Error {
  if (isOfOtherCopy(value)) return foreignCopy(action);
  const from = fn === undefined ? "" : ` from function ${fn.name || "(anonymous)"}`;
  let cure = "pass what calling a function* returns";
  if (value instanceof Waitable) {
    cure = "it runs already; await it with yield*";
  } else if (isForeignPromise(value)) {
    cure = "write the function as function* with yield*, or wrap the promise: fromPromise(promise)";
  } else if (typeof value === "function") {
    cure = "call the function";
  }
  return typeError(
    "ERR_NOT_A_COROUTINE",
    `Cannot ${action}: expected a coroutine, got ${describeValue(value)}${from}; ${cure}`,
  );
}

/** True for what another copy of this package made. */
function isOfOtherCopy(value: unknown): boolean {
  return (
    value instanceof Promise &&
    !(value instanceof Waitable) &&
    Object.getPrototypeOf(value) !== Promise.prototype &&
    typeof (value as { describe?: unknown }).describe === "function"
  );
}

/** On a coroutine that a task drives. A property costs a tenth of what a `WeakSet` does, and a task is made often. */
const OWNED: unique symbol = Symbol("tsyncio.owned");

/**
 * Marks `coroutine` as driven by a task: a second one would find it finished, or steal its results.
 * @throws {UsageError} when a task drives it already (`ERR_AWAITED_TWICE`).
 */
export function own(coroutine: object): void {
  // Operations detect it themselves, and `sleep(0)` may be awaited any number of times.
  if (coroutine instanceof Operation) return;
  const owned = coroutine as { [OWNED]?: true };
  if (owned[OWNED] === true) {
    throw new UsageError(
      "ERR_AWAITED_TWICE",
      "Cannot create a task: the coroutine belongs to a task already; call the function again, or await that task",
    );
  }
  owned[OWNED] = true;
}

/** The error raised at the `yield` of something the loop cannot wait for. */
export function badYield(value: unknown): Error {
  // The mark of another copy of this package.
  if (typeof value === "symbol" && value.description === MARK_NAME) {
    return foreignCopy("await this here");
  }
  let cure = "only awaitables can be awaited, with yield*";
  if (value instanceof Waitable || isCoroutine(value)) {
    cure = "write yield* instead of yield";
  } else if (isForeignPromise(value)) {
    cure = "write yield* fromPromise(promise)";
  } else if (typeof value === "function") {
    cure = "call the function and write yield*";
  }
  return typeError("ERR_BAD_YIELD", `Cannot await ${describeValue(value)} by yield: ${cure}`);
}

/** Adds what to write to the engine's own error for `yield*` on something that is not iterable. */
export function explainYieldStar(error: unknown): void {
  if (
    !(error instanceof TypeError) ||
    HINTED.test(error.message) ||
    !UNITERABLE.test(error.message)
  ) {
    return;
  }
  const hint = `${error.message}; yield* takes coroutines, futures and tasks: a promise is awaited by yield* fromPromise(promise)`;
  Object.defineProperty(error, "message", { value: hint, configurable: true, writable: true });
}

const UNITERABLE =
  /is not iterable|Symbol\.iterator|non-iterable|return value is not iterable|provide a 'throw' method/;
const HINTED = /yield\* takes coroutines/;
