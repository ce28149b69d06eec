import { afterEach, describe, expect, test, vi } from "vitest";
import { readTests } from "./steps.js";

afterEach(() => vi.unstubAllEnvs());

const OUTPUT = `
 Test Files  3 passed (3)
      Tests  41 passed | 2 skipped (43)
   Start at  10:00:00
`;

describe("readTests()", () => {
  test("reads the counts of a run", () => {
    vi.stubEnv("CI", "");
    expect(readTests(OUTPUT)).toEqual({ summary: "41 tests in 3 files, 2 skipped", passed: 41 });
  });

  test("takes a skipped test for a fault when CI is true", () => {
    vi.stubEnv("CI", "true");
    expect(readTests(OUTPUT)).toMatchObject({ fault: "2 tests were skipped" });
  });

  test("takes a run without tests for a fault", () => {
    expect(readTests("No test files found")).toMatchObject({ fault: "no test ran" });
  });
});
