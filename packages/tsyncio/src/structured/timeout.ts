import { type CancelScope, enterScope, leaveScope } from "../kernel/cancel-scope.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { TimeoutError, UsageError } from "../kernel/errors.js";
import { ExceptionGroup } from "../kernel/exception-group.js";
import type { Handle } from "../kernel/handle.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import type { Task } from "../kernel/task.js";
import type { AsyncContextManager } from "./async-context-manager.js";

/** Where a timeout stands: `expiring` is between the deadline and the end of its block. */
type TimeoutState = "created" | "active" | "expiring" | "expired" | "finished";

/**
 * A block with a deadline, made by `timeout()` and `timeoutAt()`. At the deadline its task is cancelled, and the
 * `CancelledError` that reaches the end of the block becomes a `TimeoutError`.
 *
 * A block that catches the cancellation ends normally, with `expired()` true; one that never waits does not time out.
 *
 * **Cancellation:** a cancellation from elsewhere passes through as it is, also when the deadline came too.
 *
 * asyncio: `Timeout`.
 */
export class Timeout implements AsyncContextManager<Timeout> {
  /** @internal */
  outer: CancelScope | undefined = undefined;
  #state: TimeoutState = "created";
  #when: number | null;
  #handle: Handle | undefined;
  #task: Task<unknown> | undefined;
  #cancelling = 0;

  /** @param when - the deadline on the loop's clock, null for none. */
  constructor(when: number | null) {
    this.#when = when === null ? null : toSeconds(when, "when");
  }

  /** The deadline on the loop's clock, null when there is none. */
  when(): number | null {
    return this.#when;
  }

  /**
   * Moves the deadline; one in the past comes in the next turn, null is none.
   * @throws {UsageError} before the block, after the deadline and after the block (`ERR_TIMEOUT_STATE`).
   */
  reschedule(when: number | null): void {
    if (this.#state !== "active") {
      throw new UsageError(
        "ERR_TIMEOUT_STATE",
        this.#state === "created"
          ? "Cannot reschedule timeout: it has not been entered; use it by asyncWith first"
          : `Cannot reschedule timeout: Cannot change state of ${this.#state} Timeout`,
      );
    }
    this.#when = when === null ? null : toSeconds(when, "when");
    this.#handle?.cancel();
    this.#handle = undefined;
    if (this.#when === null) return;
    const loop = runningLoop("reschedule timeout");
    const expire = (): void => this.#expire();
    this.#handle =
      this.#when <= loop.time() ? loop.callSoon(expire) : loop.callAt(this.#when, expire);
  }

  /** True from the deadline on, whether or not an error came of it. */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} outside a task (`ERR_NO_TASK`) and the second time (`ERR_TIMEOUT_STATE`).
   */
  enter(): Coroutine<Timeout> {
    return new Immediate(() => this.#enter());
  }

  /**
   * Ends the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {TimeoutError} when the deadline ended the block.
   */
  exit(error: unknown): Coroutine<boolean> {
    return new Immediate(() => this.#exit(error));
  }

  #enter(): Timeout {
    if (this.#state !== "created") {
      throw new UsageError(
        "ERR_TIMEOUT_STATE",
        "Cannot enter timeout: Timeout has already been entered; make a new one for each block",
      );
    }
    const task = current.task as Task<unknown> | undefined;
    if (task === undefined) {
      throw new UsageError(
        "ERR_NO_TASK",
        "Cannot enter timeout: Timeout should be used inside a task; use it in a coroutine",
      );
    }
    this.#state = "active";
    this.#task = task;
    this.#cancelling = task.cancelling();
    enterScope(task, this);
    this.reschedule(this.#when);
    return this;
  }

  #exit(error: unknown): boolean {
    const task = this.#task as Task<unknown>;
    this.#handle?.cancel();
    this.#handle = undefined;
    leaveScope(task, this);
    if (this.#state !== "expiring") {
      this.#state = "finished";
      return false;
    }
    this.#state = "expired";
    const ours = task.uncancel() <= this.#cancelling;
    if (!ours || error === undefined) return false;
    if (isCancelled(error)) throw timedOut(error);
    noteTimeout(error);
    if (error instanceof ExceptionGroup) for (const member of error.errors) noteTimeout(member);
    return false;
  }

  #expire(): void {
    this.#state = "expiring";
    this.#handle = undefined;
    this.#task?.cancelWith({ reason: undefined, by: undefined, scope: this });
  }

  toString(): string {
    const when = this.#when === null ? "" : ` when=${Math.round(this.#when * 1000) / 1000}`;
    return `<Timeout [${this.#state}]${this.#state === "active" ? when : ""}>`;
  }
}

function timedOut(cause: unknown): TimeoutError {
  return new TimeoutError("Timed out: the deadline came before the end of the block", { cause });
}

/** In a chain of causes, the cancellation becomes the timeout that caused it. */
function noteTimeout(error: unknown): void {
  for (let link = error; link instanceof Error && link.cause !== undefined; link = link.cause) {
    if (!isCancelled(link.cause)) continue;
    link.cause = timedOut(link.cause);
    return;
  }
}

/**
 * A block that may take `delay` at the most: `yield* asyncWith(timeout(5), function* () { … })`.
 *
 * **Cancellation:** see `Timeout`.
 *
 * asyncio: `timeout`.
 * @param delay - seconds, or a string with its unit; null for no deadline (it can be given one by `reschedule`).
 * @throws {RangeError} for `NaN` or a string that is no duration (`ERR_INVALID_DURATION`).
 * @throws {UsageError} outside a running loop (`ERR_NO_RUNNING_LOOP`).
 */
export function timeout(delay: Duration | null): Timeout {
  const loop: Loop = runningLoop("make a timeout");
  if (delay === null) return new Timeout(null);
  loop.remark(delay);
  return new Timeout(loop.time() + toSeconds(delay));
}

/**
 * A block that must end when the loop's clock reaches `when`.
 *
 * **Cancellation:** see `Timeout`.
 *
 * asyncio: `timeout_at`.
 * @param when - seconds on the clock of `loop.time()`; null for no deadline.
 */
export function timeoutAt(when: number | null): Timeout {
  return new Timeout(when);
}
