/**
 * Lowered `async` functions: coroutines whose awaits yield to the kernel, which keeps the stack of their frames itself.
 * Resuming a task costs the same at any depth, and the stack can be shown by name.
 *
 * | phase | `state` | `stack` | `loop` |
 * | --- | --- | --- | --- |
 * | fresh: nothing has run, nobody has taken it | PENDING | none | none |
 * | taken: a task or a generator will drive it | PENDING | its own | none |
 * | begun | PENDING | the one it is on | set |
 * | ended | any other | none | set |
 *
 * F1. The frames of one stack are linked by `caller`; only the top frame's body is ever stepped, so a step costs the same
 * at any depth.
 * F2. What the top frame awaits and is no frame is the stack's `leaf`: its suspensions pass through to the loop.
 * F3. A frame that ended keeps its outcome: awaiting it again gives that, awaiting it while another stack has it waits for
 * it, and being cancelled there ends the wait only.
 *
 * Counterpart: a coroutine object and the interpreter's stack below `send`.
 */
import { CancelledError, cancelledError, isCancelled } from "./cancelled-error.js";
import { currentContext } from "./context.js";
import { type Coroutine, isCoroutine } from "./coroutine.js";
import { current, finished, type Suspension } from "./current.js";
import { type FunctionInfo, noteAwait, placeOf } from "./function-info.js";
import type { CoroutineLocation } from "./host.js";
import { Join } from "./join.js";
import type { Loop } from "./loop.js";
import { Operation } from "./operation.js";
import { PlainValue } from "./plain-value.js";
import { runningLoop } from "./running-loop.js";
import { type Scope, settleUnstarted, unstarted } from "./scope.js";
import type { Task } from "./task.js";
import { CANCELLED, DONE, FAILED, PENDING, Waitable } from "./waitable.js";

/** A lowered function's body: yields what it awaits. */
export type Body = Generator<unknown, unknown, unknown>;
/** A call whose arguments the first step evaluates. */
export interface Application {
  apply(): Body;
}
type Step = IteratorResult<Suspension, unknown>;

/** Who called a lowered function: a task, or a callback of a loop. */
type Maker = Pick<Task<unknown>, "loop" | "scope" | "context">;

/** The site of the await that is about to yield; written by lowered code through `at`. */
export const awaiting = { site: 0 };

/** `site` of a frame whose body has returned something that is still awaited. */
const RETURNING = -1;
/** `site` of a frame whose body is an `Application`. */
const UNAPPLIED = -2;
/** `site` of a wait that is no `await` of the source. */
export const NOWHERE = -3;

/** What the layers above the kernel do for frames. */
export const frameHooks: {
  /** An operation that waits for a promise. */
  wait: ((promise: PromiseLike<unknown>) => Operation<unknown>) | undefined;
  /** Starts a frame that was called where no loop runs. */
  startOutside: ((frame: Lowered) => void) | undefined;
} = { wait: undefined, startOutside: undefined };

// Each generator function gives its objects a prototype of their own; looked up on those, `next` costs 3 ns a frame more.
const { next: send, throw: raise } = Object.getPrototypeOf(function* () {}).prototype as Body;

/** The frames that one task, or one generator's `yield*`, drives. */
class Stack {
  /** Where it stands, while it is suspended. */
  top: Lowered;
  leaf: Coroutine<unknown> | undefined = undefined;
  /** The task whose steps drive it, from the first of them on. */
  task: Task<unknown> | undefined = undefined;

  constructor(root: Lowered) {
    this.top = root;
  }
}

/**
 * What calling a lowered `async` function gives: a coroutine to be awaited or made a task, and a promise to whoever
 * checks for one.
 *
 * **Cancellation:** of the task that drives it is raised at its innermost `await`.
 */
export class Lowered<T = unknown> extends Operation<T> {
  /** @internal */
  readonly info: FunctionInfo;
  /** @internal */
  body: Body | Application | undefined;
  /** @internal The await it stands at. */
  site: number;
  /** @internal The frame that awaits it. */
  caller: Lowered | undefined = undefined;
  /** @internal */
  stack: Stack | undefined = undefined;
  /** @internal */
  maker: Maker | undefined = undefined;
  /** @internal The task it is the coroutine of. */
  task: Task<unknown> | undefined = undefined;

