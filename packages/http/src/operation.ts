/**
 * How this package makes what can be awaited: a coroutine as a call of an `async` function of the runtime's second form,
 * so that `yield*`, `await` in lowered functions and `await` in plain ones all take it, and one that is never awaited is
 * reported by its name.
 */
import type { AsyncContextManager, Coroutine, Operation } from "tsyncio";
import { describeFunction, type FunctionInfo, lowered } from "tsyncio/coroutine";

/** What calling a coroutine function or a lowered `async` function gives; TypeScript takes the latter for a promise. */
export type CoroutineLike<T> = Coroutine<T> | PromiseLike<T>;

const infos = new Map<string, FunctionInfo>();

/** `coroutine` as an operation called `name`. */
export function toOperation<T>(name: string, coroutine: Coroutine<T>): Operation<T> {
  let info = infos.get(name);
  if (info === undefined) {
    info = describeFunction(name, "@tsyncio/http", 1, 0, []);
    infos.set(name, info);
  }
  return lowered<T>(info, awaitOnce(coroutine));
}

/** What begins a resource: `yield*` gives the resource, `asyncWith` gives it to the block and ends it afterwards. */
export type Opening<R> = Operation<R> & AsyncContextManager<R>;

/** `coroutine`, which begins a resource, as an opening called `name`. */
export function toOpening<R extends AsyncContextManager<R>>(
  name: string,
  coroutine: Coroutine<R>,
): Opening<R> {
  const operation = toOperation(name, coroutine);
  let resource: R | undefined;
  return Object.assign(operation, {
    *enter(): Coroutine<R> {
      resource = yield* operation;
      return resource;
    },
    exit: (error: unknown) => (resource as R).exit(error),
  });
}

function* awaitOnce(coroutine: Coroutine<unknown>): Generator<unknown, unknown, unknown> {
  return yield coroutine;
}
