import type { Coroutine } from "./coroutine.js";
import { MARK, type Suspension } from "./current.js";
import type { Loop } from "./loop.js";
import { Operation } from "./operation.js";

type Step = IteratorResult<unknown, unknown>;

/**
 * An operation that runs part of a generator: from one of its own yields to the next. Suspensions pass through to the
 * loop; any other yield, and the return, end the operation. Async generators and context managers are made of it.
 */
export class Driven<T> extends Operation<T> {
  readonly #label: string;
  readonly #generator: Coroutine<unknown>;
  readonly #start: () => Step;
  readonly #end: (step: Step) => T;

  /**
   * @param start - resumes the generator.
   * @param end - makes the result of the step that ended the part.
   */
  constructor(
    label: string,
    generator: Coroutine<unknown>,
    start: () => Step,
    end: (step: Step) => T,
  ) {
    super();
    this.#label = label;
    this.#generator = generator;
    this.#start = start;
    this.#end = end;
  }

  begin(_loop: Loop): IteratorResult<Suspension, T> {
    return this.#take(this.#start());
  }

  override next(sent?: unknown): IteratorResult<Suspension, T> {
    if (this.loop === undefined || sent === undefined) return super.next(sent);
    return this.#take(this.#generator.next(sent));
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.loop === undefined) throw error;
    return this.#take(this.#generator.throw(error));
  }

  override return(value: T): IteratorResult<Suspension, T> {
    return { value, done: true };
  }

  #take(step: Step): IteratorResult<Suspension, T> {
    if (step.done !== true && step.value === MARK) return step as IteratorYieldResult<Suspension>;
    return { value: this.#end(step), done: true };
  }

  describe(): string {
    return this.#label;
  }
}
