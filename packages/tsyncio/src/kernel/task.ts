/**
 * A coroutine on its way. The only file that steps a coroutine.
 *
 * T1. A task that is not done is in exactly one place: in the ready queue, among the waiters of `waitingOn`, or running.
 * T2. A cancellation is delivered once: either what the task waits for took it, or `thrown` holds it until the next step.
 * T3. A step never runs inside another task's step, but for an eager start.
 *
 * Counterpart: `asyncio.tasks.Task`, with the same number of turns between cause and effect.
 */
import type { LinkedList } from "../collections/linked-list.js";
import type { CancelListener, CancelScope } from "./cancel-scope.js";
import {
  CancelledError,
  type CancelRequest,
  cancelledError,
  isCancelled,
} from "./cancelled-error.js";
import { type Context, currentContext } from "./context.js";
import {
  badYield,
  type Coroutine,
  explainYieldStar,
  own,
  type Runnable,
  toCoroutine,
} from "./coroutine.js";
import { BARE, current, MARK, RESUMED, type Suspension } from "./current.js";
import { KeyboardInterrupt, UsageError } from "./errors.js";
import { Future } from "./future.js";
import type { AsyncScope, CoroutineLocation } from "./host.js";
import type { Loop } from "./loop.js";
import { runningLoop } from "./running-loop.js";
import { CANCELLED, DONE, FAILED, PENDING, type Waitable } from "./waitable.js";

/** What a task may be given besides its coroutine. */
export interface TaskOptions {
  /** The task's name; `Task-1`, `Task-2`, … when none is given. */
  readonly name?: string | undefined;
  /** The context it runs in, as it is; a copy of the current one when none is given. */
  readonly context?: Context | undefined;
  /** Runs the first step inside `createTask`; the task factory decides when it is not given. */
  readonly eagerStart?: boolean | undefined;
}

/** An error to be raised at the coroutine's `yield` in its next step: the await was a mistake. */
class Misuse {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** A coroutine that knows where it stands. */
interface Located {
  locations?(): CoroutineLocation[];
}

let lastNumber = 0;
/** The tasks that a cancellation is passing at this moment. */
const passing = new Set<Task<unknown>>();

/**
 * A coroutine that runs by itself, beginning in the loop's next turn.
 *
 * It is a future of the coroutine's result and belongs to the run of the task that made it.
 *
 * **Cancellation:** `cancel()` raises `CancelledError` at the `yield*` where the task stands. Cancelling a task that
 * awaits this one cancels this one.
 *
 * asyncio: `Task`.
 */
export class Task<T = unknown> extends Future<T> {
  /** @internal */
  coroutine: Coroutine<T> | undefined;
  /** @internal */
  context: Context;
  /** @internal What it is parked on. */
  waitingOn: Waitable<unknown> | undefined = undefined;
  /** @internal Raised at the next step: a cancellation or a misuse. */
  thrown: CancelRequest | Misuse | undefined = undefined;
  /** @internal The last request that `thrown` held: CPython's `_cancel_message`, which outlives its delivery. */
  lastStored: CancelRequest | undefined = undefined;
  /** @internal What the next step sends into the coroutine. */
  sent: unknown = undefined;
  /** @internal A name, or the number of an unnamed task. */
  label: string | number;
  /** @internal */
  cancels = 0;
  /** @internal */
  before: this | undefined = undefined;
  /** @internal */
  after: this | undefined = undefined;
  /** @internal */
  asyncScope: AsyncScope | undefined;
  /** @internal */
  cancelListener: CancelListener | undefined = undefined;
  /** @internal The innermost block that may cancel it. */
  innermost: CancelScope | undefined = undefined;

  constructor(coroutine: Runnable<T>, options?: TaskOptions & { loop?: Loop });
  /** @internal */
  constructor(coroutine: Runnable<T>, options: TaskOptions | undefined, loop: Loop);
  constructor(
    coroutine: Runnable<T>,
    options?: TaskOptions & { loop?: Loop },
    loop: Loop = options?.loop ?? runningLoop("create a task"),
  ) {
    super(undefined, loop);
    this.coroutine = toCoroutine(coroutine, "create a task", loop);
    own(this.coroutine);
    this.context = options?.context ?? currentContext().copy();
    this.label = options?.name === undefined ? ++lastNumber : String(options.name);
    this.asyncScope = loop.inheritedAsyncScope();
    (this.scope.tasks as LinkedList<Task<unknown>>).push(this as Task<unknown>);
    loop.observer?.created?.(this as Task<unknown>, current.task as Task<unknown> | undefined);
    if (options?.eagerStart === true && current.loop === loop) this.startEagerly();
    else loop.push(this);
  }

  /** The name, for reports; may be changed. */
  get name(): string {
    return typeof this.label === "number" ? `Task-${this.label}` : this.label;
  }

  set name(name: string) {
    this.label = String(name);
  }

