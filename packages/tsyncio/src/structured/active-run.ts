/**
 * One run, from its main coroutine to the end of the last task that descends from it.
 *
 * | state | leaves to |
 * | --- | --- |
 * | running: main is not done | draining |
 * | draining: what main left behind is being cancelled | ended |
 * | ended | |
 *
 * R1. Leftovers are cancelled together, between two turns, as `asyncio.run` does after its loop has stopped.
 * R2. The outcome is main's, decided before the leftovers are cancelled; a `KeyboardInterrupt` in any task overrides it.
 * R3. Nothing of the run is left when it has ended: no task, no timer, no open async generator.
 */
import type { Context } from "../kernel/context.js";
import type { Coroutine, Runnable as TaskSource } from "../kernel/coroutine.js";
import { current, type Runnable } from "../kernel/current.js";
import { describeWaits } from "../kernel/deadlock.js";
import { DeadlockError, KeyboardInterrupt } from "../kernel/errors.js";
import type { Lowered } from "../kernel/frame.js";
import type { Loop } from "../kernel/loop.js";
import type { Timer } from "../kernel/scheduler.js";
import { Scope } from "../kernel/scope.js";
import type { Task } from "../kernel/task.js";
import { reportFailures, reportUnstarted } from "../kernel/unretrieved.js";
import { CANCELLED, DONE } from "../kernel/waitable.js";

/** Seconds after which a run that drains says who holds it up. */
const PATIENCE = 2;

/** Turns between the end of the last task and the end of the run. */
const CLOSING_TURNS = 4;

/** What the main task of a run may be given. */
export interface MainOptions {
  /** The main task's name. */
  readonly name?: string | undefined;
  /** The context it runs in, as it is; a copy of the current one when none is given. */
  readonly context?: Context | undefined;
}

export class ActiveRun<T> implements Runnable {
  readonly loop: Loop;
  readonly scope: Scope;
  readonly main: Task<T>;
  readonly #onEnd: () => void;
  #state: "running" | "draining" | "ended" = "running";
  #escaped: { readonly error: unknown } | undefined;
  #patience: Timer | undefined;

  constructor(loop: Loop, main: TaskSource<T>, options: MainOptions, onEnd: () => void) {
    this.loop = loop;
    this.#onEnd = onEnd;
    // A lowered function that was called outside any task has begun already: the run takes over its task.
    const begun = (main as Partial<Lowered<T>> | undefined)?.task as Task<T> | undefined;
    if (begun?.scope.detached === true && begun.loop === loop) {
      this.main = begun;
      this.scope = begun.scope;
      this.scope.detached = false;
      if (options.name !== undefined) begun.name = options.name;
    } else {
      this.scope = new Scope(loop);
      const outer = current.scope;
      current.scope = this.scope;
      try {
        this.main = loop.createTask(main, options);
      } finally {
        current.scope = outer;
      }
    }
    this.scope.onEscape = (error) => this.abandon(error);
    loop.scopes.add(this.scope);
    if (this.main.done()) loop.push(this);
    else this.main.addWaiter(this);
  }