  /** @internal */
  constructor(info: FunctionInfo, body: Body | Application, applied: boolean) {
    super();
    this.info = info;
    this.body = body;
    this.site = applied ? 0 : UNAPPLIED;
  }

  /** @internal Nobody has taken it. */
  get fresh(): boolean {
    return this.state === PENDING && this.stack === undefined;
  }

  /** @internal The run that reports it when nobody starts it. */
  get home(): Scope | undefined {
    return this.maker?.scope;
  }

  /** Itself, for whoever comes first; for the others a wait for its end. */
  override [Symbol.iterator](): Coroutine<T> {
    if (!this.fresh) return new Join<T>(this) as Coroutine<T>;
    this.take(new Stack(this as Lowered));
    return this as Coroutine<T>;
  }

  override next(sent?: unknown): IteratorResult<Suspension, T> {
    if (this.state !== PENDING) return finished(this.outcome());
    const stack = this.stack as Stack;
    const began = this.loop !== undefined;
    if (!began) this.beginOn(stack);
    const result = began ? resume(stack, sent, false) : step(stack, undefined, false);
    return result as IteratorResult<Suspension, T>;
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.state !== PENDING) throw error;
    const stack = this.stack as Stack;
    if (this.loop !== undefined) {
      return resume(stack, error, true) as IteratorResult<Suspension, T>;
    }
    // Cancelled before its first step: the body never runs.
    this.beginOn(stack);
    this.settle(error);
    throw error;
  }

  override begin(_loop: Loop): IteratorResult<Suspension, T> {
    return this.next();
  }

  /** Its first step, as the root of `stack`. */
  private beginOn(stack: Stack): void {
    this.loop = (current.loop as Loop | undefined) ?? runningLoop(`await ${this.describe()}`);
    const task = current.task as Task<unknown> | undefined;
    stack.task = task;
    if (task?.coroutine === (this as never)) this.task = task;
  }

  /** @internal Puts it on `stack`: from now on it is nobody's to report. */
  take(stack: Stack): void {
    this.stack = stack;
    if (unstarted.last === (this as Lowered)) unstarted.last = undefined;
    else this.home?.unstarted.delete(this as Lowered);
    this.maker = undefined;
  }

  /** @internal Evaluates its arguments. */
  apply(): void {
    this.site = 0;
    this.body = (this.body as Application).apply();
  }

  /** @internal Ends it with its result. */
  complete(value: unknown): void {
    this.stack = undefined;
    this.caller = undefined;
    this.body = undefined;
    this.finish(DONE, value);
  }

  /** @internal Ends it with what its body raised. */
  settle(error: unknown): void {
    this.stack = undefined;
    this.caller = undefined;
    this.body = undefined;
    if (!isCancelled(error)) this.finish(FAILED, error);
    else {
      const own = error instanceof CancelledError ? error : cancelledError(undefined, error);
      this.finish(CANCELLED, { reason: own.reason, by: own.requestedBy, scope: undefined });
    }
  }

  /** @internal Who has seen its error has seen that of its task. */
  override takeError(): unknown {
    const { task } = this;
    if (task !== undefined && task.state >= FAILED) task.takeError();
    return super.takeError();
  }

  /** @internal Plain code that awaits it starts it, as a task of the run that called the function. */
  override started(): Waitable<T> {
    const { maker } = this;
    if (!this.fresh) return this;
    if (maker === undefined || maker.scope.closed) super.started();
    else {
      const { loop, scope } = maker;
      const context = maker.context.copy();
      loop.asStep(scope, () => void loop.createTask(this as Lowered, { context }));
    }
    return this;
  }

  /** @internal */
  override thrownAway(loop: Loop): void {
    if (this.fresh) loop.createTask(this as Lowered);
  }

  /** @internal The frames from the innermost to this one, while they are suspended. */
  frames(): Lowered[] {
    const frames: Lowered[] = [];
    for (let frame = this.stack?.top; frame !== undefined; frame = frame.caller) frames.push(frame);
    return frames;
  }

  /** @internal Where its task stands, oldest call first; nowhere while it runs. */
  locations(): CoroutineLocation[] {
    if (this.loop !== undefined && this.stack?.leaf === undefined) return [];
    return this.frames()
      .reverse()
      .map(({ info, site, loop }) => {
        const [line] = (loop === undefined ? undefined : info.sites[site]) ?? [info.line];
        return { functionName: info.name, file: info.file, line };
      });
  }

  /** @internal `file:line:column` of the await it stands at. */
  place(): string {
    return placeOf(this.info, this.site);
  }

  /** @internal Where the function is, for one that was called and never started. */
  definedAt(): string {
    return placeOf(this.info, NOWHERE);
  }

  describe(): string {
    return `${this.info.name}()`;
  }
}

