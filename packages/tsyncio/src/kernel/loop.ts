/**
 * The event loop as programs see it: callbacks, timers, tasks, the exception handler, the executor's place. What runs
 * when is `Scheduler`'s affair. Counterpart: `asyncio.BaseEventLoop`.
 */
import type { Context } from "./context.js";
import { isCoroutine, type Runnable as TaskSource } from "./coroutine.js";
import { current, type Runnable } from "./current.js";
import { checkTask } from "./current-task.js";
import { type Duration, remarkOnMilliseconds, toSeconds } from "./duration.js";
import { describeValue, rangeError, typeError, UsageError } from "./errors.js";
import {
  type ExceptionContext,
  type ExceptionHandler,
  handleException,
  printException,
} from "./exception-handler.js";
import { type Executed, type Executor, noExecutor } from "./executor.js";
import { Future } from "./future.js";
import { Handle, TimerHandle } from "./handle.js";
import type { AsyncScope } from "./host.js";
import { Scheduler } from "./scheduler.js";
import { Scope } from "./scope.js";
import { Task, type TaskOptions } from "./task.js";
import { reportFailures, reportUnstarted } from "./unretrieved.js";
import { FAILED } from "./waitable.js";

/** Makes the tasks of a loop. */
export type TaskFactory = <T>(
  loop: Loop,
  coroutine: TaskSource<T>,
  options: TaskOptions,
) => Task<T>;

/** What `callSoon`, `callLater` and `callAt` take besides the callback. */
export interface CallOptions {
  /** The context to call in; a copy of the current one when none is given. */
  readonly context?: Context;
}

/**
 * An event loop. Programs are started by `run()` and seldom need to see it.
 *
 * asyncio: `AbstractEventLoop`.
 */
export class Loop extends Scheduler {
  /** @internal The owner of tasks that were made outside any run. */
  readonly rootScope: Scope = new Scope(this);
  /** @internal The runs that have not ended, and the one of the tasks outside any. */
  readonly scopes = new Set<Scope>([this.rootScope]);

  #taskFactory: TaskFactory | null = null;
  #exceptionHandler: ExceptionHandler | null = null;
  #executor: Executor | undefined = undefined;

  /**
   * Calls `callback` in the next turn, after what is ready already.
   *
   * asyncio: `call_soon`, without extra arguments: use a closure.
   * @throws {UsageError} when the loop is closed (`ERR_LOOP_CLOSED`).
   */
  callSoon(callback: () => unknown, options: CallOptions = {}): Handle {
    this.#check("call soon", callback);
    const handle = new Handle(this, callback, options.context);
    this.push(handle);
    return handle;
  }

  /** The same as `callSoon`: on one thread every call is safe. Kept for programs that come from asyncio. */
  callSoonThreadsafe(callback: () => unknown, options: CallOptions = {}): Handle {
    return this.callSoon(callback, options);
  }

  /**
   * Calls `callback` after `delay`; at zero and below in the next turn but one, as a timer that is due.
   * @param delay - seconds, or a string with its unit.
   * @throws {RangeError} for `NaN` (`ERR_INVALID_DURATION`).
   */
  callLater(delay: Duration, callback: () => unknown, options: CallOptions = {}): TimerHandle {
    const seconds = toSeconds(delay);
    this.remark(delay);
    return this.callAt(this.time() + seconds, callback, options);
  }

  /**
   * Calls `callback` when the loop's clock reaches `when`.
   * @param when - seconds on the clock of `time()`.
   * @throws {RangeError} for `NaN` (`ERR_INVALID_DURATION`).
   */
  callAt(when: number, callback: () => unknown, options: CallOptions = {}): TimerHandle {
    const deadline = toSeconds(when, "when");
    this.#check("call at a time", callback);
    const handle = new TimerHandle(this, callback, options.context, deadline);
    this.addTimer(deadline, handle);
    return handle;
  }

  /**
   * A future of this loop.
   *
   * **Cancellation:** see `Future`.
   */
  createFuture<T = unknown>(): Future<T> {
    return new Future<T>(undefined, this);
  }

