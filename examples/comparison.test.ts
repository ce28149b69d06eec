/** comparison as a process: the two tables, and what the loop says of the steps that block it. */

import { describe, expect, test } from "vitest";
import { type Ending, startChild } from "./testing/child-program.js";

const WAYS = ["one by one", "tasks", "threads", "processes"];

/** The tables of the program, by row and column. */
function tablesOf({ lines }: Ending): Record<string, number[]>[] {
  const heads = lines.flatMap((line, at) => (line.startsWith(" ") ? [at] : []));
  expect(heads.map((at) => lines[at]?.trim().split(/\s{2,}/))).toEqual([WAYS]);
  expect([lines[0], lines[5]]).toEqual([
    "4 jobs, 2 threads or processes: seconds until all are done",
    "and the seconds by which another task got its turn too late",
  ]);
  return [lines.slice(2, 5), lines.slice(6)].map((rows) =>
    Object.fromEntries(
      rows.map((row) => {
        const [title = "", ...cells] = row.split(/\s+/);
        return [title, cells.map(Number)];
      }),
    ),
  );
}

describe("comparison", () => {
  test("shows that tasks wait together, and that what blocks its thread does so for all", async () => {
    const ending = await startChild(["comparison", "4", "60", "30000"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    const [took, heldUp] = tablesOf(ending);
    expect(Object.keys(took ?? {})).toEqual(["wait", "block", "compute"]);
    expect(Object.keys(heldUp ?? {})).toEqual(["wait", "block", "compute"]);
    for (const row of Object.values(took ?? {})) expect(row).toHaveLength(4);
    const [waitOneByOne = 0, waitAsTasks = 0] = took?.["wait"] ?? [];
    expect(waitOneByOne).toBeGreaterThanOrEqual(0.23);
    expect(waitAsTasks).toBeLessThan(waitOneByOne);
    const [blockOneByOne, blockAsTasks] = took?.["block"] ?? [];
    expect(blockOneByOne).toBeGreaterThanOrEqual(0.23);
    expect(blockAsTasks).toBeGreaterThanOrEqual(0.23);
    const [, othersOfTasks = 0, othersOfThreads = 1] = heldUp?.["block"] ?? [];
    expect(othersOfTasks).toBeGreaterThanOrEqual(0.2);
    expect(othersOfThreads).toBeLessThan(othersOfTasks);
  });

  test("--debug names the task and the place of each step that blocks the loop", async () => {
    const { errors, code } = await startChild(["comparison", "2", "110", "1000", "--debug"]);
    expect(code).toBe(0);
    for (const name of ["block 1", "block 2"]) {
      expect(errors).toMatch(
        new RegExp(
          String.raw`Executing <Task finished .*name="${name}"> took 0\.\d{3} seconds in call \(.*comparison\.gen\.js:\d+\)`,
        ),
      );
    }
  });
});
