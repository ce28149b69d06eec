/** The programs of `seeds/` run by the command, as a user would, and what is wanted of them. */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { seedTranscripts } from "./seed-transcripts.js";

const { resolve } = createRequire(import.meta.url);
const command = join(dirname(resolve("tsyncio/package.json")), "bin/tsyncio.js");

const TIME_OF_DAY = /^\d\d:\d\d:\d\d$/;

/** What a program left behind. */
export interface RunEnding {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A program, in both its forms, and a pattern for each line that it prints. */
export interface WantedRun {
  readonly name: string;
  readonly files: readonly string[];
  readonly lines: readonly RegExp[];
}

/** One for each program of `seeds/`. The seconds that a program tells may be a little more or less. */
export const wantedRuns: readonly WantedRun[] = [
  ...seedTranscripts.map(({ name, lines }) => {
    const patterns = lines.map(patternOf);
    return wanted(name, name === "two-sleeps" ? between(TIME_OF_DAY, patterns) : patterns);
  }),
  wanted(
    "two-sleeps-blocking",
    between(TIME_OF_DAY, ["16", "fun1 завершена", "2.0", "fun2 завершена"].map(patternOf)),
  ),
];

/** Runs a program of the folder `seeds` by `tsyncio run`, on the Node that runs this, to its end. */
export function tsyncioRun(seeds: string, ...args: readonly string[]): Promise<RunEnding> {
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

function wanted(name: string, lines: readonly RegExp[]): WantedRun {
  return { name, files: [`${name}.ts`, `${name}.gen.ts`], lines };
}

function between(outer: RegExp, lines: readonly RegExp[]): RegExp[] {
  return [outer, ...lines, outer];
}

function patternOf(line: string): RegExp {
  const seconds = /^Ended with (\d+)$/.exec(line)?.[1];
  if (seconds === undefined)
    return new RegExp(`^${line.replaceAll(/[.*+?^$(){}|[\]\\]/g, "\\$&")}$`);
  return new RegExp(`^Ended with (${Number(seconds) - 1}\\.99|${seconds}(\\.|$))\\d*$`);
}
