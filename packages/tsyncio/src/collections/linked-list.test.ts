import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Linked, LinkedList } from "./linked-list.js";

class Item implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

type Step = "push" | "shift" | { readonly remove: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant("push" as const) },
  { weight: 1, arbitrary: fc.constant("shift" as const) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
);

function ids(items: Iterable<Item>): number[] {
  return [...items].map(({ id }) => id);
}

describe("LinkedList", () => {
  test("LinkedList behaves as an array does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (script) => {
        const list = new LinkedList<Item>();
        const model: Item[] = [];
        let next = 0;
        for (const each of script) {
          if (each === "push") {
            const item = new Item(next++);
            list.push(item);
            model.push(item);
          } else if (each === "shift") {
            expect(list.shift()).toBe(model.shift());
          } else if (model.length > 0) {
            const [gone] = model.splice(each.remove % model.length, 1) as [Item];
            expect(list.remove(gone)).toBe(true);
            expect(list.remove(gone)).toBe(false);
          }
          expect(list.length).toBe(model.length);
          expect(list.first).toBe(model[0]);
          expect(list.last).toBe(model.at(-1));
          expect(ids(list)).toEqual(ids(model));
        }
      }),
    );
  });

  test("LinkedList takes an item back that was removed", () => {
    const list = new LinkedList<Item>();
    const [a, b] = [new Item(1), new Item(2)];
    list.push(a);
    list.push(b);
    list.remove(a);
    list.push(a);
    expect(ids(list)).toEqual([2, 1]);
  });

  test("LinkedList can be walked while the current item is removed", () => {
    const list = new LinkedList<Item>();
    for (let i = 0; i < 5; i++) list.push(new Item(i));
    const seen: number[] = [];
    for (const item of list) {
      seen.push(item.id);
      if (item.id % 2 === 0) list.remove(item);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(ids(list)).toEqual([1, 3]);
  });
});
