/**
 * SIGTERM and SIGINT as the cancellation of a block. Leaves the exit code to the program, which ends as it likes after
 * the block. Counterpart: none in asyncio, where programs write it by hand with `add_signal_handler`.
 */
import { endBySignal } from "../hosts/node/end-process.js";
import { listenForSignal } from "../hosts/node/signals.js";
import { type CancelScope, enterScope, leaveScope } from "../kernel/cancel-scope.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { UsageError } from "../kernel/errors.js";
import type { TimerHandle } from "../kernel/handle.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import type { Task } from "../kernel/task.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";

/** What `gracefulStop` takes. */
export interface GracefulStopOptions {
  /** The signals that stop the block; SIGTERM and SIGINT unless said otherwise. */
  readonly signals?: readonly `SIG${string}`[] | undefined;
  /** How long the block may take to end, after which the process is ended; any time when none is given. */
  readonly grace?: Duration | undefined;
}

/**
 * A block that a signal cancels, made by `gracefulStop()`.
 *
 * | state | leaves to |
 * | --- | --- |
 * | created | active |
 * | active: in the block, no signal came | stopping, finished |
 * | stopping: the block was cancelled and has not ended | finished, or the process ends |
 * | finished | |
 *
 * **Cancellation:** one from elsewhere passes through as it is, also when a signal came too.
 *
 * asyncio: none.
 */
export class GracefulStop implements AsyncContextManager<GracefulStop> {
  /** @internal */
  outer: CancelScope | undefined = undefined;
  readonly #signals: readonly `SIG${string}`[];
  readonly #grace: number | undefined;
  #state: "created" | "active" | "stopping" | "finished" = "created";
  #signal: NodeJS.Signals | undefined;
  #task: Task<unknown> | undefined;
  #cancelling = 0;
  #timer: TimerHandle | undefined;
  #releases: (() => void)[] = [];

  /** @internal */
  constructor({ signals = ["SIGTERM", "SIGINT"], grace }: GracefulStopOptions) {
    this.#signals = signals;
    this.#grace = grace === undefined ? undefined : toSeconds(grace, "grace");
  }

  /** The signal that stopped the block, undefined when none has. */
  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} outside a task (`ERR_NO_TASK`), the second time (`ERR_GRACEFUL_STOP_STATE`), on a host without
   * signals (`ERR_NO_SIGNALS`), and what `Loop.addSignalHandler` throws for a signal.
   */
  enter(): Coroutine<GracefulStop> {
    return new Immediate(() => this.#enter());
  }

  /**
   * Ends the block, and drops the `CancelledError` that a signal has caused; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  exit(error: unknown): Coroutine<boolean> {
    return new Immediate(() => this.#exit(error));
  }

  #enter(): GracefulStop {
    if (this.#state !== "created") {
      throw new UsageError(
        "ERR_GRACEFUL_STOP_STATE",
        "Cannot enter graceful stop: it was entered already; make a new one for each block",
      );
    }
    const task = current.task as Task<unknown> | undefined;
    if (task === undefined) {
      throw new UsageError(
        "ERR_NO_TASK",
        "Cannot enter graceful stop: there is no current task; use it in a coroutine",
      );
    }
    const { loop } = task;
    if (loop.host.addSignalHandler === undefined) {
      throw new UsageError(
        "ERR_NO_SIGNALS",
        `Cannot enter graceful stop: the ${loop.host.name} host has no signals; use a NodeHost`,
      );
    }
    this.#listen(loop);
    this.#state = "active";
    this.#task = task;
    this.#cancelling = task.cancelling();
    enterScope(task, this);
    return this;
  }

  #listen(loop: Loop): void {
    const { host } = loop;
    try {
      for (const name of this.#signals) {
        const signal = name as NodeJS.Signals;
        this.#releases.push(listenForSignal(signal, () => this.#heard(signal)));
      }
    } catch (error) {
      this.#release();
      throw error;
    }
    // A signal is what a block without any other business waits for.
    const release = host.keepAlive?.();
    if (release !== undefined) this.#releases.push(release);
  }

  #heard(signal: NodeJS.Signals): void {
    if (this.#state === "stopping") {
      endBySignal(signal);
      return;
    }
    this.#state = "stopping";
    this.#signal = signal;
    const task = this.#task as Task<unknown>;
    if (this.#grace !== undefined) {
      this.#timer = task.loop.callLater(this.#grace, () => endBySignal(signal));
    }
    task.cancelWith({ reason: signal, by: undefined, scope: this });
  }

  #exit(error: unknown): boolean {
    const task = this.#task as Task<unknown>;
    const stopping = this.#state === "stopping";
    this.#state = "finished";
    this.#release();
    leaveScope(task, this);
    if (!stopping) return false;
    const ours = task.uncancel() <= this.#cancelling;
    return ours && isCancelled(error);
  }

  #release(): void {
    this.#timer?.cancel();
    for (const release of this.#releases) release();
    this.#releases = [];
  }
}

/**
 * A block that ends in good order when the process is told to: the first SIGTERM or SIGINT cancels the block, whose
 * `finally` blocks and context managers may wait; the program then goes on behind the block. A second signal, or the end
 * of `grace`, ends the process at once, by the signal itself. Blocks may be nested and stand in several tasks: a signal
 * reaches all of them.
 *
 * **Cancellation:** see `GracefulStop`.
 *
 * asyncio: none.
 * @throws {RangeError} for a `grace` that is no duration (`ERR_INVALID_DURATION`).
 * @example
 * ```ts no-run
 * const stop = gracefulStop({ grace: "10s" });
 * yield* asyncWith(stop, function* () {
 *   yield* sleep("1h");
 * });
 * console.log(`ended by ${stop.signal}`);
 * ```
 */
export function gracefulStop(options: GracefulStopOptions = {}): GracefulStop {
  return new GracefulStop(options);
}
