/**
 * A growing circular buffer: the loop's ready queue and the FIFO queues.
 * Pushing and shifting cost the same at any length and allocate nothing until the buffer must grow; a shifted slot
 * is cleared at once, so that what it held can be collected. Counterpart of `collections.deque`, one direction only.
 */
const INITIAL_CAPACITY = 16;
/** A buffer that grew past this many slots is given back when it has run empty. */
const KEPT_CAPACITY = 32_768;

export class RingBuffer<T> {
  length = 0;
  private slots: (T | undefined)[] = new Array(INITIAL_CAPACITY).fill(undefined);
  private head = 0;
  private mask = INITIAL_CAPACITY - 1;

  push(item: T): void {
    if (this.length > this.mask) this.grow();
    this.slots[(this.head + this.length) & this.mask] = item;
    this.length++;
  }

  /** The oldest item. Undefined when empty, so callers ask `length` first. */
  shift(): T {
    const slots = this.slots;
    const item = slots[this.head] as T;
    if (this.length === 0) return item;
    slots[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    if (--this.length === 0 && this.mask >= KEPT_CAPACITY) this.reset();
    return item;
  }

  clear(): void {
    this.length = 0;
    this.reset();
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.slots[(this.head + i) & this.mask] as T;
  }

  private reset(): void {
    this.slots = new Array(INITIAL_CAPACITY).fill(undefined);
    this.head = 0;
    this.mask = INITIAL_CAPACITY - 1;
  }

  private grow(): void {
    const capacity = this.mask + 1;
    const slots: (T | undefined)[] = new Array(capacity * 2).fill(undefined);
    for (let i = 0; i < this.length; i++) slots[i] = this.slots[(this.head + i) & this.mask];
    this.slots = slots;
    this.head = 0;
    this.mask = capacity * 2 - 1;
  }
}
