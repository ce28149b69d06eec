import { fromPromise } from "../interop/from-promise.js";
import { isAwaitable } from "../kernel/awaitable.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { RESUMED, type Suspension } from "../kernel/current.js";
import { Driven } from "../kernel/driven.js";
import { describeValue, typeError, UsageError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { AsyncContextManager } from "./async-context-manager.js";

/** A generator that hands out one value by a plain `yield`, and awaits by `yield*`. */
export type ManagerBody<T> = Generator<Suspension | T, void, unknown>;

class GeneratorManager<T> implements AsyncContextManager<T> {
  readonly #body: () => Coroutine<unknown>;
  #generator: Coroutine<unknown> | undefined;

  constructor(body: () => Coroutine<unknown>) {
    this.#body = body;
  }

  enter(): Coroutine<T> {
    if (this.#generator !== undefined) {
      throw new UsageError(
        "ERR_CONTEXT_MANAGER_REUSED",
        "Cannot enter context manager: it was entered before; call the function again for each block",
      );
    }
    const generator = this.#body();
    this.#generator = generator;
    return new Driven<T>(
      "a context manager's beginning",
      generator,
      () => generator.next(),
      (step) => {
        if (step.done !== true) return step.value as T;
        throw didNotYield();
      },
    );
  }

  exit(error: unknown): Coroutine<boolean> {
    const generator = this.#generator;
    if (generator === undefined) return new Immediate(() => false);
    return new Driven(
      "a context manager's end",
      generator,
      () => (error === undefined ? generator.next(RESUMED) : this.#throwIn(generator, error)),
      (step) => {
        if (step === PASSED) return false;
        if (step.done === true) return error !== undefined;
        throw didNotStop();
      },
    );
  }

  /** The same error coming back is the block's own: it is not dropped, and not raised from here. */
  #throwIn(generator: Coroutine<unknown>, error: unknown): IteratorResult<unknown, unknown> {
    try {
      return generator.throw(error);
    } catch (raised) {
      if (raised === error) return PASSED;
      throw raised;
    }
  }
}

/** What an async generator of any kind offers: ours of the lowered form, or the engine's. */
type AnyAsyncGenerator<T> = Pick<AsyncGenerator<T, unknown, undefined>, "next" | "throw">;

/** The same from an `async function*`, as written in the async form. */
class AsyncGeneratorManager<T> implements AsyncContextManager<T> {
  readonly #generator: AnyAsyncGenerator<T>;

  constructor(generator: AnyAsyncGenerator<T>) {
    this.#generator = generator;
  }

  *enter(): Coroutine<T> {
    const item = yield* settled(this.#generator.next());
    if (item.done === true) throw didNotYield();
    return item.value;
  }

  *exit(error: unknown): Coroutine<boolean> {
    if (error === undefined) {
      if ((yield* settled(this.#generator.next())).done !== true) throw didNotStop();
      return false;
    }
    try {
      if ((yield* settled(this.#generator.throw(error))).done !== true) throw didNotStop();
      return true;
    } catch (raised) {
      if (raised === error) return false;
      throw raised;
    }
  }
}

function* settled<T>(item: PromiseLike<T>): Coroutine<T> {
  return yield* (isAwaitable(item) ? item : fromPromise(item)) as Coroutine<T>;
}

function didNotYield(): UsageError {
  return new UsageError(
    "ERR_CONTEXT_MANAGER",
    "Cannot enter context manager: generator didn't yield; hand out a value by yield",
  );
}

function didNotStop(): UsageError {
  return new UsageError(
    "ERR_CONTEXT_MANAGER",
    "Cannot leave context manager: generator didn't stop; yield once only",
  );
}

const PASSED: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * Makes a function of context managers from a generator that does the beginning, hands out a value by one plain
 * `yield`, and does the end: with `try … finally` when the end must happen after an error too.
 *
 * **Cancellation:** reaches the generator at its `yield` while the block runs.
 *
 * asyncio: `contextlib.asynccontextmanager`.
 * @example
 * const log: string[] = [];
 * const door = contextManager(function* (name: string) {
 *   yield* sleep(1);
 *   log.push(`open ${name}`);
 *   try {
 *     yield name;
 *   } finally {
 *     log.push(`shut ${name}`);
 *   }
 * });
 * yield* asyncWith(door("a"), function* (name) {
 *   log.push(`in ${name}`);
 * });
 * log; // => [ 'open a', 'in a', 'shut a' ]
 */
export function contextManager<A extends unknown[], T>(
  body: (...args: A) => AsyncGenerator<T, void, undefined>,
): (...args: A) => AsyncContextManager<T>;
export function contextManager<A extends unknown[], T>(
  body: (...args: A) => Generator<Suspension | T, void, unknown>,
): (...args: A) => AsyncContextManager<Exclude<T, Suspension>>;
export function contextManager<A extends unknown[]>(
  body: (...args: A) => unknown,
): (...args: A) => AsyncContextManager<unknown> {
  if (typeof body !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot make a context manager: expected a function*, got ${describeValue(body)}`,
    );
  }
  return (...args) => {
    const made = body(...args);
    return typeof (made as Partial<AsyncGenerator> | null)?.[Symbol.asyncIterator] === "function"
      ? new AsyncGeneratorManager(made as AnyAsyncGenerator<unknown>)
      : new GeneratorManager<unknown>(() => made as Coroutine<unknown>);
  };
}
