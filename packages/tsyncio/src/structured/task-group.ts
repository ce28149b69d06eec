import { type CancelScope, enterScope, leaveScope } from "../kernel/cancel-scope.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine, Runnable as TaskSource } from "../kernel/coroutine.js";
import { current, type Runnable } from "../kernel/current.js";
import { KeyboardInterrupt, UsageError } from "../kernel/errors.js";
import { ExceptionGroup } from "../kernel/exception-group.js";
import { Future } from "../kernel/future.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import type { Task, TaskOptions } from "../kernel/task.js";
import { CANCELLED, DONE } from "../kernel/waitable.js";
import type { AsyncContextManager } from "./async-context-manager.js";
import { GeneratorExit } from "./generator-exit.js";

/**
 * `created`, or `cancelled` before the block, then `open` inside it and `exiting` from its end on; finished when it is
 * exiting and has no member left. Apart from it a group may be aborting: then it takes no more members.
 */
type GroupState = "created" | "cancelled" | "open" | "exiting";

class MemberDone implements Runnable {
  readonly #group: TaskGroup;
  readonly #task: Task<unknown>;

  constructor(group: TaskGroup, task: Task<unknown>) {
    this.#group = group;
    this.#task = task;
  }

  run(): void {
    this.#group.memberDone(this.#task);
  }

  awaitedBy(): object | undefined {
    return this.#group.parent;
  }
}

/**
 * Tasks that end together: the block's end waits for all of them, and the first that fails cancels the others and the
 * block.
 *
 * The errors leave as one `ExceptionGroup`, in the order in which the members ended, the block's own last. A member that
 * was cancelled is no error. Members may add members until the last of them has ended.
 *
 * **Cancellation:** of the block cancels every member, waits until all have ended, and goes on.
 *
 * asyncio: `TaskGroup`, with `cancel()` of 3.15.
 * @example
 * const results: number[] = [];
 * yield* asyncWith(new TaskGroup(), function* (group) {
 *   for (const n of [1, 2]) {
 *     group.createTask(function* () {
 *       yield* sleep(n);
 *       results.push(n);
 *     });
 *   }
 * });
 * results; // => [ 1, 2 ]
 */
export class TaskGroup implements AsyncContextManager<TaskGroup> {
  /** @internal */
  outer: CancelScope | undefined = undefined;
  readonly #tasks = new Set<Task<unknown>>();
  #errors: unknown[] = [];
  #state: GroupState = "created";
  #aborting = false;
  #loop: Loop | undefined;
  #parent: Task<unknown> | undefined;
  /** The group has cancelled its parent, and owes it an uncancel. */
  #parentCancelled = false;
  #interrupt: KeyboardInterrupt | undefined;
  /** What the end of the block waits on. */
  #allDone: AllDone | undefined;

  /** @internal The task of the block, while it is in it. */
  get parent(): Task<unknown> | undefined {
    return this.#parent;
  }

