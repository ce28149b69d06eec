import { type Coroutine, type CoroutineLike, toAwaited } from "../kernel/coroutine.js";
import { describeValue, typeError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { AsyncContextManager } from "./async-context-manager.js";

type Exit = (error: unknown) => CoroutineLike<boolean>;

/**
 * Any number of context managers and callbacks, ended together in reverse order.
 *
 * **Cancellation:** of the block ends every one of them, in order.
 *
 * asyncio: `contextlib.AsyncExitStack`.
 * @example
 * const log: string[] = [];
 * yield* asyncWith(new AsyncExitStack(), function* (stack) {
 *   stack.callback((name: string) => log.push(name), "first in");
 *   stack.callback((name: string) => log.push(name), "last in");
 * });
 * log; // => [ 'last in', 'first in' ]
 */
export class AsyncExitStack implements AsyncContextManager<AsyncExitStack> {
  #exits: Exit[] = [];

  /**
   * Begins `manager` and gives what it hands out; its end comes with the stack's.
   *
   * **Cancellation:** while it begins, as the manager does it; it is then not on the stack.
   */
  *enterContext<T>(manager: AsyncContextManager<T>): Coroutine<T> {
    const value = yield* toAwaited(manager.enter(), "enter a context");
    this.push(manager);
    return value;
  }

  /** Adds the end of a manager that has begun already, or a function that gets the error and may drop it by true. */
  push(exit: AsyncContextManager<unknown> | Exit): void {
    if (typeof exit === "function") this.#exits.push(exit);
    else if (typeof exit?.exit === "function") this.#exits.push((error) => exit.exit(error));
    else {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot push on exit stack: expected a context manager or a function, got ${describeValue(exit)}`,
      );
    }
  }

  /** Calls `fn(...args)` at the end. */
  callback<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): void {
    this.#exits.push(
      () =>
        new Immediate(() => {
          fn(...args);
          return false;
        }),
    );
  }

  /** Awaits the coroutine `fn(...args)` at the end. */
  pushAsyncCallback<A extends unknown[]>(
    fn: (...args: A) => CoroutineLike<unknown>,
    ...args: A
  ): void {
    this.#exits.push(function* awaitCallback() {
      yield* toAwaited(fn(...args), "await a callback");
      return false;
    });
  }

  /** Moves everything to a new stack, so that this one ends nothing. */
  popAll(): AsyncExitStack {
    const other = new AsyncExitStack();
    other.#exits = this.#exits;
    this.#exits = [];
    return other;
  }

  /**
   * Ends everything now.
   *
   * **Cancellation:** reaches the end that is running; the others still run.
   */
  *close(): Coroutine<void> {
    yield* this.exit(undefined);
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<AsyncExitStack> {
    return new Immediate(() => this as AsyncExitStack);
  }

  /**
   * Ends everything in reverse order; called by `asyncWith`. Each gets the error that is under way, may drop it, or
   * raise another in its place.
   *
   * **Cancellation:** reaches the end that is running; the others still run.
   */
  *exit(error: unknown): Coroutine<boolean> {
    let pending = error;
    let raised = false;
    for (let exit = this.#exits.pop(); exit !== undefined; exit = this.#exits.pop()) {
      try {
        if ((yield* toAwaited(exit(pending), "leave a context")) && pending !== undefined) {
          pending = undefined;
          raised = false;
        }
      } catch (next) {
        if (pending !== undefined && next !== pending) noteCause(next, pending);
        pending = next;
        raised = true;
      }
    }
    if (raised) throw pending;
    return error !== undefined && pending === undefined;
  }
}

/** As the constructor's option does it: not enumerable. An error that is frozen stays as it is. */
function noteCause(error: unknown, cause: unknown): void {
  if (!(error instanceof Error) || error.cause !== undefined) return;
  Reflect.defineProperty(error, "cause", { value: cause, writable: true, configurable: true });
}
