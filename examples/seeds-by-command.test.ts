/**
 * The programs of `seeds/` in both their forms, run by the command as a user would: they print what
 * their seed shows.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tsyncioRun, type WantedRun, wantedRuns } from "./testing/seed-runs.js";

const seeds = join(import.meta.dirname, "seeds");

function ending({ lines }: WantedRun) {
  return { code: 0, errors: "", lines: lines.map((line) => expect.stringMatching(line)) };
}

describe.concurrent("tsyncio run, on virtual time", () => {
  for (const wanted of wantedRuns) {
    for (const file of wanted.files) {
      test(`${file} prints what its seed shows`, async () => {
        const ended = await tsyncioRun(seeds, "--virtual", file);
        expect(ended).toEqual(ending(wanted));
        // Here it takes neither more nor less.
        expect(ended.lines.join("\n")).not.toMatch(/Ended with \d*\./);
      });
    }
  }
});

describe.concurrent("tsyncio run, on the real clock", () => {
  const leftBehind = wantedRuns.filter(({ name }) => name === "left-behind");
  for (const wanted of leftBehind) {
    for (const file of wanted.files) {
      test(`${file} says that it took about 1 s`, async () => {
        expect(await tsyncioRun(seeds, file)).toEqual(ending(wanted));
      });
    }
  }
});

test("every seed program has both forms, and is run in both", () => {
  const files = wantedRuns.flatMap((wanted) => wanted.files);
  expect(readdirSync(seeds).sort()).toEqual([...files].sort());
});