  /**
   * Makes a task of `coroutine`; it begins in the next turn.
   * @throws {TypeError} when it is no coroutine (`ERR_NOT_A_COROUTINE`).
   * @throws {UsageError} when the loop is closed (`ERR_LOOP_CLOSED`).
   */
  createTask<T>(coroutine: TaskSource<T>, options?: TaskOptions): Task<T> {
    if (this.isClosed()) throw this.#closedError("create a task");
    if (this.#taskFactory === null) return new Task<T>(coroutine, options, this);
    return checkTask(this.#taskFactory(this, coroutine, options ?? {})) as Task<T>;
  }

  /** Lets `factory(loop, coroutine, options)` make the tasks from now on; null restores the default. */
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot set task factory: expected a function or null, got ${describeValue(factory)}`,
      );
    }
    this.#taskFactory = factory;
  }

  /** The task factory, null when it is the default one. */
  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  /**
   * Runs until `stop()`. On a blocking host (virtual time, `BlockingHost`) the call returns when it has ended; elsewhere
   * the promise it returns is resolved then, and the process is kept alive for so long.
   *
   * **Cancellation:** none; `stop()` ends it.
   */
  runForever(): Promise<void> {
    this.#checkRunnable("run the event loop");
    if (this.host.waitUntil !== undefined) {
      this.runBlocking();
      return Promise.resolve();
    }
    const release = this.host.keepAlive?.();
    return this.untilStopped().finally(() => release?.());
  }

  /**
   * Runs `awaitable` to its end and returns its result, in one synchronous call. Only on a blocking host: elsewhere the
   * engine owns the thread, and `run()` gives a promise.
   * @throws {UsageError} on an event-driven host (`ERR_CANNOT_BLOCK`), inside a running loop (`ERR_LOOP_RUNNING`), and
   * when `stop()` was called before the end (`ERR_LOOP_STOPPED`).
   * @throws {RangeError} for a future of another loop (`ERR_FOREIGN_LOOP`).
   * @throws {DeadlockError} when nothing can ever run again.
   */
  runUntilComplete<T>(awaitable: TaskSource<T> | Future<T>): T {
    this.#checkRunnable("run until complete");
    if (this.host.waitUntil === undefined) {
      throw new UsageError(
        "ERR_CANNOT_BLOCK",
        `Cannot run until complete: the ${this.host.name} host cannot block its thread; await run(...) instead`,
      );
    }
    const future: Future<T> = awaitable instanceof Future ? awaitable : this.createTask(awaitable);
    if (future.loop !== this) {
      throw rangeError(
        "ERR_FOREIGN_LOOP",
        `Cannot run until complete: ${future.describe()} belongs to another event loop; run it there`,
      );
    }
    const stopper: Runnable = { run: () => this.stop() };
    if (future.done()) this.push(stopper);
    else future.addWaiter(stopper);
    try {
      this.runBlocking();
    } catch (error) {
      if (future.state === FAILED) future.takeError();
      throw error;
    } finally {
      future.removeWaiter(stopper);
    }
    if (!future.done()) {
      throw new UsageError(
        "ERR_LOOP_STOPPED",
        "Event loop stopped before Future completed: stop() was called; let the coroutine return instead",
      );
    }
    return future.outcome();
  }

  /** True while the loop runs callbacks, or somebody waits in `runForever` or a run on it. */
  isRunning(): boolean {
    return current.loop === this || this.runsForever || this.scopes.size > 1;
  }

  /**
   * Drops what is queued and ends the executor. Closing twice does nothing.
   * @throws {UsageError} while it is running (`ERR_LOOP_RUNNING`).
   */
  close(): void {
    if (this.isClosed()) return;
    if (this.isRunning()) {
      throw new UsageError("ERR_LOOP_RUNNING", "Cannot close a running event loop; stop it first");
    }
    this.#reportLost();
    this.rootScope.close();
    this.shutDown();
    this.#executor?.shutdown?.();
    this.#executor = undefined;
  }

  /** What would vanish with the loop: tasks that are not done, failures nobody has looked at. */
  #reportLost(): void {
    for (const task of this.rootScope.tasks) {
      this.callExceptionHandler({ message: "Task was destroyed but it is pending!", task });
    }
    this.watchFailures();
    reportFailures(this.rootScope);
  }

  /** Sends errors that nobody else gets to `handler`; null restores the default, which prints them. */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot set exception handler: expected a function or null, got ${describeValue(handler)}`,
      );
    }
    this.#exceptionHandler = handler;
  }

  /** The exception handler, null when it is the default one. */
  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  /** Reports an error: calls the exception handler, in the context of the task or handle concerned. */
  callExceptionHandler(context: ExceptionContext): void {
    handleException(this, this.#exceptionHandler, context);
  }

  /** Prints the error and what is known about it to the console. */
  defaultExceptionHandler(context: ExceptionContext): void {
    printException(context);
  }

  /**
   * Calls `callback` on the loop whenever the process gets `signal`, in the place of the handler that the same run (or,
   * outside any, the same loop) has for it. It goes when it is removed and when its run ends; until then it keeps the run
   * waiting. One for SIGINT replaces what Ctrl-C does otherwise, for all runs.
   *
   * asyncio: `add_signal_handler`, without extra arguments: use a closure.
   * @param signal - its name, such as `"SIGTERM"`.
   * @throws {UsageError} on a host without signals (`ERR_NO_SIGNALS`), in a worker thread (`ERR_NOT_MAIN_THREAD`), for a
   * signal that cannot be caught (`ERR_SIGNAL_UNCATCHABLE`) and when the loop is closed (`ERR_LOOP_CLOSED`).
   * @throws {RangeError} for a name that is no signal's (`ERR_INVALID_SIGNAL`).
   */
  addSignalHandler(
    signal: `SIG${string}`,
    callback: () => unknown,
    options: CallOptions = {},
  ): void {
    this.#check("add signal handler", callback);
    if (this.host.addSignalHandler === undefined) {
      throw new UsageError(
        "ERR_NO_SIGNALS",
        `Cannot add signal handler: the ${this.host.name} host cannot; use a NodeHost`,
      );
    }
    this.host.addSignalHandler(signal, new Handle(this, callback, options.context));
  }

  /**
   * Removes the handler that the current run (or, outside any, the loop) has for `signal`; false when it has none. The
   * signal does again what it did before.
   *
   * asyncio: `remove_signal_handler`.
   */
  removeSignalHandler(signal: `SIG${string}`): boolean {
    return this.host.removeSignalHandler?.(signal, this) === true;
  }

  /**
   * Runs `fn(...args)` on `executor`, or on the loop's own when it is null.
   *
   * **Cancellation:** ends the wait; whether the function is stopped is the executor's affair.
   *
   * @throws {UsageError} when there is none (`ERR_NO_EXECUTOR`).
   */
  runInExecutor<A extends unknown[], R>(
    executor: Executor | null,
    fn: (...args: A) => R,
    ...args: A
  ): Future<Executed<R>> {
    const chosen = executor ?? this.#executor ?? Loop.executorFactory?.();
    if (chosen === undefined) throw noExecutor("run in an executor");
    if (executor === null) this.#executor = chosen;
    const job: unknown = chosen.submit(fn, ...args);
    if (job instanceof Future) return job as Future<Executed<R>>;
    const future = this.createFuture<Executed<R>>();
    this.promisesPending++;
    (job as PromiseLike<Executed<R>>).then(
      (value) => {
        this.promisesPending--;
        if (!future.done()) future.setResult(value);
      },
      (error: unknown) => {
        this.promisesPending--;
        if (!future.done()) future.setException(error);
      },
    );
    return future;
  }

  /** The executor for `runInExecutor(null, …)` and `toThread`. */
  setDefaultExecutor(executor: Executor): void {
    if (typeof executor?.submit !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot set default executor: expected an object with submit(), got ${describeValue(executor)}`,
      );
    }
    this.#executor = executor;
  }

  /** Makes the executor of a loop that was given none; filled by the package that has one. */
  static executorFactory: (() => Executor) | undefined = undefined;

  /** @internal The run to which what is made now belongs. */
  currentScope(): Scope {
    const task = current.task as Task<unknown> | undefined;
    const scope = task === undefined ? current.scope : task.scope;
    return scope === undefined || scope.loop !== this ? this.rootScope : scope;
  }

  /**
   * @internal
   * Takes in the tasks of a call outside any run. When they have ended and no run has adopted them, the errors nobody
   * looked at are reported, after the promise jobs of the moment have had their chance to.
   */
  addDetached(scope: Scope): void {
    this.scopes.add(scope);
    const check = (): void => {
      if (!scope.detached) return;
      if (scope.tasks.length > 0) {
        scope.tasks.first?.addWaiter({ run: () => this.host.later(check) });
        return;
      }
      this.scopes.delete(scope);
      this.watchFailures();
      reportFailures(scope);
      reportUnstarted(scope);
    };
    this.host.later(check);
  }

  /** @internal The asynchronous context for what is made now. */
  inheritedAsyncScope(): AsyncScope | undefined {
    const { host } = this;
    // Inside a turn the stores are those of the task or callback, unless the program is known to change stores.
    if (current.loop === this && host.storesInUse !== true) {
      const task = current.task as Task<unknown> | undefined;
      return task === undefined ? current.asyncScope : task.asyncScope;
    }
    return host.asyncScope?.();
  }

  /** @internal In debug mode, remarks on delays that look like milliseconds. */
  remark(delay: Duration): void {
    if (!this.debug) return;
    const remark = remarkOnMilliseconds(delay);
    if (remark !== undefined) console.warn(remark);
  }

  #check(action: string, callback: unknown): void {
    if (this.isClosed()) throw this.#closedError(action);
    if (typeof callback === "function" && callback.constructor?.name !== "GeneratorFunction")
      return;
    const cure = isCoroutine(callback)
      ? "a coroutine is started by createTask"
      : typeof callback === "function"
        ? "a function* is started by createTask"
        : "expected a function";
    throw typeError("ERR_INVALID_ARG", `Cannot ${action}: got ${describeValue(callback)}; ${cure}`);
  }

  #closedError(action: string): UsageError {
    return new UsageError(
      "ERR_LOOP_CLOSED",
      `Cannot ${action}: Event loop is closed; make a new one`,
    );
  }

  #checkRunnable(action: string): void {
    if (this.isClosed()) throw this.#closedError(action);
    if (current.loop === undefined) return;
    throw new UsageError(
      "ERR_LOOP_RUNNING",
      current.loop === this
        ? `Cannot ${action}: this event loop is already running; await the coroutine instead`
        : `Cannot ${action}: another loop is running; await the coroutine instead`,
    );
  }
}
