/** Coroutine functions as handlers, middleware and error handlers of frameworks that know promises only. */
import {
  type Coroutine,
  createTask,
  fromPromise,
  getRunningLoop,
  isAwaitable,
  isCancelled,
  run,
  type Task,
} from "tsyncio";
import type { CoroutineLike } from "../operation.js";
import { currentExchange, exchangeVariable } from "./current-exchange.js";
import { Exchange } from "./exchange.js";

/**
 * A function that frameworks can call for `fn`, a `function*` or a lowered `async` function: each call is a task of the
 * request's and is cancelled with it. The request is found by what frameworks pass on of `serve`: the `env` of an
 * argument, as Hono's `c.env`.
 *
 * **Cancellation:** of the request is raised in `fn` where it waits; the framework's error handler is not called for it.
 * @example
 * const app = new Hono();
 * app.get("/slow", coroutineHandler(function* (c) {
 *   yield* sleep(1);
 *   return c.text("done");
 * }));
 */
// biome-ignore lint/suspicious/noExplicitAny: what a framework passes is inferred where it says so, and else not checked
export function coroutineHandler<A extends any[], R>(
  fn: (...args: A) => CoroutineLike<R>,
): (...args: A) => Promise<R> {
  return (...args) => {
    const exchange = exchangeOf(args);
    const call = (): Coroutine<R> => called(fn, args, exchange);
    if (inLoop()) return createTask(call) as Promise<R>;
    if (exchange?.task === undefined) return run(call);
    const context = exchange.task.getContext().copy();
    if (!context.has(exchangeVariable as never)) return run(call);
    return new Promise((resolve, reject) => {
      exchange.post(() => {
        const task: Task<R> = createTask(call, { context });
        void task.then(resolve, reject);
      });
    });
  };
}

function* called<A extends unknown[], R>(
  fn: (...args: A) => CoroutineLike<R>,
  args: A,
  exchange: Exchange | undefined,
): Coroutine<R> {
  try {
    const result: unknown = fn(...args);
    if (isAwaitable(result)) return (yield* result as Coroutine<unknown>) as R;
    if (typeof (result as PromiseLike<R> | undefined)?.then !== "function") return result as R;
    return (yield* fromPromise(result as PromiseLike<R>)) as R;
  } catch (error) {
    // Nobody will see the answer, and the request's end is no error of the program.
    if (isCancelled(error) && exchange?.over) return new Response(null, { status: 499 }) as R;
    throw error;
  }
}

function exchangeOf(args: readonly unknown[]): Exchange | undefined {
  for (const argument of args) {
    if (argument instanceof Exchange) return argument;
    const env = (argument as { env?: unknown } | undefined)?.env;
    if (env instanceof Exchange) return env;
  }
  return inLoop() ? currentExchange() : undefined;
}

function inLoop(): boolean {
  try {
    getRunningLoop();
    return true;
  } catch {
    return false;
  }
}
