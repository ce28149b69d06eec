/** A semaphore that notices when more is released than was acquired. Counterpart: `asyncio.locks.BoundedSemaphore`. */
import { rangeError } from "../kernel/errors.js";
import { Semaphore } from "./semaphore.js";

/**
 * A semaphore that never has more permits than it began with.
 *
 * **Cancellation:** as for `Semaphore`.
 *
 * asyncio: `BoundedSemaphore`.
 * @example
 * const connections = new BoundedSemaphore(2);
 * yield* connections.acquire();
 * connections.release();
 * connections.locked(); // => false
 */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /**
   * @param value - the permits there are, a whole number of at least 0, or `Infinity`; 1 when not given.
   * @throws {RangeError} for anything else (`ERR_INVALID_ARG`).
   */
  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives a permit back, to the first task in line if there is one.
   *
   * asyncio: `BoundedSemaphore.release`.
   * @throws {RangeError} when all permits are there already (`ERR_SEMAPHORE_OVER_RELEASED`).
   */
  override release(): void {
    if (this.value >= this.#bound) {
      throw rangeError(
        "ERR_SEMAPHORE_OVER_RELEASED",
        `Cannot release bounded semaphore: all its permits (${this.#bound}) are there; release once for each acquire`,
      );
    }
    super.release();
  }
}
