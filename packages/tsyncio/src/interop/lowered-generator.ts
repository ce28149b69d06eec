/**
 * Lowered `async function*`: an object with the language's own protocol, whose `next()` gives a coroutine that runs the
 * body to its next value in the task that awaits it. Calls are served in their order, whoever awaits which.
 */
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import { describeValue, typeError } from "../kernel/errors.js";
import { type Body, called, isThenable, Lowered, NOWHERE } from "../kernel/frame.js";
import type { FunctionInfo } from "../kernel/function-info.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import type { Scope } from "../kernel/scope.js";
import { PENDING, Waitable } from "../kernel/waitable.js";
import { fromPromise } from "./from-promise.js";
import { at } from "./lowering.js";

type Step = IteratorResult<unknown, unknown>;
type Resume = (body: Body) => Step;
// biome-ignore lint/suspicious/noExplicitAny: bodies take the parameters of the functions they were
type GeneratorFunction = (...args: any[]) => Body;

class Emission {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/**
 * What a lowered async generator yields to its consumer, as told from what it awaits.
 *
 * **Cancellation:** does not wait.
 */
export function emit(value: unknown): Emission {
  return new Emission(value);
}

/** What calling a lowered `async function*` gives. */
export class LoweredGenerator {
  readonly #info: FunctionInfo;
  readonly #body: Body;
  /** The calls that have not been served, oldest first; those that have ended are dropped when somebody looks. */
  readonly #calls: Lowered<Step>[] = [];
  #scope: Scope | undefined;
  #closed = false;

  constructor(info: FunctionInfo, body: Body) {
    this.#info = info;
    this.#body = body;
  }

  /**
   * Runs the body to its next value.
   *
   * **Cancellation:** raised in the body where it waits.
   */
  next(value?: unknown): Lowered<Step> {
    return this.#call((body) => body.next(value));
  }

  /**
   * Raises `error` where the body stands.
   *
   * **Cancellation:** raised in the body where it waits.
   */
  throw(error: unknown): Lowered<Step> {
    return this.#call((body) => body.throw(error));
  }

  /**
   * Ends the body; its `finally` blocks run.
   *
   * **Cancellation:** raised in the body where it waits.
   */
  return(value?: unknown): Lowered<Step> {
    return this.#call((body) => body.return(value));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** `await using` ends it. */
  [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")](): Lowered<unknown> {
    return this.return();
  }

  #call(resume: Resume): Lowered<Step> {
    const call: Lowered<Step> = new Lowered(
      this.#info,
      this.#serve(resume, () => call),
      true,
    );
    this.#calls.push(call);
    return called(call);
  }

  /** The body of a call's frame: waits for those before it, then runs the generator's own body to its next value. */
  *#serve(resume: Resume, self: () => Lowered<Step>): Body {
    for (let first = this.#first(); first !== self(); first = this.#first()) {
      yield* servedBefore(first as Lowered<Step>);
    }
    this.#open();
    try {
      const step = yield* untilValue(this.#body, resume);
      if (step.done === true) this.#close();
      return step;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #first(): Lowered<Step> | undefined {
    while (this.#calls[0] !== undefined && this.#calls[0].state !== PENDING) this.#calls.shift();
    return this.#calls[0];
  }

  /** From its first step until its end the run that drives it may have to close it. */
  #open(): void {
    if (this.#scope !== undefined || this.#closed) return;
    this.#scope = (current.loop as Loop).currentScope();
    this.#scope.generators.add(this);
  }

  #close(): void {
    this.#closed = true;
    this.#scope?.generators.delete(this);
  }
}

/** Waits until `call` has ended; runs it when nobody else does. How it ended is told to who awaits it. */
function* servedBefore(call: Lowered<Step>): Generator<unknown, void, unknown> {
  const ours = call.fresh;
  try {
    yield at(NOWHERE, call);
  } catch (error) {
    if (call.state === PENDING || (ours && isCancelled(error))) throw error;
    if (ours) (current.loop as Loop).noteFailure(call);
  }
}

/** Runs `body` to its next emission or its end; what it awaits on the way is the frame's to await. */
function* untilValue(body: Body, resume: Resume): Generator<unknown, Step, unknown> {
  let step = resume(body);
  for (;;) {
    const emission = step.value instanceof Emission ? step.value : undefined;
    const given = emission === undefined ? step.value : emission.value;
    const ends = step.done === true || emission !== undefined;
    if (ends && !isThenable(given)) return { value: given, done: emission === undefined };
    let sent: unknown;
    try {
      sent = yield ends ? at(NOWHERE, given) : given;
    } catch (error) {
      step = body.throw(error);
      continue;
    }
    if (ends) return { value: sent, done: emission === undefined };
    step = body.next(sent);
  }
}

/** A call of a lowered `async function*`: nothing runs before its first `next()`. */
export function loweredGenerator(
  info: FunctionInfo,
  body: GeneratorFunction,
  thisArgument: unknown,
  args: ArrayLike<unknown>,
): LoweredGenerator {
  return new LoweredGenerator(info, lazily(body, thisArgument, args));
}

function* lazily(body: GeneratorFunction, thisArgument: unknown, args: ArrayLike<unknown>): Body {
  return yield* Reflect.apply(body, thisArgument, args) as Body;
}

/**
 * The iterator of a lowered `for await`: what it gives is awaited by the loop.
 * @throws {TypeError} for what cannot be iterated (`ERR_INVALID_ARG`).
 */
export function asyncIterator(iterable: unknown): {
  next(value?: unknown): unknown;
  throw?(error: unknown): unknown;
  return?(value?: unknown): unknown;
} {
  const source = iterable as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const own = source?.[Symbol.asyncIterator]?.();
  if (own !== undefined) return own;
  const iterator = source?.[Symbol.iterator]?.();
  if (iterator !== undefined) return new SyncItems(iterator);
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot iterate ${describeValue(iterable)}: for await takes an async iterable or an iterable`,
  );
}

/** A plain iterator in a `for await`: its items are awaited. */
class SyncItems {
  readonly #iterator: Iterator<unknown>;

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator;
  }

  next(value?: unknown): unknown {
    const step = this.#iterator.next(value);
    return step.done !== true && isThenable(step.value) ? item(step.value) : given(step);
  }

  return(): unknown {
    return given(this.#iterator.return?.() ?? { value: undefined, done: true });
  }
}

function* item(value: PromiseLike<unknown>): Coroutine<Step> {
  return { value: yield* value instanceof Waitable ? value : fromPromise(value), done: false };
}

/** An item that is there: awaiting it takes no turn. */
function given(step: Step): Immediate<Step> {
  return new Immediate(() => step);
}
