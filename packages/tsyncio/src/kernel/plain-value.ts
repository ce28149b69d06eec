import { bareYield, type Suspension } from "./current.js";
import { Operation } from "./operation.js";
import { DONE } from "./waitable.js";

/** A plain value that is awaited costs a turn: programs use it to yield. */
export class PlainValue extends Operation<unknown> {
  readonly #plain: unknown;

  constructor(plain: unknown) {
    super();
    this.#plain = plain;
  }

  begin(): IteratorResult<Suspension, unknown> {
    this.state = DONE;
    this.value = this.#plain;
    return bareYield();
  }

  describe(): string {
    return "a plain value";
  }
}