  /**
   * Starts a member. Its error is the group's affair; its result is there for who awaits it.
   * @throws {UsageError} before the block, after the last member has ended, and while the group ends its members (`ERR_TASK_GROUP_STATE`).
   */
  createTask<T>(coroutine: TaskSource<T>, options?: TaskOptions): Task<T> {
    const problem =
      this.#state === "created" || this.#state === "cancelled"
        ? "it has not been entered; use it by asyncWith"
        : this.#state === "exiting" && this.#tasks.size === 0
          ? "it is finished"
          : this.#aborting
            ? "it is shutting down"
            : undefined;
    if (problem !== undefined) {
      throw new UsageError(
        "ERR_TASK_GROUP_STATE",
        `Cannot create a task in this group: ${problem}`,
      );
    }
    const task = (this.#loop as Loop).createTask(coroutine, options);
    const member = task as Task<unknown>;
    this.#tasks.add(member);
    const done = new MemberDone(this, member);
    if (member.done()) member.loop.push(done);
    else {
      member.addWaiter(done);
      // A member that began at once may have cancelled the group before it belonged to it.
      if (this.#aborting) member.cancel();
    }
    return task;
  }

  /**
   * Ends the group without an error: cancels its members and the block. Called before the block, it cancels the block
   * as it begins; called again, or after the last member has ended, it does nothing.
   *
   * asyncio: `TaskGroup.cancel` of 3.15.
   */
  cancel(): void {
    if (this.#state === "created") this.#state = "cancelled";
    if (this.#state === "cancelled" || this.#aborting) return;
    if (this.#state === "exiting" && this.#tasks.size === 0) return;
    this.#abort();
    if (!this.#parentCancelled) this.#cancelParent();
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} outside a task (`ERR_NO_TASK`) and the second time (`ERR_TASK_GROUP_STATE`).
   */
  enter(): Coroutine<TaskGroup> {
    return new Immediate(() => this.#enter());
  }

  /**
   * Ends the block; called by `asyncWith`: waits for the members.
   *
   * **Cancellation:** cancels the members, and goes on waiting until all have ended.
   * @throws {ExceptionGroup} the errors of the members and of the block.
   */
  *exit(error: unknown): Coroutine<boolean> {
    const parent = this.#parent as Task<unknown>;
    this.#state = "exiting";
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    let cancelled = isCancelled(error) ? error : undefined;
    let last: unknown;
    if (error !== undefined && !this.#aborting) this.#abort();
    try {
      while (this.#tasks.size > 0) {
        try {
          this.#allDone ??= new AllDone(this.#loop as Loop, this.#tasks);
          yield* this.#allDone;
        } catch (interruption) {
          if (!isCancelled(interruption)) throw interruption;
          last = interruption;
          if (!this.#aborting) {
            cancelled = interruption;
            this.#abort();
          }
        }
        this.#allDone = undefined;
      }
      leaveScope(parent, this);
      if (this.#interrupt !== undefined) throw this.#interrupt;
      return this.#settle(parent, error, cancelled, last);
    } finally {
      this.#errors = [];
      this.#parent = undefined;
    }
  }

  /**
   * What the block ends with: the members' errors before a cancellation, and that before nothing. `last` is the last
   * cancellation that came while members were waited for.
   */
  #settle(parent: Task<unknown>, error: unknown, cancelled: unknown, last: unknown): boolean {
    let propagated = cancelled;
    if (this.#parentCancelled) {
      // What is left of the count is not the group's own: it is not dropped with it.
      if (parent.uncancel() > 0) propagated ??= last;
      else propagated = undefined;
    }
    if (propagated !== undefined && this.#errors.length === 0) throw propagated;
    if (error !== undefined && !isCancelled(error)) this.#errors.push(error);
    if (this.#errors.length > 0) {
      if (parent.cancelling() > 0) {
        // Cancelled from outside as well: the count stays, and the cancellation comes again at the next await.
        parent.uncancel();
        parent.cancel();
      }
      // An async generator that is being closed goes on closing.
      if (error instanceof GeneratorExit && this.#errors.length === 1) throw error;
      throw new ExceptionGroup("unhandled errors in a TaskGroup", this.#errors);
    }
    return error !== undefined;
  }

  #enter(): TaskGroup {
    const cancel = this.#state === "cancelled";
    if (this.#state !== "created" && !cancel) {
      throw new UsageError(
        "ERR_TASK_GROUP_STATE",
        "Cannot enter task group: it has already been entered; make a new one for each block",
      );
    }
    this.#loop = runningLoop("enter a task group");
    const parent = current.task as Task<unknown> | undefined;
    if (parent === undefined) {
      throw new UsageError(
        "ERR_NO_TASK",
        "Cannot enter task group: there is no current task; use it in a coroutine",
      );
    }
    this.#parent = parent;
    this.#state = "open";
    enterScope(parent, this);
    if (cancel) this.cancel();
    return this;
  }

  #abort(): void {
    this.#aborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  #cancelParent(): void {
    this.#parentCancelled = true;
    this.#parent?.cancelWith({ reason: undefined, by: current.task, scope: this });
  }

  /** @internal Counterpart of `_on_task_done`. */
  memberDone(task: Task<unknown>): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0 && this.#allDone?.done() === false)
      this.#allDone.setResult(undefined);
    if (task.state === DONE || task.state === CANCELLED) return;
    const error = task.takeError();
    this.#errors.push(error);
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    const parent = this.#parent;
    if (parent === undefined || parent.done()) {
      task.loop.callExceptionHandler({
        message: `${task.describe()} has errored out but its parent task is already completed`,
        exception: error,
        task,
      });
      return;
    }
    if (this.#aborting || this.#parentCancelled) return;
    this.#abort();
    this.#cancelParent();
  }
}

/** Waits for the last member. */
class AllDone extends Future<undefined> {
  readonly #tasks: ReadonlySet<Task<unknown>>;

  constructor(loop: Loop, tasks: ReadonlySet<Task<unknown>>) {
    super({ loop });
    this.#tasks = tasks;
  }

  override describe(): string {
    return `the end of a task group of ${this.#tasks.size}`;
  }

  override heldBy(): Iterable<object> {
    return this.#tasks;
  }
}
