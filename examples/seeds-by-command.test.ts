/**
 * The programs of `seeds/` in both their forms, run by the command as a user would: they print what
 * their seed shows.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { seedTranscripts } from "./testing/seed-transcripts.js";

const seeds = join(import.meta.dirname, "seeds");
const { resolve } = createRequire(import.meta.url);
const command = join(dirname(resolve("tsyncio/package.json")), "bin/tsyncio.js");

interface Ending {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a program of `seeds/` to its end. */
function tsyncioRun(...args: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, [command, "run", ...args], {
    cwd: seeds,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ code, lines: output.split("\n").slice(0, -1), errors }));
  });
}

const TIME_OF_DAY = expect.stringMatching(/^\d\d:\d\d:\d\d$/);

describe.concurrent("tsyncio run, on virtual time", () => {
  for (const { name, lines } of seedTranscripts) {
    const wanted = name === "two-sleeps" ? [TIME_OF_DAY, ...lines, TIME_OF_DAY] : lines;
    for (const file of [`${name}.ts`, `${name}.gen.ts`]) {
      test(`${file} prints what its seed shows`, async () => {
        const ending = await tsyncioRun("--virtual", file);
        expect(ending).toEqual({ code: 0, lines: wanted, errors: "" });
      });
    }
  }
});

describe.concurrent("tsyncio run, on the real clock", () => {
  for (const file of ["left-behind.ts", "left-behind.gen.ts"]) {
    test(`${file} says that it took about 1 s`, async () => {
      const { code, lines, errors } = await tsyncioRun(file);
      expect([code, errors]).toEqual([0, ""]);
      expect(lines.slice(0, -1)).toEqual(["2 -- started", "1 -- started", "1 -- finished"]);
      expect(lines.at(-1)).toMatch(/^Ended with (0\.99|1\.)\d+$/);
    });
  }

  for (const file of ["two-sleeps-blocking.ts", "two-sleeps-blocking.gen.ts"]) {
    test(`${file} runs one function after the other`, async () => {
      const between = ["16", "fun1 завершена", "2.0", "fun2 завершена"];
      expect(await tsyncioRun(file)).toEqual({
        code: 0,
        lines: [TIME_OF_DAY, ...between, TIME_OF_DAY],
        errors: "",
      });
    });
  }
});

test("every seed program has both forms", () => {
  for (const { name } of seedTranscripts) {
    expect(existsSync(join(seeds, `${name}.ts`)), name).toBe(true);
    expect(existsSync(join(seeds, `${name}.gen.ts`)), name).toBe(true);
  }
});
