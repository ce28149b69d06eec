/** A queue that gives the smallest item first. Counterpart: `asyncio.PriorityQueue`, but stable and with a comparator. */
import { describeValue, typeError } from "../kernel/errors.js";
import { Queue, type Store } from "./queue.js";

/** Says which of two items comes first: negative for `a`, positive for `b`, 0 for the one that was put first. */
export type Compare<T> = (a: T, b: T) => number;

/** An item with its number in the order of putting. */
interface Entry<T> {
  readonly item: T;
  readonly number: number;
}

/**
 * A binary heap; equal items leave in the order they came.
 *
 * I1. No entry is before its parent, by the comparator and then by number.
 * I2. All comparisons of an operation are made before anything moves: a comparator that throws changes nothing.
 */
class Heap<T> implements Store<T> {
  readonly #compare: Compare<T>;
  readonly #entries: Entry<T>[] = [];
  #put = 0;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#entries.length;
  }

  push(item: T): void {
    const entries = this.#entries;
    let place = entries.length;
    // The newest entry passes only those that are truly greater.
    while (place > 0 && this.#compare(item, (entries[parentOf(place)] as Entry<T>).item) < 0) {
      place = parentOf(place);
    }
    for (let i = entries.length; i > place; i = parentOf(i)) {
      entries[i] = entries[parentOf(i)] as Entry<T>;
    }
    entries[place] = { item, number: this.#put++ };
  }

  shift(): T {
    const entries = this.#entries;
    const last = entries.length - 1;
    let moved = entries[last] as Entry<T>;
    const place = this.#placeFor(moved, last);
    entries.pop();
    // The last entry goes to its place, what was there and above it one up, and the root out.
    for (let i = place; last > 0; i = parentOf(i)) {
      const held = entries[i] as Entry<T>;
      entries[i] = moved;
      moved = held;
      if (i === 0) break;
    }
    return moved.item;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Where `entry` belongs when it sinks from the root of the first `size` entries. */
  #placeFor(entry: Entry<T>, size: number): number {
    const entries = this.#entries;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) return place;
      const right = child + 1;
      if (right < size && this.#isBefore(entries[right] as Entry<T>, entries[child] as Entry<T>)) {
        child = right;
      }
      if (!this.#isBefore(entries[child] as Entry<T>, entry)) return place;
      place = child;
    }
  }

  #isBefore(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (!(order > 0) && a.number < b.number);
  }
}

function parentOf(index: number): number {
  return (index - 1) >> 1;
}

/**
 * A queue that gives the smallest item first, by `compare`; equal items in the order they were put.
 *
 * A comparator that throws makes `put` or `get` throw, and leaves the queue as it was.
 *
 * **Cancellation:** as for `Queue`.
 *
 * asyncio: `PriorityQueue`; there items are compared with `<`, equal ones leave in any order, and an item that cannot be
 * compared stays in the queue.
 * @example
 * const queue = new PriorityQueue<[number, string]>(0, (a, b) => a[0] - b[0]);
 * queue.putNowait([2, "later"]);
 * queue.putNowait([1, "sooner"]);
 * yield* queue.get(); // => [1, "sooner"]
 */
export class PriorityQueue<T> extends Queue<T> {
  /**
   * @param maxsize - how many items fit in; zero and less mean any number.
   * @param compare - as for sorting an array: negative when `a` is to be given before `b`.
   * @throws {RangeError} when `maxsize` is no number (`ERR_INVALID_ARG`).
   * @throws {TypeError} when `compare` is no function (`ERR_INVALID_ARG`).
   */
  constructor(maxsize: number, compare: Compare<T>) {
    if (typeof compare !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot make priority queue: compare must be a function (a, b) => number, got ${describeValue(compare)}`,
      );
    }
    super(maxsize, new Heap(compare));
  }
}