/** The stack's leaf goes on, and when that has ended, the frame that awaits it. */
function resume(stack: Stack, sent: unknown, throws: boolean): Step {
  const leaf = stack.leaf as Coroutine<unknown>;
  let result: Step;
  try {
    result = throws ? leaf.throw(sent) : leaf.next(sent);
  } catch (error) {
    stack.leaf = undefined;
    return step(stack, error, true);
  }
  if (result.done !== true) return result;
  stack.leaf = undefined;
  return step(stack, result.value, false);
}

/** Steps the top frame, and those it returns to or calls, until something must be waited for or the root ends. */
function step(stack: Stack, given: unknown, raised: boolean): Step {
  let frame = stack.top;
  let value = given;
  let throws = raised;
  for (;;) {
    let awaited: unknown;
    let returns = false;
    if (throws) noteAwait(value, frame.info, frame.site);
    try {
      if (frame.site === UNAPPLIED) frame.apply();
      if (frame.site === RETURNING) {
        if (throws) throw value;
        awaited = value;
        returns = true;
      } else {
        const body = frame.body as Body;
        const result = throws ? raise.call(body, value) : send.call(body, value);
        awaited = result.value;
        if (result.done !== true) frame.site = awaiting.site;
        else if (isThenable(awaited)) frame.site = RETURNING;
        else returns = true;
      }
    } catch (error) {
      const { caller } = frame;
      frame.settle(error);
      if (caller === undefined) throw error;
      frame = caller;
      value = error;
      throws = true;
      continue;
    }
    throws = false;
    if (returns) {
      const { caller } = frame;
      frame.complete(awaited);
      if (caller === undefined) return finished(awaited);
      frame = caller;
      value = awaited;
    } else if (awaited instanceof Lowered && awaited.fresh) {
      awaited.take(stack);
      awaited.loop = frame.loop;
      awaited.caller = frame;
      frame = awaited;
      value = undefined;
    } else {
      try {
        const leaf = leafFor(awaited);
        const first = leaf.next();
        if (first.done !== true) {
          stack.leaf = leaf;
          stack.top = frame;
          return first;
        }
        value = first.value;
      } catch (error) {
        value = error;
        throws = true;
      }
    }
  }
}

/** True for what the language would await where it is returned. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** The iterator of whatever else is awaited. */
function leafFor(awaited: unknown): Coroutine<unknown> {
  if (awaited instanceof Waitable || isCoroutine(awaited)) {
    return awaited[Symbol.iterator]() as Coroutine<unknown>;
  }
  if (isThenable(awaited) && frameHooks.wait !== undefined) return frameHooks.wait(awaited);
  return new PlainValue(awaited);
}

/**
 * What a call of a lowered function does with its frame: leaves it lazy in what a loop runs, a task or a callback; begins
 * it anywhere else.
 */
export function called<T>(frame: Lowered<T>): Lowered<T> {
  const task = current.task as Task<unknown> | undefined;
  if (task !== undefined || (current.loop !== undefined && !current.lazy)) {
    if (unstarted.last !== undefined) settleUnstarted();
    frame.maker = task ?? callbackOf(current.loop as Loop);
    unstarted.last = frame as Lowered;
  } else if (!current.lazy) frameHooks.startOutside?.(frame as Lowered);
  return frame;
}

function callbackOf(loop: Loop): Maker {
  return { loop, scope: loop.currentScope(), context: currentContext() };
}
