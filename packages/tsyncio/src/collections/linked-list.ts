/**
 * A doubly linked list threaded through its items: waiters of a lock, tasks of a run.
 * Adding and removing cost the same at any length and allocate nothing; an item is in at most one list.
 */
export interface Linked {
  /** Neighbours, written by the list only. */
  before: this | undefined;
  after: this | undefined;
}

export class LinkedList<T extends Linked> {
  first: T | undefined = undefined;
  last: T | undefined = undefined;
  length = 0;

  push(item: T): void {
    const last = this.last;
    item.before = last;
    if (last === undefined) this.first = item;
    else last.after = item;
    this.last = item;
    this.length++;
  }

  /** Unlinks `item`; false when it is in no list. */
  remove(item: T): boolean {
    const { before, after } = item;
    if (before === undefined && this.first !== item) return false;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    item.before = undefined;
    item.after = undefined;
    this.length--;
    return true;
  }

  /** Removes and returns the oldest item, undefined when empty. */
  shift(): T | undefined {
    const first = this.first;
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Walks from the oldest to the newest; the current item may be removed on the way. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let item = this.first; item !== undefined; ) {
      const after: T | undefined = item.after;
      yield item;
      item = after;
    }
  }
}
