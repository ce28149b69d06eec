import { finished, type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import type { State } from "../kernel/waitable.js";

/** What a wait for the end of a process asks. */
export interface Exiting {
  readonly returncode: number | null;
  /** Those who wait for the end. */
  readonly waiting: Set<ProcessWait>;
}

/** One wait for the end of a process. */
export class ProcessWait extends Operation<number> {
  readonly #process: Exiting;

  constructor(process: Exiting) {
    super();
    this.#process = process;
  }

  begin(loop: Loop): IteratorResult<Suspension, number> {
    const { returncode, waiting } = this.#process;
    if (returncode !== null) return finished(returncode);
    waiting.add(this);
    loop.promisesPending++;
    return suspend(this);
  }

  override finish(state: State, value: unknown): void {
    this.leave();
    super.finish(state, value);
  }

  override leave(): void {
    if (this.#process.waiting.delete(this)) (this.loop as Loop).promisesPending--;
  }

  describe(): string {
    return `the end of ${String(this.#process)}`;
  }
}
