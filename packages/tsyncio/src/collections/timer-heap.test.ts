import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HeapItem, TimerHeap } from "./timer-heap.js";

class Item implements HeapItem {
  heapIndex = -1;
  readonly when: number;
  readonly order: number;

  constructor(when: number, order: number) {
    this.when = when;
    this.order = order;
  }
}

type Step = { readonly push: number } | { readonly remove: number } | "pop" | "clear";

// Few different deadlines, so that many are equal.
const deadline = fc.oneof(fc.nat(6), fc.double({ noNaN: true }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ push: deadline }) },
  { weight: 5, arbitrary: fc.record({ remove: fc.nat() }) },
  { weight: 5, arbitrary: fc.constant("pop" as const) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
);

/** A sorted array: earliest first, equal deadlines in the order of their arrival. */
class Model {
  items: Item[] = [];

  push(item: Item): void {
    const after = this.items.findIndex((other) => other.when > item.when);
    this.items.splice(after === -1 ? this.items.length : after, 0, item);
  }
}

function drain(heap: TimerHeap<Item>): Item[] {
  const items: Item[] = [];
  while (heap.length > 0) items.push(heap.pop());
  return items;
}

describe("TimerHeap", () => {
  test("TimerHeap behaves as an array sorted by deadline and arrival does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: "max" }), (script) => {
        const heap = new TimerHeap<Item>();
        const model = new Model();
        let order = 0;
        for (const each of script) {
          if (each === "clear") {
            heap.clear();
            for (const item of model.items) expect(item.heapIndex).toBe(-1);
            model.items = [];
          } else if (each === "pop") {
            if (model.items.length > 0) expect(heap.pop()).toBe(model.items.shift());
          } else if ("push" in each) {
            const item = new Item(each.push, order++);
            heap.push(item.when, item);
            model.push(item);
          } else if (model.items.length > 0) {
            const [gone] = model.items.splice(each.remove % model.items.length, 1) as [Item];
            expect(heap.remove(gone)).toBe(true);
            expect(heap.remove(gone)).toBe(false);
          }
          expect(heap.length).toBe(model.items.length);
          expect(heap.earliest).toBe(model.items[0]?.when ?? Number.POSITIVE_INFINITY);
        }
        expect(drain(heap)).toEqual(model.items);
      }),
    );
  });

  test("TimerHeap.pop() gives equal deadlines in the order they were added", () => {
    const heap = new TimerHeap<Item>();
    const items = Array.from({ length: 500 }, (_, i) => new Item(i % 3, i));
    for (const item of items) heap.push(item.when, item);
    const expected = [0, 1, 2].flatMap((when) => items.filter((item) => item.when === when));
    expect(drain(heap)).toEqual(expected);
  });

  test("TimerHeap.remove() is false for an item that was popped, and for a stranger", () => {
    const heap = new TimerHeap<Item>();
    const item = new Item(1, 0);
    heap.push(1, item);
    heap.pop();
    expect(heap.remove(item)).toBe(false);
    expect(heap.remove(new Item(1, 1))).toBe(false);
    expect(heap.earliest).toBe(Number.POSITIVE_INFINITY);
  });

  test("TimerHeap stays sorted while it grows to thousands and shrinks again", () => {
    const heap = new TimerHeap<Item>();
    const items = Array.from({ length: 5000 }, (_, i) => new Item((i * 7919) % 5003, i));
    for (const item of items) heap.push(item.when, item);
    for (const item of items) if (item.order % 10 !== 0) heap.remove(item);
    const left = items.filter((item) => item.order % 10 === 0).sort((a, b) => a.when - b.when);
    expect(drain(heap)).toEqual(left);
  });
});
