/**
 * The programs of `seeds/`: what they print, line by line, and how long they take; on virtual time
 * to the second, on the real clock where a seed says how long.
 */

import type * as asyncio from "tsyncio";
import { describe, expect, test } from "vitest";
import { main as fooBarGather } from "./seeds/foo-bar-gather.gen.js";
import { main as inALoop } from "./seeds/in-a-loop.gen.js";
import { main as leftBehind } from "./seeds/left-behind.gen.js";
import { main as oneAfterAnother } from "./seeds/one-after-another.gen.js";
import { main as order123 } from "./seeds/order-1-2-3.gen.js";
import { main as order312 } from "./seeds/order-3-1-2.gen.js";
import { main as print1Print2 } from "./seeds/print1-print2.gen.js";
import { main as returnedNotAwaited } from "./seeds/returned-not-awaited.gen.js";
import { main as twoSleeps } from "./seeds/two-sleeps.gen.js";
import { startChild } from "./testing/child-program.js";
import { seedTranscripts } from "./testing/seed-transcripts.js";
import { transcriptOf } from "./testing/transcript.js";

const mains: Readonly<Record<string, () => asyncio.Coroutine<unknown>>> = {
  "two-sleeps": twoSleeps,
  "print1-print2": print1Print2,
  "returned-not-awaited": returnedNotAwaited,
  "foo-bar-gather": fooBarGather,
  "left-behind": leftBehind,
  "one-after-another": oneAfterAnother,
  "order-1-2-3": order123,
  "order-3-1-2": order312,
  "in-a-loop": inALoop,
};

describe("on virtual time", () => {
  for (const { name, lines, seconds } of seedTranscripts) {
    test(`${name} prints what its seed shows, in ${seconds} s`, () => {
      const main = mains[name];
      expect(main && transcriptOf(main)).toEqual({ lines, seconds });
    });
  }
});

/** Seconds on the real clock: never less than the program says, and not much more. */
function expectAbout(seconds: number, measured: number): void {
  expect(measured).toBeGreaterThan(seconds - 0.1);
  expect(measured).toBeLessThan(seconds + 1.5);
}

const TIME_OF_DAY = expect.stringMatching(/^\d\d:\d\d:\d\d$/);

describe.concurrent("on the real clock", () => {
  for (const [name, seconds] of [["left-behind", 1] as const, ["one-after-another", 3] as const]) {
    test(`${name} says that it took about ${seconds} s`, async () => {
      const { lines, ...ending } = await startChild([name]);
      const wanted = seedTranscripts.find((program) => program.name === name)?.lines ?? [];
      expect(ending).toMatchObject({ code: 0, errors: "" });
      expect(lines.slice(0, -1)).toEqual(wanted.slice(0, -1));
      const [, said] = /^Ended with (\d+\.\d+)$/.exec(lines.at(-1) ?? "") ?? [];
      expectAbout(seconds, Number(said));
    });
  }

  test("two-sleeps takes about 3 s between its two clock readings", async () => {
    const { lines, seconds, ...ending } = await startChild(["two-sleeps"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    const between = ["16", "2.0", "fun1 завершена", "fun2 завершена"];
    expect(lines).toEqual([TIME_OF_DAY, ...between, TIME_OF_DAY]);
    expectAbout(3, seconds);
  });

  test("two-sleeps-blocking takes about 6 s between its two clock readings", async () => {
    const { lines, seconds, ...ending } = await startChild(["two-sleeps-blocking"]);
    expect(ending).toMatchObject({ code: 0, errors: "" });
    const between = ["16", "fun1 завершена", "2.0", "fun2 завершена"];
    expect(lines).toEqual([TIME_OF_DAY, ...between, TIME_OF_DAY]);
    expectAbout(6, seconds);
  });
});
