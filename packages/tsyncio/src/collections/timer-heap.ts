/**
 * A 4-ary min-heap of deadlines with removal by item: the loop's timers.
 * Deadlines live in a `Float64Array` beside the items, so that comparing follows no pointer and boxes no number.
 * Equal deadlines leave in the order they were added. Removing is immediate: a cancelled timer keeps nothing alive,
 * where CPython leaves it in the heap until a clean-up. Counterpart of `heapq` as used by `BaseEventLoop`.
 */
export interface HeapItem {
  /** Position in the heap; -1 while outside. Written by the heap only. */
  heapIndex: number;
}

const ARITY = 4;
const INITIAL_CAPACITY = 64;

export class TimerHeap<T extends HeapItem> {
  length = 0;
  private keys = new Float64Array(INITIAL_CAPACITY);
  private order = new Float64Array(INITIAL_CAPACITY);
  private items: (T | undefined)[] = [];
  private sequence = 0;

  /** The earliest deadline; `Infinity` when empty. */
  get earliest(): number {
    return this.length === 0 ? Infinity : (this.keys[0] as number);
  }

  push(when: number, item: T): void {
    if (this.length === this.keys.length) this.resize(this.length * 2);
    this.siftUp(this.length++, when, this.sequence++, item);
  }

  /** Removes and returns the earliest item; the heap must not be empty. */
  pop(): T {
    const first = this.items[0] as T;
    this.removeAt(0);
    first.heapIndex = -1;
    return first;
  }

  /** Removes `item`; false when it is not in the heap. */
  remove(item: T): boolean {
    const index = item.heapIndex;
    if (index < 0) return false;
    this.removeAt(index);
    item.heapIndex = -1;
    return true;
  }

  clear(): void {
    for (const item of this.items) if (item !== undefined) item.heapIndex = -1;
    this.items = [];
    this.length = 0;
  }

  private removeAt(index: number): void {
    const last = --this.length;
    const item = this.items[last] as T;
    this.items.length = last;
    if (index !== last) {
      const when = this.keys[last] as number;
      const order = this.order[last] as number;
      const parent = (index - 1) >> 2;
      if (index > 0 && this.before(when, order, parent)) this.siftUp(index, when, order, item);
      else this.siftDown(index, when, order, item);
    }
    if (last === 0) this.sequence = 0;
    if (last > INITIAL_CAPACITY && last < this.keys.length / ARITY)
      this.resize(this.keys.length / 2);
  }

  private before(when: number, order: number, index: number): boolean {
    const other = this.keys[index] as number;
    return when < other || (when === other && order < (this.order[index] as number));
  }

  private place(index: number, when: number, order: number, item: T): void {
    this.keys[index] = when;
    this.order[index] = order;
    this.items[index] = item;
    item.heapIndex = index;
  }

  private siftUp(start: number, when: number, order: number, item: T): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      if (!this.before(when, order, parent)) break;
      this.place(
        index,
        this.keys[parent] as number,
        this.order[parent] as number,
        this.items[parent] as T,
      );
      index = parent;
    }
    this.place(index, when, order, item);
  }

  private siftDown(start: number, when: number, order: number, item: T): void {
    const { keys, order: orders, length } = this;
    let index = start;
    for (;;) {
      const first = index * ARITY + 1;
      if (first >= length) break;
      const end = Math.min(first + ARITY, length);
      let least = first;
      for (let child = first + 1; child < end; child++) {
        if (this.before(keys[child] as number, orders[child] as number, least)) least = child;
      }
      const leastKey = keys[least] as number;
      const leastOrder = orders[least] as number;
      if (when < leastKey || (when === leastKey && order < leastOrder)) break;
      this.place(index, leastKey, leastOrder, this.items[least] as T);
      index = least;
    }
    this.place(index, when, order, item);
  }

  private resize(capacity: number): void {
    const keys = new Float64Array(capacity);
    const order = new Float64Array(capacity);
    keys.set(this.keys.subarray(0, this.length));
    order.set(this.order.subarray(0, this.length));
    this.keys = keys;
    this.order = order;
  }
}
