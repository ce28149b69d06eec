import fc from "fast-check";
import { expect, it } from "vitest";
import { runLowered, runNative } from "./programs.js";
import { randomProgram } from "./random-programs.js";

const numRuns = process.env["STRESS"] === "1" ? 5000 : 200;

it("transform() keeps what random programs do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const code = randomProgram(numbersFrom(seed));
      expect(await runLowered(code), code).toEqual(await runNative(code));
    }),
    { numRuns, endOnFailure: true },
  );
});

/** A reproducible choice: mulberry32. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
