import type { Handle } from "./handle.js";
import type { Loop } from "./loop.js";
import type { Scope } from "./scope.js";
import type { Task } from "./task.js";

/**
 * What a loop stands on: a clock, and a way to be called later. Real clocks and timers exist only behind this
 * interface, so that a program can run on virtual time or in a browser without knowing.
 */

/** Runs a function in the asynchronous context (the `AsyncLocalStorage` stores) in which it was captured. */
export interface AsyncScope {
  /** Calls `fn(argument)` there. */
  runInAsyncScope<A>(fn: (argument: A) => void, thisArgument: undefined, argument: A): void;
}

/** Where a coroutine stands, or its function when it has ended. */
export interface CoroutineLocation {
  readonly functionName: string;
  readonly file: string;
  readonly line: number;
}

/** A run as its host sees it. */
export interface SupervisedRun {
  /** The main task. */
  readonly main: Task<unknown>;
  /** Ends the run with `error` and not with main's outcome; everything is cancelled, and its cleanup runs. */
  abandon(error: unknown): void;
  /** Settles the run's promise with `error` at once, whatever is still going on. */
  giveUp(error: unknown): void;
  /** @internal The tasks of the run. */
  readonly scope: Scope;
}

/** A host's watch over one run. */
export interface Supervision {
  /** The error a run ends with, given the one that its main task ended with. */
  outcome(error: unknown): unknown;
  /** The run has ended. */
  release(): void;
}

/**
 * What a loop stands on. Two kinds: an event-driven host calls the loop when there is something to do (`soon`,
 * `later`, `alarm`); a blocking host waits inside the call (`waitUntil`) and can run a program to its end in one
 * synchronous call.
 */
export interface Host {
  /** `node`, `browser`, `virtual`, `blocking`. */
  readonly name: string;
  /** The clock's resolution in seconds: a timer is due when its deadline is no further away. */
  readonly resolution: number;
  /** Monotonic seconds from an arbitrary origin. */
  now(): number;

  /** Calls `run` in the current microtask checkpoint. */
  soon(run: () => void): void;
  /** Calls `run` in a macrotask, after the host's own I/O, timers and rendering had their turn. */
  later(run: () => void): void;
  /** Calls `run` at `when` or a little later, once; it replaces the alarm set before. Undefined removes it. */
  alarm(when: number | undefined, run: () => void): void;
  /** Blocking hosts: returns at `when`. `Infinity` is never passed. */
  waitUntil?(when: number): void;
  /** Blocking hosts: the error for a loop on which nothing can ever run again. */
  deadlock?(loop: Loop): Error;

  /** Keeps the process alive until the returned function is called. */
  keepAlive?(): () => void;
  /** The current asynchronous context, undefined when no `AsyncLocalStorage` has a store in it. */
  asyncScope?(): AsyncScope | undefined;
  /** True once a store was found: from then on every task looks for its own. */
  readonly storesInUse?: boolean;
  /** Looks after a run on an event-driven loop: Ctrl-C, and the end of the process before the run's. */
  supervise?(run: SupervisedRun): Supervision;
  /**
   * Runs `handle` whenever the process gets `signal`, in the place of the handle added for it in the same run, until the
   * run ends.
   * @throws {UsageError} for a signal that cannot be caught.
   */
  addSignalHandler?(signal: string, handle: Handle): void;
  /** Takes out the handle that the current run of `loop` has added for `signal`; false when there is none. */
  removeSignalHandler?(signal: string, loop: Loop): boolean;
  /** Where the coroutine is suspended, or its function when it has ended. Slow; asked only when a report is printed. */
  locate?(coroutine: object): CoroutineLocation | undefined;
}
