import { threadLoop } from "../hosts/thread-loop.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import { UsageError } from "../kernel/errors.js";
import type { Host, SupervisedRun, Supervision } from "../kernel/host.js";
import { Loop } from "../kernel/loop.js";
import { foreignCopy, outsideLoop, registry } from "../kernel/running-loop.js";
import type { Scope } from "../kernel/scope.js";
import type { Task } from "../kernel/task.js";
import { ActiveRun, closeAll, type MainOptions, runToEnd } from "./active-run.js";

/** What `run` takes besides the main coroutine. */
export interface RunOptions extends MainOptions {
  /** What to run on; this thread's shared loop when none is given. A loop on a host of its own ends with the run. */
  readonly host?: Host | undefined;
  /** Debug mode for the loop; see `Loop.debug`. */
  readonly debug?: boolean | undefined;
  /** Cancels the main task when it is aborted; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program: makes `main` a task, waits for it, cancels the tasks it left behind and waits until they have ended.
 * The promise is settled with main's outcome after that.
 *
 * From plain JavaScript several runs may overlap on the one loop of a thread; each ends only its own tasks.
 *
 * **Cancellation:** the first Ctrl-C cancels main, whose cleanup runs; the second stops waiting for it. The promise then
 * rejects with `KeyboardInterrupt`, which ends the process as Ctrl-C does unless it is caught.
 *
 * asyncio: `run`, except that it returns a promise.
 * @throws {UsageError} inside a running loop (`ERR_LOOP_RUNNING`); await the coroutine there.
 * @throws {TypeError} when `main` is no coroutine (`ERR_NOT_A_COROUTINE`).
 */
export function run<T>(main: TaskSource<T>, options: RunOptions = {}): Promise<T> {
  return outsideRuns("run()", () => {
    if (options.host === undefined) return runOn(threadLoop(), main, options);
    const loop = new Loop(options.host);
    return runOn(loop, main, options).finally(() => closeAll(loop));
  });
}

/**
 * @internal Calls `start` where runs may be started: in plain JavaScript, and in a lowered function that plain JavaScript
 * called, whose task belongs to no run (a test's function, an event's handler).
 * @throws {UsageError} inside a run, one of another copy of this package too.
 */
export function outsideRuns<R>(action: string, start: () => R): R {
  if (current.loop === undefined) {
    if (registry.running !== undefined) throw foreignCopy(`call ${action}`);
    return start();
  }
  if ((current.task as Task<unknown> | undefined)?.scope.detached !== true) {
    throw new UsageError(
      "ERR_LOOP_RUNNING",
      `${action} cannot be called from a running event loop; await the coroutine instead`,
    );
  }
  return outsideLoop(start);
}

/** @internal One run on a loop that stays open. */
export function runOn<T>(loop: Loop, main: TaskSource<T>, options: RunOptions): Promise<T> {
  const blocking = loop.host.waitUntil !== undefined;
  let settlement: Settlement<T>;
  const active = new ActiveRun<T>(loop, main, options, () => {
    if (blocking) loop.stop();
    settlement.end();
  });
  const promise = new Promise<T>((resolve, reject) => {
    settlement = new Settlement(active, options, resolve, reject);
    if (blocking) settlement.block();
  });
  return promise;
}

/** How many runs have set a loop's debug mode, and what it was before the first of them. */
const debugModes = new WeakMap<Loop, { runs: number; readonly before: boolean }>();

/** Sets debug mode until the returned function is called by the last of the runs that set it. */
function holdDebug(loop: Loop, debug: boolean | undefined): () => void {
  if (debug === undefined) return () => {};
  const mode = debugModes.get(loop) ?? { runs: 0, before: loop.debug };
  debugModes.set(loop, mode);
  mode.runs++;
  loop.debug = debug;
  return () => {
    if (--mode.runs > 0) return;
    loop.debug = mode.before;
    debugModes.delete(loop);
  };
}

/** Settles a run's promise, and ties the run to a signal and to its host. */
class Settlement<T> implements SupervisedRun {
  readonly #run: ActiveRun<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  readonly #supervision: Supervision | undefined;
  readonly #releaseDebug: () => void;
  readonly #onAbort = (): void => {
    this.#run.main.cancel(this.#signal?.reason);
  };
  #settled = false;

  constructor(
    run: ActiveRun<T>,
    { debug, signal }: RunOptions,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.#run = run;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#releaseDebug = holdDebug(run.loop, debug);
    this.#supervision = run.loop.host.supervise?.(this);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Runs it to its end, on a host that blocks. */
  block(): void {
    try {
      runToEnd(this.#run.loop, () => this.#run);
    } catch (error) {
      this.giveUp(error);
    }
  }

  get main(): Task<unknown> {
    return this.#run.main as Task<unknown>;
  }

  end(): void {
    if (this.#settled) return;
    let value: T;
    try {
      value = this.#run.result();
    } catch (error) {
      const aborted = isCancelled(error) && this.#signal?.aborted === true;
      this.giveUp(aborted ? this.#signal.reason : (this.#supervision?.outcome(error) ?? error));
      return;
    }
    this.#release();
    this.#resolve(value);
  }

  abandon(error: unknown): void {
    this.#run.abandon(error);
  }

  giveUp(error: unknown): void {
    this.#release();
    this.#reject(error);
  }

  get scope(): Scope {
    return this.#run.scope;
  }

  #release(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#releaseDebug();
    this.#supervision?.release();
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
