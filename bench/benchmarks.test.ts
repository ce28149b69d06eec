/** Every column of our own does the whole of a small piece of work; `npm run bench` runs the rest. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BENCHMARKS } from "./catalogue.js";

// The memory benchmarks need a process of their own that was started with --expose-gc.
const inProcess = BENCHMARKS.filter(({ unit }) => unit !== "bytes");

describe.each(inProcess)("benchmark $name", ({ columns, size }) => {
  test.each(["native", "tsyncio", "tsyncioAsync", "tsyncioEager"] as const)(
    "column %s measures",
    async (column) => {
      const measure = columns[column];
      if (measure === undefined) expect(["tsyncioAsync", "tsyncioEager"]).toContain(column);
      else expect(await measure(Math.min(1_000, size))).toBeGreaterThan(0);
    },
  );
});

test.each(BENCHMARKS.filter(({ python }) => python !== undefined))(
  "benchmark $name has its program in Python",
  ({ python }) => {
    expect(existsSync(new URL(`python/${python?.program}.py`, import.meta.url))).toBe(true);
  },
);