  /** Main is done; its loop would now stop, at the end of this turn. */
  run(): void {
    if (this.#state === "running") this.loop.atTurnEnd(() => this.#drain());
  }

  /** True when everything has ended. */
  get ended(): boolean {
    return this.#state === "ended";
  }

  /** Main's result, or its error. */
  result(): T {
    if (this.#escaped !== undefined) {
      if (this.main.done() && !this.main.cancelled()) this.main.exception();
      throw this.#escaped.error;
    }
    return this.main.result();
  }

  /** Ends the run with `error`, whatever main does: everything is cancelled. */
  abandon(error: unknown): void {
    this.#escaped ??= { error };
    if (this.#state === "running") this.#drain();
  }

  #drain(): void {
    if (this.#state === "ended") return;
    this.#state = "draining";
    const left = [...this.scope.tasks];
    if (left.length === 0) {
      this.#closeGenerators();
      return;
    }
    this.#watch();
    let pending = left.length;
    const settled: Runnable = { run: () => this.loop.atTurnEnd(() => this.#drained(left)) };
    const waiter: Runnable = {
      run: () => {
        if (--pending === 0) this.loop.push(settled);
      },
    };
    for (const task of left) task.addWaiter(waiter);
    for (const task of left) task.cancelWith({ reason: undefined, by: undefined, scope: this });
  }

  #drained(tasks: readonly Task<unknown>[]): void {
    for (const task of tasks) {
      if (
        task === (this.main as Task<unknown>) ||
        task.state === CANCELLED ||
        task.state === DONE
      ) {
        continue;
      }
      this.loop.callExceptionHandler({
        message: "unhandled exception during asyncio.run() shutdown",
        exception: task.takeError(),
        task,
      });
    }
    this.#closeGenerators();
  }

  /** Async generators that nobody finished are closed by a task of the run. */
  #closeGenerators(): void {
    const open = [...this.scope.generators];
    if (open.length === 0) {
      this.#runOut();
      return;
    }
    this.scope.generators.clear();
    const { loop } = this;
    const close = function* shutdownAsyncGenerators(): Coroutine<void> {
      for (const generator of open) {
        try {
          yield* generator.return();
        } catch (exception) {
          loop.callExceptionHandler({
            message: "an error occurred during closing of asynchronous generator",
            exception,
          });
        }
      }
    };
    const outer = current.scope;
    current.scope = this.scope;
    try {
      loop
        .createTask(close())
        .addWaiter({ run: () => loop.atTurnEnd(() => this.#closeGenerators()) });
    } finally {
      current.scope = outer;
    }
  }

  /**
   * Callbacks that are queued, and timers that are due, still run for as many turns as CPython takes to shut down its
   * async generators and its executor. Tasks that the leftovers made meanwhile are cancelled in a round of their own.
   */
  #runOut(): void {
    const { loop } = this;
    let turns = CLOSING_TURNS;
    const countdown: Runnable = {
      run: () => {
        if (--turns > 0) loop.push(countdown);
        else loop.atTurnEnd(() => (this.scope.tasks.length > 0 ? this.#drain() : this.#end()));
      },
    };
    loop.push(countdown);
  }

  #end(): void {
    this.#state = "ended";
    const { loop, scope } = this;
    if (this.#patience !== undefined) loop.removeTimer(this.#patience);
    loop.scopes.delete(scope);
    loop.watchFailures();
    // What main failed with is the run's outcome and not one that nobody has looked at.
    if (this.main.state !== DONE && this.main.state !== CANCELLED) this.main.takeError();
    try {
      reportFailures(scope);
      reportUnstarted(scope);
    } finally {
      scope.close();
      this.#onEnd();
    }
  }

  /** A real host's run that does not come to its end says why. */
  #watch(): void {
    const { loop } = this;
    if (this.#patience !== undefined || loop.host.name === "virtual") return;
    this.#patience = {
      heapIndex: -1,
      run: () => {
        loop.callExceptionHandler({
          message: `A run has been ending for ${PATIENCE} s; these tasks were cancelled and go on:\n${describeWaits(this.scope.tasks)}`,
        });
      },
    };
    loop.addTimer(loop.time() + PATIENCE, this.#patience);
  }
}

/**
 * Runs it to its end on a loop whose host blocks. What ends the run from outside (`KeyboardInterrupt`, a deadlock) lets
 * the cleanup run; one that cannot go on either is given up.
 */
export function runToEnd<T>(loop: Loop, start: (onEnd: () => void) => ActiveRun<T>): T {
  const run = start(() => loop.stop());
  let stalled = false;
  while (!run.ended) {
    try {
      void loop.runForever();
    } catch (error) {
      const stalls = error instanceof DeadlockError;
      if (!(error instanceof KeyboardInterrupt) && (!stalls || stalled)) throw error;
      stalled ||= stalls;
      run.abandon(error);
    }
  }
  return run.result();
}

/** Closes a loop of a run's own, whatever is still going on there. */
export function closeAll(loop: Loop): void {
  for (const scope of loop.scopes) scope.close();
  loop.scopes.clear();
  loop.close();
}
