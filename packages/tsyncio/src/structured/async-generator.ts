import type { Coroutine } from "../kernel/coroutine.js";
import { current, finished, RESUMED, type Suspension } from "../kernel/current.js";
import { Driven } from "../kernel/driven.js";
import { describeValue, typeError, UsageError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import type { Scope } from "../kernel/scope.js";
import { DONE } from "../kernel/waitable.js";
import { GeneratorExit } from "./generator-exit.js";

/** Hands a value to who iterates; gives what was passed to `next`. */
export type Emit<T, S> = (value: T) => Operation<S>;

/** What the body yields to its consumer, as told from a suspension. */
const EMITTED = Symbol("tsyncio.emitted") as unknown as Suspension;

class Emission<T, S> extends Operation<S> {
  readonly #owner: CoroutineGenerator<T, S>;
  readonly #value: T;

  constructor(owner: CoroutineGenerator<T, S>, value: T) {
    super();
    this.#owner = owner;
    this.#value = value;
  }

  begin(_loop: Loop): IteratorResult<Suspension, S> {
    this.#owner.emitted = this.#value;
    this.state = DONE;
    return { value: EMITTED, done: false };
  }

  override resume(): IteratorResult<Suspension, S> {
    return finished(this.#owner.sent as S);
  }

  describe(): string {
    return "an emitted value being consumed";
  }
}

/**
 * A stream of values made by a coroutine as they are asked for, by `asyncGenerator`. It runs in the task that iterates
 * it. One that is not iterated to its end is closed when its run ends.
 *
 * asyncio: an asynchronous generator.
 */
export class CoroutineGenerator<T, S = undefined> {
  /** @internal */
  emitted: T | undefined;
  /** @internal */
  sent: S | undefined;
  readonly #body: (emit: Emit<T, S>) => Coroutine<unknown>;
  #coroutine: Coroutine<unknown> | undefined;
  #state: "created" | "running" | "suspended" | "closed" = "created";
  #scope: Scope | undefined;

  /** @internal */
  constructor(body: (emit: Emit<T, S>) => Coroutine<unknown>) {
    this.#body = body;
  }

  /** Itself: `asyncFor` and `for await` iterate it. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Runs the body to its next value; `value` is what the `emit` that stands there gives.
   *
   * **Cancellation:** raised in the body where it waits.
   * @throws {UsageError} while it is running already (`ERR_GENERATOR_RUNNING`), when it is awaited.
   */
  next(value?: S): Operation<IteratorResult<T, undefined>> {
    return this.#resume((coroutine) => {
      this.sent = value;
      return coroutine.next(RESUMED);
    });
  }

  /**
   * Raises `error` in the body where it stands, and runs it to its next value.
   *
   * **Cancellation:** raised in the body where it waits.
   */
  throw(error: unknown): Operation<IteratorResult<T, undefined>> {
    return this.#resume((coroutine) => coroutine.throw(error));
  }

  /**
   * Closes it: the body's `finally` blocks run, and may wait.
   *
   * **Cancellation:** raised in the body where it waits.
   * @throws {UsageError} when the body emits another value (`ERR_GENERATOR_IGNORED_EXIT`).
   */
  return(): Operation<IteratorResult<T, undefined>> {
    if (this.#state === "created" || this.#state === "closed") {
      return new Immediate(() => {
        this.#close();
        return { value: undefined, done: true };
      });
    }
    const coroutine = this.#coroutine as Coroutine<unknown>;
    return this.#drive(
      coroutine,
      () => coroutine.throw(new GeneratorExit("generator closed")),
      (step) => {
        if (step.done === true) return;
        throw new UsageError(
          "ERR_GENERATOR_IGNORED_EXIT",
          "Cannot close async generator: it emitted a value while it was being closed",
        );
      },
    );
  }

  #resume(
    resume: (coroutine: Coroutine<unknown>) => IteratorResult<unknown, unknown>,
  ): Operation<IteratorResult<T, undefined>> {
    let coroutine = this.#coroutine;
    if (this.#state === "closed") {
      return new Immediate(() => ({ value: undefined, done: true }));
    }
    if (coroutine === undefined) {
      coroutine = this.#body((value) => new Emission<T, S>(this, value));
      this.#coroutine = coroutine;
    }
    const started = coroutine;
    return this.#drive(
      started,
      () => resume(started),
      () => {},
    );
  }

  #drive(
    coroutine: Coroutine<unknown>,
    start: () => IteratorResult<unknown, unknown>,
    check: (step: IteratorResult<unknown, unknown>) => void,
  ): Operation<IteratorResult<T, undefined>> {
    const part = new Driven<IteratorResult<T, undefined>>(
      "the next of an async generator",
      guarded(coroutine, () => this.#close()),
      () => {
        this.#begin();
        return guard(start, () => this.#close());
      },
      (step) => {
        if (step.done === true) this.#close();
        else this.#state = "suspended";
        check(step);
        if (step.done === true) return { value: undefined, done: true };
        const value = this.emitted as T;
        this.emitted = undefined;
        return { value, done: false };
      },
    );
    return part;
  }

  #begin(): void {
    if (this.#state === "running") {
      throw new UsageError(
        "ERR_GENERATOR_RUNNING",
        "Cannot iterate async generator: asynchronous generator is already running; give each task its own",
      );
    }
    if (this.#state === "created") {
      this.#scope = (current.loop as Loop).currentScope();
      this.#scope.generators.add(this);
    }
    this.#state = "running";
  }

  #close(): void {
    this.#state = "closed";
    this.#scope?.generators.delete(this);
  }
}

type Step = IteratorResult<unknown, unknown>;

/** Calls `fn`, and `ended` when it throws. The body lets the exit through when it is closed: that is its end. */
function guard(fn: () => Step, ended: () => void): Step {
  try {
    return fn();
  } catch (error) {
    ended();
    if (error instanceof GeneratorExit) return { value: undefined, done: true };
    throw error;
  }
}

function guarded(coroutine: Coroutine<unknown>, ended: () => void): Coroutine<unknown> {
  const wrapper: Coroutine<unknown> = {
    next: (sent) => guard(() => coroutine.next(sent), ended) as IteratorResult<Suspension>,
    throw: (error) => guard(() => coroutine.throw(error), ended) as IteratorResult<Suspension>,
    return: (value) => coroutine.return(value),
    [Symbol.iterator]: () => wrapper,
  };
  return wrapper;
}

/**
 * Makes an async iterable of a coroutine that hands out values by `yield* emit(value)`.
 *
 * **Cancellation:** of the task that iterates is raised in the body where it waits.
 *
 * asyncio: `async def` with `yield`.
 * @example
 * const ticks = asyncGenerator<number>(function* (emit) {
 *   for (let n = 1; n <= 3; n++) {
 *     yield* sleep(1);
 *     yield* emit(n);
 *   }
 * });
 * let sum = 0;
 * yield* asyncFor(ticks, function* (n) {
 *   sum += n;
 * });
 * sum; // => 6
 */
export function asyncGenerator<T, S = undefined>(
  body: (emit: Emit<T, S>) => Coroutine<unknown>,
): CoroutineGenerator<T, S> {
  if (typeof body !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot make an async generator: expected a function*, got ${describeValue(body)}`,
    );
  }
  return new CoroutineGenerator(body);
}
