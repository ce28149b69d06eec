import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { type Duration, toSeconds } from "./duration.js";

describe("a Duration", () => {
  test.each([
    ["250ms", 0.25],
    ["30ms", 0.03],
    ["1.5s", 1.5],
    ["0s", 0],
    ["2m", 120],
    ["1.5h", 5400],
    ["-3s", -3],
    ["1e3ms", 1],
    ["1e-3s", 0.001],
  ] as const)("%j is %d seconds", (duration, seconds) => {
    expect(toSeconds(duration)).toBe(seconds);
  });

  test("that is a number is itself, negative and infinite ones too", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (seconds) => {
        expect(toSeconds(seconds)).toBe(seconds);
      }),
    );
  });

  test("with its unit is as exact as the number written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (n) => {
        expect(toSeconds(`${n}ms`)).toBe(n / 1000);
        expect(toSeconds(`${n}s`)).toBe(n + 0);
        expect(toSeconds(`${n}m`)).toBe(n * 60 + 0);
      }),
    );
  });

  test.each([
    "",
    "5",
    "ms",
    "5 ms",
    " 5ms",
    "5ms ",
    "5MS",
    "5sec",
    "NaNs",
    "Infinitys",
    "0x5s",
    "5,5s",
    ".5s",
    "1m30s",
    "+5s",
  ])("%j is none", (text) => {
    const error = errorOf(() => toSeconds(text as Duration));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toEqual(withCode("ERR_INVALID_DURATION"));
    expect((error as Error).message).toContain(JSON.stringify(text));
  });

  test.each([
    [-1, 0],
    ["-1ms", 0],
    ["0.5s", 1],
    [Number.NaN, 0],
    [Number.NEGATIVE_INFINITY, 0],
  ] as const)("%j is too little for %d or more", (duration, least) => {
    const error = errorOf(() => toSeconds(duration, "grace", least));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toEqual(withCode("ERR_INVALID_DURATION"));
    expect((error as Error).message).toMatch(
      new RegExp(`^Invalid grace: expected seconds, ${least} or more, or .*, got .*${duration}"?$`),
    );
    expect(toSeconds(least, "grace", least)).toBe(least);
  });

  test.each([undefined, null, {}, [], true, 5n, () => 5])("%s is none", (value) => {
    const error = errorOf(() => toSeconds(value as never, "timeout"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      code: "ERR_INVALID_DURATION",
      message: expect.stringMatching(/^Invalid timeout: /),
    });
  });
});
