import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTask, type Operation, sleep } from "../index.js";
import { runVirtual } from "../testing.js";
import { StreamReader } from "./stream-reader.js";

describe("StreamReader given its bytes in pieces", () => {
  /** What a program reads. */
  const calls = fc.array(
    fc.oneof(
      fc.nat({ max: 9 }).map((size) => ["readExactly", size] as const),
      fc.constantFrom(["readLine"] as const, ["readUntil", "ab"] as const),
      fc.constant(["readUntil", ["b", "aba", "a\n"]] as const),
    ),
    { maxLength: 12 },
  );
  type Calls = typeof calls extends fc.Arbitrary<infer T> ? T : never;

  /** The outcomes of `list` on `input`, which comes in `sizes`, each piece after as many turns as `gaps` says. */
  function outcomes(list: Calls, input: string, sizes: number[], gaps: number[], limit: number) {
    return runVirtual(function* main() {
      const reader = new StreamReader(undefined, { limit });
      const bytes = Buffer.from(input);
      const feeding = createTask(function* feed() {
        let start = 0;
        for (let n = 0; start < bytes.length; n++) {
          const size = 1 + ((sizes[n % sizes.length] ?? 0) % bytes.length);
          for (let turn = gaps[n % gaps.length] ?? 0; turn > 0; turn--) yield* sleep(0);
          reader.feedData(bytes.subarray(start, start + size));
          start += size;
        }
        reader.feedEof();
      });
      const seen: string[] = [];
      for (const [method, argument] of list) {
        const read = (reader[method] as (argument?: unknown) => Operation<Buffer>)(argument);
        try {
          seen.push(`${yield* read}`);
        } catch (error) {
          const { code, partial } = error as { code: string; partial?: Uint8Array };
          seen.push(`${code} ${partial === undefined ? "" : Buffer.from(partial)}`);
          // How much of a line that is too long has come by then is a matter of time.
          if (code === "ERR_LIMIT_OVERRUN") break;
        }
      }
      yield* feeding;
      return seen;
    });
  }

  it("gives the same to readExactly(), readLine() and readUntil(), however they are split", () => {
    const pieces = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 6 });
    const input = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 });
    const limit = fc.constantFrom(5, 1000);
    fc.assert(
      fc.property(calls, input, pieces, pieces, limit, (list, text, sizes, gaps, most) => {
        const whole = outcomes(list, text, [60], [0], most);
        expect(outcomes(list, text, sizes, gaps, most)).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });
});
