/** A queue that gives the newest item first. Counterpart: `asyncio.LifoQueue`. */
import { Queue, type Store } from "./queue.js";

class Stack<T> implements Store<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T {
    return this.#items.pop() as T;
  }

  clear(): void {
    this.#items.length = 0;
  }
}

/**
 * A queue that gives the newest item first.
 *
 * **Cancellation:** as for `Queue`.
 *
 * asyncio: `LifoQueue`.
 * @example
 * const queue = new LifoQueue<string>();
 * queue.putNowait("first");
 * queue.putNowait("second");
 * yield* queue.get(); // => "second"
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  /**
   * @param maxsize - how many items fit in; zero and less mean any number, which is the default.
   * @throws {RangeError} when it is no number (`ERR_INVALID_ARG`).
   */
  constructor(maxsize?: number) {
    super(maxsize, new Stack<T>());
  }
}
