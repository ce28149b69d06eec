/**
 * What lowered code calls: the transform turns `async` functions into calls of these. One rule for each place: in what a
 * loop runs, a task or a callback, a call is lazy, and what the source throws away is started in the background; anywhere
 * else a call begins at once.
 */
import { currentOrThreadLoop } from "../hosts/thread-loop.js";
import { current } from "../kernel/current.js";
import {
  type Application,
  awaiting,
  type Body,
  called,
  frameHooks,
  Lowered,
} from "../kernel/frame.js";
import type { FunctionInfo } from "../kernel/function-info.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { Scope } from "../kernel/scope.js";
import { Task } from "../kernel/task.js";
import { PENDING } from "../kernel/waitable.js";
import { fromPromise } from "./from-promise.js";

// biome-ignore lint/suspicious/noExplicitAny: bodies take the parameters of the functions they were
type AnyFunction = (...args: any[]) => unknown;

const AT_ONCE = { eagerStart: true } as const;

// What can be called and has a `then` is no function that makes a promise.
frameHooks.wait = (promise) =>
  typeof promise === "function" ? fromPromise<unknown>(() => promise) : fromPromise(promise);

/** A call where no loop runs begins at once: its task belongs to no run until a `run` adopts it. */
frameHooks.startOutside = (frame) => {
  const loop = currentOrThreadLoop(`call ${frame.describe()}`);
  const scope = new Scope(loop);
  scope.detached = true;
  loop.asStep(scope, () => {
    new Task(frame, AT_ONCE, loop);
  });
  loop.addDetached(scope);
};

/**
 * A frame of a function whose body is a generator object already.
 *
 * **Cancellation:** of who awaits it is raised at its innermost await.
 */
export function lowered<T>(info: FunctionInfo, generator: Body): Lowered<T> {
  return called(new Lowered<T>(info, generator, true));
}

/** Applies a body when its frame takes its first step, so that a call evaluates nothing. */
class LazyApplication implements Application {
  readonly #body: AnyFunction;
  readonly #thisArgument: unknown;
  readonly #args: ArrayLike<unknown>;

  constructor(body: AnyFunction, thisArgument: unknown, args: ArrayLike<unknown>) {
    this.#body = body;
    this.#thisArgument = thisArgument;
    this.#args = args;
  }

  apply(): Body {
    return Reflect.apply(this.#body, this.#thisArgument, this.#args) as Body;
  }
}

/**
 * A frame of a function whose parameters have defaults or patterns: they are evaluated in its first step.
 *
 * **Cancellation:** of who awaits it is raised at its innermost await.
 */
export function callLowered<T>(
  info: FunctionInfo,
  body: AnyFunction,
  thisArgument: unknown,
  args: ArrayLike<unknown>,
): Lowered<T> {
  return called(new Lowered<T>(info, new LazyApplication(body, thisArgument, args), false));
}

/** Notes which `await` of the function is about to wait; gives `value`. */
export function at<V>(site: number, value: V): V {
  awaiting.site = site;
  return value;
}

/**
 * The value of a call that is a statement: a coroutine that nobody else can start is started in the background, and one of
 * the library's operations, which does nothing by itself, is reported.
 */
export function discard<V>(value: V): V {
  const loop = current.loop as Loop | undefined;
  if (loop === undefined || !(value instanceof Operation)) return value;
  if (value instanceof Lowered) value.thrownAway(loop);
  else if (value.loop === undefined && value.state === PENDING) {
    loop.callExceptionHandler({ message: `${value.describe()} was never awaited; write await` });
  }
  return value;
}
