import { describe, expect, it } from "vitest";
import { comparable, firstDifference } from "../compare/compare.js";
import { report } from "../compare/report.js";
import { runSubject } from "../subject/run.js";
import { readGoldens } from "./golden.js";

for (const [file, programs] of readGoldens()) {
  describe(`CPython's trace of ${file} programs`, () => {
    it.each(programs)("$name", ({ program, trace }) => {
      const expected = trace.split("\n");
      const actual = comparable(expected, runSubject(program));
      if (firstDifference(expected, actual) >= 0) {
        expect.fail(report({ program, expected, actual }));
      }
    });
  });
}
