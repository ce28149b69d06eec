import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RingBuffer } from "./ring-buffer.js";

type Step = { readonly push: number } | { readonly shift: number } | "clear";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ push: fc.nat(60) }) },
  { weight: 6, arbitrary: fc.record({ shift: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant("clear" as const) },
);

describe("RingBuffer", () => {
  test("RingBuffer behaves as an array used as a queue does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (script) => {
        const ring = new RingBuffer<number>();
        const model: number[] = [];
        let next = 0;
        for (const each of script) {
          if (each === "clear") {
            ring.clear();
            model.length = 0;
          } else if ("push" in each) {
            for (let i = 0; i < each.push; i++) {
              ring.push(next);
              model.push(next++);
            }
          } else {
            for (let i = Math.min(each.shift, model.length); i > 0; i--) {
              expect(ring.shift()).toBe(model.shift());
            }
          }
          expect(ring.length).toBe(model.length);
        }
        expect([...ring]).toEqual(model);
      }),
    );
  });

  test("RingBuffer.shift() gives undefined when it is empty, and spoils nothing", () => {
    const ring = new RingBuffer<number>();
    expect(ring.shift()).toBeUndefined();
    ring.push(1);
    expect(ring.shift()).toBe(1);
    expect(ring.shift()).toBeUndefined();
    expect(ring.length).toBe(0);
  });

  test("RingBuffer keeps the order through growing while its head is not at the start", () => {
    const ring = new RingBuffer<number>();
    for (let i = 0; i < 16; i++) ring.push(i);
    for (let i = 0; i < 5; i++) ring.shift();
    for (let i = 16; i < 40; i++) ring.push(i);
    expect([...ring]).toEqual(Array.from({ length: 35 }, (_, i) => i + 5));
  });

  test("RingBuffer goes on after it ran empty from a size that it gives back", () => {
    const ring = new RingBuffer<number>();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 40_000; i++) ring.push(i);
      let sum = 0;
      while (ring.length > 0) sum += ring.shift();
      expect(sum).toBe((39_999 * 40_000) / 2);
    }
  });
});
