import { threadLoop } from "../hosts/thread-loop.js";
import { type Context, copyContext } from "../kernel/context.js";
import type { Runnable as TaskSource } from "../kernel/coroutine.js";
import { UsageError } from "../kernel/errors.js";
import type { Host } from "../kernel/host.js";
import { Loop } from "../kernel/loop.js";
import { outsideRuns, type RunOptions, runOn } from "./run.js";

/** Engines without `Symbol.asyncDispose` get the stand-in that compilers use for `await using`. */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose);

/** What a `Runner` takes. */
export interface RunnerOptions {
  /** What its loop stands on; the thread's shared loop when none is given. */
  readonly host?: Host | undefined;
  /** Debug mode for the loop. */
  readonly debug?: boolean | undefined;
}

/**
 * Several runs, one after the other, in one context: what one sets in context variables the next one sees.
 *
 * asyncio: `Runner`.
 * @example
 * ```ts no-run
 * const runner = new Runner();
 * try {
 *   await runner.run(sleep("10ms"));
 *   await runner.run(sleep("20ms"));
 * } finally {
 *   await runner.close();
 * }
 * ```
 */
export class Runner {
  readonly #options: RunnerOptions;
  #state: "created" | "open" | "closed" = "created";
  #loop: Loop | undefined;
  #context: Context | undefined;

  constructor(options: RunnerOptions = {}) {
    this.#options = options;
  }

  /**
   * The loop, made when it is first asked for.
   * @throws {UsageError} after `close()` (`ERR_RUNNER_CLOSED`).
   */
  get loop(): Loop {
    this.#open();
    return this.#loop as Loop;
  }

  /**
   * Runs `main` to its end; see `run`.
   *
   * **Cancellation:** as for `run`.
   * @throws {UsageError} after `close()` (`ERR_RUNNER_CLOSED`), and inside a running loop (`ERR_LOOP_RUNNING`).
   */
  run<T>(
    main: TaskSource<T>,
    options: Pick<RunOptions, "context" | "name" | "signal"> = {},
  ): Promise<T> {
    return outsideRuns("Runner.run()", () => {
      this.#open();
      const context = options.context ?? this.#context;
      return runOn(this.#loop as Loop, main, { ...options, context, debug: this.#options.debug });
    });
  }

  /**
   * Ends it, and its loop when that is its own. Closing twice, or before a run, does nothing.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} while a run on a loop of its own goes on (`ERR_LOOP_RUNNING`).
   */
  async close(): Promise<void> {
    if (this.#state !== "open") return;
    if (this.#options.host !== undefined) this.#loop?.close();
    this.#state = "closed";
  }

  /** For `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  #open(): void {
    if (this.#state === "closed") {
      throw new UsageError("ERR_RUNNER_CLOSED", "Cannot run: Runner is closed; make a new one");
    }
    if (this.#state === "open") return;
    this.#state = "open";
    const { host } = this.#options;
    this.#loop = host === undefined ? threadLoop() : new Loop(host);
    this.#context = copyContext();
  }
}
