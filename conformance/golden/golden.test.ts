import { describe, expect, it } from "vitest";
import { comparable, firstDifference } from "../compare/compare.js";
import { report } from "../compare/report.js";
import { corpus } from "../corpus/index.js";
import { FORMS, runSubject } from "../subject/run.js";
import { readGoldens } from "./golden.js";

const goldens = readGoldens();

for (const form of FORMS) {
  for (const [file, programs] of goldens) {
    describe(`tsyncio leaves CPython's trace, ${form} form: ${file}`, () => {
      it.each(programs)("$name", ({ program, trace }) => {
        const expected = trace.split("\n");
        const actual = comparable(expected, runSubject(program, form));
        if (firstDifference(expected, actual) >= 0) {
          expect.fail(report({ program, expected, actual }));
        }
      });
    });
  }
}

it.each(Object.entries(corpus))(
  "the %s programs are recorded as they are written",
  (file, programs) => {
    const recorded = goldens.get(file)?.map(({ name, program }) => [name, program]);
    expect(recorded).toEqual(Object.entries(programs));
  },
);
