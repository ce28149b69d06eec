/** What leaving a lock-like context manager awaits: it gives back and swallows no error. */
import type { Suspension } from "../kernel/current.js";
import { Operation } from "../kernel/operation.js";

const NOT_SWALLOWED: IteratorReturnResult<boolean> = { value: false, done: true };

/** Releases, when it is awaited, what the block held; gives false. Never suspends. */
export class Exit extends Operation<boolean> {
  readonly #held: { release(): void } | undefined;

  constructor(held: { release(): void } | undefined) {
    super();
    this.#held = held;
  }

  begin(): IteratorResult<Suspension, boolean> {
    this.#held?.release();
    return NOT_SWALLOWED;
  }

  describe(): string {
    return "exit()";
  }
}
