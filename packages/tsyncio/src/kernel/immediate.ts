import { finished, type Suspension } from "./current.js";
import { Operation } from "./operation.js";

/** An operation that has nothing to wait for: calls `fn` when it is awaited and gives its result. */
export class Immediate<T> extends Operation<T> {
  readonly #fn: () => T;

  constructor(fn: () => T) {
    super();
    this.#fn = fn;
  }

  begin(): IteratorResult<Suspension, T> {
    return finished(this.#fn());
  }

  describe(): string {
    return "an immediate operation";
  }
}
