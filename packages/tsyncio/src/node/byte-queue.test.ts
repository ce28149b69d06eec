import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteQueue } from "./byte-queue.js";

describe("ByteQueue", () => {
  it("take() gives a whole chunk and a part of one without copying it", () => {
    const queue = new ByteQueue();
    const whole = Buffer.from("whole");
    const parted = Buffer.from("parted");
    queue.append(whole);
    queue.append(Buffer.alloc(8192));
    expect(queue.take(5)).toBe(whole);
    queue.clear();
    queue.append(parted);
    const part = queue.take(4);
    expect([part.buffer, part.byteOffset]).toEqual([parted.buffer, parted.byteOffset]);
    expect(String(part) + String(queue.takeAll())).toBe("parted");
  });

  it("append() gathers small chunks in blocks", () => {
    const queue = new ByteQueue();
    for (let n = 0; n < 40_000; n++) queue.append(Buffer.of(n & 255));
    const all = queue.takeAll();
    expect(all.length).toBe(40_000);
    expect(all.every((byte, n) => byte === (n & 255))).toBe(true);
  });

  it("never writes again to what it gave, whatever is added and taken", () => {
    const chunk = fc
      .nat({ max: 9000 })
      .map((size) => Buffer.from(Uint8Array.from({ length: size }, (_, n) => n * 7 + size)));
    const step = fc.oneof(
      chunk.map((bytes) => ({ kind: "append" as const, bytes })),
      fc.nat({ max: 12_000 }).map((size) => ({ kind: "take" as const, size })),
      fc.constant({ kind: "peek" as const }),
      fc.constant({ kind: "takeAll" as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (list) => {
        const queue = new ByteQueue();
        let expected = Buffer.alloc(0);
        const given: [buffer: Buffer, copy: Buffer][] = [];
        for (const each of list) {
          if (each.kind === "append") {
            if (each.bytes.length > 0) queue.append(each.bytes);
            expected = Buffer.concat([expected, each.bytes]);
          } else if (each.kind === "peek") {
            expect(queue.peek().equals(expected)).toBe(true);
          } else {
            const size =
              each.kind === "takeAll" ? expected.length : Math.min(each.size, expected.length);
            const taken = each.kind === "takeAll" ? queue.takeAll() : queue.take(size);
            expect(taken.equals(expected.subarray(0, size))).toBe(true);
            given.push([taken, Buffer.from(taken)]);
            expected = expected.subarray(size);
          }
          expect(queue.length).toBe(expected.length);
        }
        for (const [buffer, copy] of given) expect(buffer.equals(copy)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
