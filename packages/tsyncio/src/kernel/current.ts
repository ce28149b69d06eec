/**
 * What runs on this thread at this moment, and the hand-over between an awaited thing and the kernel.
 *
 * The protocol of a suspension: `yield* x` asks `x` for its iterator and calls `next()`. To suspend, `x` stores itself in
 * `current.awaiting` and returns the one shared `SUSPENDED` record; the kernel finds there what to wait for. It resumes
 * with `next(RESUMED)`, which no first call can be, so that futures need no state for each of their awaiters, and
 * neither a suspension nor a resumption allocates anything.
 */
import type { AsyncScope } from "./host.js";
import type { Scope } from "./scope.js";

/** The type of what coroutines yield; nothing else may be yielded to the loop. */
declare const suspensionBrand: unique symbol;
/** What a coroutine yields to the loop. Only awaitables make it: write `yield*`, never `yield`. */
export interface Suspension {
  readonly [suspensionBrand]: true;
}

/** By this name another copy of the package knows our mark. */
export const MARK_NAME = "tsyncio.suspension";
/** The yielded mark. */
export const MARK = Symbol(MARK_NAME) as unknown as Suspension;
/** The iterator result of every suspension. */
export const SUSPENDED: IteratorYieldResult<Suspension> = { value: MARK, done: false };
/** The iterator result of an await without a value. */
export const FINISHED: IteratorReturnResult<undefined> = { value: undefined, done: true };
/** What the kernel sends into a coroutine to resume it. */
export const RESUMED = Symbol("tsyncio.resumed");
/** Stored in `current.awaiting` by a bare yield: run me again in the next turn. */
export const BARE = Symbol("tsyncio.bare");

/** A thing in the ready queue. */
export interface Runnable {
  /** Runs it, once; raises only what must leave the loop (`KeyboardInterrupt`). */
  run(): void;
  /** For a waiter that is no task: what it stands for, on the way to the task that waits. */
  awaitedBy?(): object | undefined;
}

/**
 * The state of this thread. Typed loosely where a precise type would make the kernel's files import each other in a
 * circle; `currentTask()`, `getRunningLoop()` and `currentContext()` are the typed views.
 */
export const current: {
  /** The loop whose turn is running. */
  loop: object | undefined;
  /** The task whose step is running. */
  task: object | undefined;
  /** The run that owns what the current callback creates, when no task is running. */
  scope: Scope | undefined;
  /** The asynchronous context of the callback that is running, when no task is. */
  asyncScope: AsyncScope | undefined;
  /** The current context. */
  context: object;
  /** What the coroutine that has just yielded waits for. */
  awaiting: object | typeof BARE | undefined;
  /** A function is being called for the coroutine it returns: calls of lowered functions stay lazy. */
  lazy: boolean;
} = {
  loop: undefined,
  task: undefined,
  scope: undefined,
  asyncScope: undefined,
  context: {},
  awaiting: undefined,
  lazy: false,
};

/** Suspends the current coroutine until `waitable` is done. */
export function suspend(waitable: object): IteratorYieldResult<Suspension> {
  current.awaiting = waitable;
  return SUSPENDED;
}

/** Suspends the current coroutine for one turn. */
export function bareYield(): IteratorYieldResult<Suspension> {
  current.awaiting = BARE;
  return SUSPENDED;
}

/** The iterator result of an await that gave `value`. */
export function finished<T>(value: T): IteratorReturnResult<T> {
  return value === undefined
    ? (FINISHED as unknown as IteratorReturnResult<T>)
    : { value, done: true };
}
