import { describe, expect, test } from "vitest";
import { replaceTable, tableOf } from "./table.js";

describe("tableOf()", () => {
  test("lists each folder with all the folders below it", () => {
    const table = tableOf(
      {
        minimumModules: 0,
        packages: [
          {
            path: "packages/core",
            holds: "the runtime",
            mayImport: [],
            platform: "any",
            entries: { "index.ts": "any" },
            layers: [
              { folder: "a", holds: "first" },
              { folder: "b", holds: "second" },
              { folder: "c", holds: "third" },
            ],
          },
        ],
      },
      () => "`core`",
    );
    expect(table.split("\n")).toEqual([
      "| path | package | holds | may import |",
      "| --- | --- | --- | --- |",
      "| `packages/core` | `core` | the runtime | nothing |",
      "",
      "Inside `packages/core/src`, from the bottom up:",
      "",
      "| folder | holds | may import |",
      "| --- | --- | --- |",
      "| `a/` | first | nothing |",
      "| `b/` | second | a |",
      "| `c/` | third | a, b |",
      "| `index.ts` | the published entries: named re-exports only | all of these |",
    ]);
  });
});

describe("replaceTable()", () => {
  test("replaces what stands between the markers and nothing else", () => {
    const text = "before\n<!-- layers -->\nold\n<!-- /layers -->\nafter\n";
    expect(replaceTable(text, "new")).toBe(
      "before\n<!-- layers -->\nnew\n<!-- /layers -->\nafter\n",
    );
  });

  test("returns undefined when a marker is missing", () => {
    expect(replaceTable("<!-- layers -->\nold", "new")).toBeUndefined();
  });
});
