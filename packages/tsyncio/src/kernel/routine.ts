import type { Coroutine } from "./coroutine.js";
import type { Suspension } from "./current.js";
import type { Loop } from "./loop.js";
import { Operation } from "./operation.js";

/**
 * An operation written as a generator: what the library offers as a compound of awaits. It passes the generator's
 * suspensions through as they are, and adds what a generator has not: the face of a promise, a name, and an error for
 * being awaited twice.
 */
export class Routine<T> extends Operation<T> {
  readonly #label: string;
  readonly #coroutine: Coroutine<T>;

  constructor(label: string, coroutine: Coroutine<T>) {
    super();
    this.#label = label;
    this.#coroutine = coroutine;
  }

  begin(_loop: Loop): IteratorResult<Suspension, T> {
    return this.#coroutine.next();
  }

  override resume(): IteratorResult<Suspension, T> {
    return this.#coroutine.next();
  }

  override next(sent?: unknown): IteratorResult<Suspension, T> {
    if (this.loop !== undefined && sent !== undefined) return this.#coroutine.next(sent);
    return super.next(sent);
  }

  override throw(error: unknown): IteratorResult<Suspension, T> {
    return this.#coroutine.throw(error);
  }

  override return(value: T): IteratorResult<Suspension, T> {
    return this.#coroutine.return(value);
  }

  describe(): string {
    return this.#label;
  }
}
