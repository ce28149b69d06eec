/**
 * The programs of `seeds/`: what they print, line by line, and how long they take; on virtual time
 * to the second, on the real clock where a seed says how long.
 */

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
import { transcriptOf } from "./testing/transcript.js";

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

const cases = [
  {
    name: "two-sleeps",
    main: twoSleeps,
    seconds: 3,
    lines: ["16", "2.0", "fun1 завершена", "fun2 завершена"],
  },
  { name: "print1-print2", main: print1Print2, seconds: 10, lines: ["1", "2"] },
  { name: "returned-not-awaited", main: returnedNotAwaited, seconds: 0, lines: [] },
  {
    name: "foo-bar-gather",
    main: fooBarGather,
    seconds: 2,
    lines: ["foo", "bar", "foo done", "bar done"],
  },
  {
    name: "left-behind",
    main: leftBehind,
    seconds: 1,
    lines: ["2 -- started", "1 -- started", "1 -- finished", "Ended with 1"],
  },
  {
    name: "one-after-another",
    main: oneAfterAnother,
    seconds: 3,
    lines: ["1 -- started", "1 -- finished", "2 -- started", "2 -- finished", "Ended with 3"],
  },
  {
    name: "order-1-2-3",
    main: order123,
    seconds: 3,
    lines: [
      "Before creating tasks",
      "After creating tasks",
      "Before first 'await'",
      "1 -- started",
      "2 -- started",
      "3 -- started",
      "1 -- finished",
      "After 1 task",
      "2 -- finished",
      "After 2 task",
      "3 -- finished",
      "After 3 task",
    ],
  },
  {
    name: "order-3-1-2",
    main: order312,
    seconds: 3,
    lines: [
      "Before creating tasks",
      "After creating tasks",
      "Before first 'await'",
      "3 -- started",
      "1 -- started",
      "2 -- started",
      "1 -- finished",
      "2 -- finished",
      "3 -- finished",
      "After 1 task",
      "After 2 task",
      "After 3 task",
    ],
  },
  {
    name: "in-a-loop",
    main: inALoop,
    seconds: 9,
    lines: [...TEN.map((n) => `${n} -- started`), ...TEN.map((n) => `${n} -- finished`)],
  },
];

describe("on virtual time", () => {
  for (const { name, main, lines, seconds } of cases) {
    test(`${name} prints what its seed shows, in ${seconds} s`, () => {
      expect(transcriptOf(main)).toEqual({ lines, seconds });
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
      const wanted = cases.find((program) => program.name === name)?.lines ?? [];
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