  /**
   * Asks the task to end: raises `CancelledError` at the `yield*` where it stands, in its next step.
   *
   * Each call counts, see `cancelling()`. A task that has not begun never runs its body. False when it is done already.
   * @param reason - carried by the error.
   */
  override cancel(reason?: unknown): boolean {
    return this.cancelWith({ reason, by: current.task, scope: undefined });
  }

  /** @internal Goes down from task to awaited task, in a loop because such chains may be long. */
  override cancelWith(request: CancelRequest): boolean {
    if (this.state !== PENDING) {
      if (this.state >= FAILED) this.takeError();
      return false;
    }
    let task = this as Task<unknown>;
    let passed: Task<unknown>[] | undefined;
    try {
      while (!passing.has(task)) {
        task.noteRequest(request);
        const awaited = task.waitingOn;
        if (awaited instanceof Future) {
          passing.add(task);
          passed ??= [];
          passed.push(task);
          if (awaited instanceof Task && awaited.state === PENDING) {
            task = awaited;
            continue;
          }
        }
        if (!awaited?.cancelWith(request)) task.store(request);
        return true;
      }
      task.breakCircle(request);
      return true;
    } finally {
      if (passed !== undefined) for (const each of passed) passing.delete(each);
    }
  }

  private noteRequest(request: CancelRequest): void {
    this.cancels++;
    this.loop.observer?.cancelRequested?.(
      this as Task<unknown>,
      request.by as Task<unknown> | undefined,
    );
    this.cancelListener?.cancelled(request);
  }

  private store(request: CancelRequest): void {
    this.thrown = request;
    this.lastStored = request;
  }

  /** Tasks await each other in a circle, and a cancellation has come round to this one: it takes it. */
  private breakCircle(request: CancelRequest): void {
    this.waitingOn?.removeWaiter(this as Task<unknown>);
    this.waitingOn = undefined;
    this.store(request);
    this.loop.push(this as Task<unknown>);
  }

  /** How many cancellations were asked for and not taken back by `uncancel()`. */
  cancelling(): number {
    return this.cancels;
  }

  /**
   * Takes one cancellation back, for code that asked for it itself (timeouts, task groups), and returns how many are
   * left. At none, a cancellation not delivered yet is dropped.
   */
  uncancel(): number {
    if (this.cancels > 0) {
      this.cancels--;
      if (this.cancels === 0 && !(this.thrown instanceof Misuse)) this.thrown = undefined;
    }
    return this.cancels;
  }

  /**
   * The coroutine it runs; undefined when it ended within an eager start.
   *
   * **Cancellation:** is the task's; do not await the coroutine beside it.
   */
  getCoro(): Coroutine<T> | undefined {
    return this.coroutine;
  }

  /** The context its coroutine runs in. */
  getContext(): Context {
    return this.context;
  }

  /**
   * Where the coroutine is suspended, oldest call first: every frame of lowered functions; of a generator its own frame,
   * as far as the host can tell. Empty when it is done or running.
   *
   * asyncio: `Task.get_stack`; the frames of a failed task are in its error's `stack`.
   */
  getStack(): CoroutineLocation[] {
    if (this.state !== PENDING || this.coroutine === undefined) return [];
    const locations = (this.coroutine as Located).locations?.();
    if (locations !== undefined) return locations;
    const location = this.loop.host.locate?.(this.coroutine);
    return location === undefined ? [] : [location];
  }

  /** Prints where the task stands, or the stack of the error it failed with, to the console. */
  printStack(): void {
    if (this.state >= FAILED) {
      const error = this.takeError();
      console.error(`Error of ${this.describe()}:`, error);
      return;
    }
    const stack = this.getStack();
    console.error(stack.length === 0 ? `No stack for ${this}` : `Stack of ${this}:`);
    for (const { functionName, file, line } of stack) {
      console.error(`    at ${functionName} (${file}:${line})`);
    }
  }

  /**
   * Not for tasks: the coroutine gives the result.
   * @throws {UsageError} always (`ERR_TASK_RESULT`).
   */
  override setResult(_value: T): void {
    throw new UsageError(
      "ERR_TASK_RESULT",
      `Cannot set the result of ${this.describe()}: its coroutine returns it; use a Future`,
    );
  }

  /**
   * Not for tasks: the coroutine raises the error.
   * @throws {UsageError} always (`ERR_TASK_RESULT`).
   */
  override setException(_error: unknown): void {
    throw new UsageError(
      "ERR_TASK_RESULT",
      `Cannot set the error of ${this.describe()}: its coroutine raises it; use a Future`,
    );
  }

  /** @internal One step, from the ready queue. */
  run(): void {
    const observer = this.loop.observer;
    current.task = this;
    current.context = this.context;
    if (observer !== undefined) observer.stepBegins?.(this as Task<unknown>);
    if (this.asyncScope === undefined) this.step();
    else this.asyncScope.runInAsyncScope(stepTask, undefined, this as Task<unknown>);
    if (observer !== undefined) observer.stepEnds?.(this as Task<unknown>);
    current.task = undefined;
  }

