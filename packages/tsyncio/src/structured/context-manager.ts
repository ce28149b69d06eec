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
        throw new UsageError(
          "ERR_CONTEXT_MANAGER",
          "Cannot enter context manager: generator didn't yield; hand out a value by yield",
        );
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
        throw new UsageError(
          "ERR_CONTEXT_MANAGER",
          "Cannot leave context manager: generator didn't stop; yield once only",
        );
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
  body: (...args: A) => Generator<Suspension | T, void, unknown>,
): (...args: A) => AsyncContextManager<Exclude<T, Suspension>> {
  if (typeof body !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot make a context manager: expected a function*, got ${describeValue(body)}`,
    );
  }
  return (...args) =>
    new GeneratorManager<Exclude<T, Suspension>>(
      () => body(...args) as unknown as Coroutine<unknown>,
    );
}
