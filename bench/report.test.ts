import { expect, test } from "vitest";
import type { ColumnName } from "./benchmark.js";
import { median, withUnit, writtenRatio } from "./figures.js";
import { goalTable } from "./goals.js";
import { parseOptions } from "./options.js";
import { tablesOf } from "./report.js";
import type { Session } from "./session.js";

const spawnJoin = new Map<ColumnName, number[]>([
  ["native", [50, 40, 60]],
  ["tsyncio", [190, 200, 300]],
  ["asyncio", [4_800, 5_200, 4_900]],
  ["effection", [80_000]],
]);
const sleeps = new Map<ColumnName, number[]>([["tsyncio", [1.25, 1.31]]]);
const session: Session = {
  failures: new Set(),
  figures: new Map([
    ["spawn-join", spawnJoin],
    ["sleeps", sleeps],
  ]),
};

test("median() is the middle, or the mean of the two in the middle", () => {
  expect(median([3, 1, 100])).toBe(3);
  expect(median([4, 1, 100, 2])).toBe(3);
});

test("withUnit() and writtenRatio() keep the digits that mean something", () => {
  expect(withUnit(12_345.6, "ns")).toBe("12,346 ns");
  expect(withUnit(1.0567, "x")).toBe("1.06");
  expect(writtenRatio(24.7)).toBe("25");
  expect(writtenRatio(0.456)).toBe("0.46");
});

test("tablesOf() gives medians, minima and ratios to native and to tsyncio", () => {
  const tables = tablesOf(session).split("\n");
  expect(tables).toContain("|  | native | tsyncio | Effection | asyncio |");
  expect(tables).toContain(
    "| spawn and join a child | 50 ns (40) | 200 ns (190) | 80,000 ns (80,000) † | 4,900 ns (4,800) |",
  );
  expect(tables).toContain("| spawn and join a child | 1 | 4 | 1,600 | 98 |");
  expect(tables).toContain("| spawn and join a child | 0.25 | 1 | 400 | 25 |");
});

test("goalTable() compares what was measured with what was asked", () => {
  const rows = goalTable(session)?.split("\n").slice(4);
  expect(rows).toEqual([
    "| spawn and join a child: faster than asyncio | ≥ 25 | 25 | 25 | **missed** |",
    "| spawn and join a child: times a native call and its await | ≤ 5 | 4 | 4.8 | holds |",
    "| 100,000 sleeps of 1 to 500 ms: times the ideal | ≤ 1.3 | 1.28 | 1.25 | holds |",
  ]);
});

test("goalTable() is left out when nothing that has a goal was measured", () => {
  expect(goalTable({ failures: new Set(), figures: new Map() })).toBeUndefined();
});

test("parseOptions() takes lists and runs once when it is to be quick", () => {
  const options = parseOptions(["--only", "call,deep-50", "--columns", "tsyncio", "--quick"], "/x");
  expect(options).toMatchObject({ only: ["call", "deep-50"], columns: ["tsyncio"], rounds: 1 });
  expect(parseOptions(["--out", "table.md"], "/x").out).toBe("/x/table.md");
});

test("parseOptions() refuses a benchmark that does not exist and names those that do", () => {
  expect(() => parseOptions(["--only", "nothing"], "/x")).toThrow(/--only .*spawn-join.*"nothing"/);
  expect(() => parseOptions(["--rounds", "0"], "/x")).toThrow(RangeError);
});