  /** @internal Advances the coroutine to its next wait or its end. */
  step(): void {
    const coroutine = this.coroutine as Coroutine<T>;
    const awaited = this.waitingOn;
    this.waitingOn = undefined;
    let result: IteratorResult<Suspension, T>;
    try {
      result =
        this.thrown === undefined
          ? coroutine.next(this.sent)
          : coroutine.throw(this.takeThrown(awaited));
    } catch (error) {
      this.fail(error);
      return;
    }
    this.sent = RESUMED;
    if (result.done === true) this.complete(result.value);
    else this.park(result.value);
  }

  /** Runs the first step inside the creator's. */
  private startEagerly(): void {
    const { task, context } = current;
    try {
      this.run();
    } finally {
      current.task = task;
      current.context = context;
    }
    if (this.state !== PENDING) this.coroutine = undefined;
  }

  /** The error for this step: what was asked for, or the cancellation that has just arrived. */
  private takeThrown(awaited: Waitable<unknown> | undefined): unknown {
    const thrown = this.thrown as CancelRequest | Misuse;
    this.thrown = undefined;
    if (thrown instanceof Misuse) return thrown.error;
    if (awaited !== undefined) {
      if (awaited.state === CANCELLED) return awaited.takeCancelledError();
      if (awaited.state >= FAILED) {
        const error = awaited.takeError();
        if (error instanceof CancelledError) return error;
      }
    }
    return cancelledError(thrown, undefined, this.loop.debug);
  }

  private park(yielded: unknown): void {
    const awaited = current.awaiting;
    current.awaiting = undefined;
    if (yielded !== MARK || awaited === undefined) {
      this.parkOnOther(yielded);
      return;
    }
    const { loop } = this;
    if (awaited === BARE) {
      loop.observer?.waits?.(this as Task<unknown>, undefined);
      loop.push(this);
      return;
    }
    const waitable = awaited as Waitable<unknown>;
    if (waitable.loop !== loop || waitable === (this as Waitable<unknown>)) {
      this.misuse(
        waitable.loop !== loop
          ? new UsageError(
              "ERR_FOREIGN_LOOP",
              `Cannot await ${waitable.describe()} in ${this.describe()}: it belongs to another event loop`,
            )
          : new UsageError("ERR_AWAIT_SELF", `${this.describe()} cannot await itself`),
      );
      return;
    }
    this.waitingOn = waitable;
    loop.observer?.waits?.(this as Task<unknown>, waitable);
    if (waitable.state === PENDING) waitable.addWaiter(this);
    else loop.push(this);
    if (this.thrown !== undefined && waitable.cancelWith(this.thrown as CancelRequest)) {
      this.thrown = undefined;
    }
  }

  /** A `yield` that is no await: a bare one gives up the turn, all else is a mistake. */
  private parkOnOther(yielded: unknown): void {
    if (yielded === undefined) {
      this.loop.observer?.waits?.(this as Task<unknown>, undefined);
      this.loop.push(this);
      return;
    }
    this.misuse(badYield(yielded));
  }

  private misuse(error: unknown): void {
    this.thrown = new Misuse(error);
    this.loop.push(this);
  }

  private complete(value: T): void {
    const thrown = this.thrown;
    if (thrown === undefined) this.end(DONE, value);
    else this.end(CANCELLED, thrown);
  }

  private fail(error: unknown): void {
    if (isCancelled(error)) {
      // An error of another copy of the package ends the task as well, but is not taken over.
      const cancelled = error instanceof CancelledError ? error : cancelledError(undefined, error);
      this.end(CANCELLED, cancelled);
      return;
    }
    explainYieldStar(error);
    this.end(FAILED, error);
    if (!(error instanceof KeyboardInterrupt)) {
      this.loop.noteFailure(this as Future<unknown>);
      return;
    }
    current.task = undefined;
    this.loop.noteEscape(this.scope);
    throw error;
  }

  private end(state: typeof DONE | typeof CANCELLED | typeof FAILED, value: unknown): void {
    (this.scope.tasks as LinkedList<Task<unknown>>).remove(this as Task<unknown>);
    this.finish(state, value);
    this.loop.observer?.done?.(this as Task<unknown>);
  }

  override describe(): string {
    return `Task "${this.name}"`;
  }

  override toString(): string {
    const waits = this.waitingOn === undefined ? "" : ` waiting for ${this.waitingOn.describe()}`;
    const state = this.state === PENDING && this.cancels > 0 ? "cancelling" : this.describeState();
    return `<Task ${state} name=${JSON.stringify(this.name)}${waits}>`;
  }

  /** @internal */
  override heldBy(): Iterable<object> {
    return [this];
  }
}

function stepTask(task: Task<unknown>): void {
  task.step();
}
