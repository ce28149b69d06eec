/** Lengths of time: seconds, as everywhere in asyncio, or a string that says its unit. */
import { describeValue, rangeError, typeError } from "./errors.js";

/**
 * A length of time: a number of seconds, or a number with its unit (`"250ms"`, `"1.5s"`, `"2m"`, `"1h"`).
 */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const PATTERN = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(ms|s|m|h)$/;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/**
 * The seconds of `duration`, for functions that take one: `toSeconds("250ms")` is 0.25.
 *
 * asyncio: none; its functions take seconds.
 * @param parameter - what the caller calls it, for the error.
 * @param least - the least seconds there may be; any by default, as for `sleep`, where what is negative has passed.
 * @throws {RangeError} for `NaN`, a string that is no duration, and less than `least` (`ERR_INVALID_DURATION`).
 * @throws {TypeError} for any other type (`ERR_INVALID_DURATION`).
 * @example
 * import { type Duration, toSeconds } from "tsyncio";
 *
 * function every(interval: Duration): number {
 *   return toSeconds(interval, "interval", 0);
 * }
 * every("1.5s"); // => 1.5
 */
export function toSeconds(
  duration: Duration,
  parameter = "delay",
  least = Number.NEGATIVE_INFINITY,
): number {
  if (typeof duration === "number") {
    if (duration >= least) return duration;
  } else if (typeof duration !== "string") {
    throw typeError(
      "ERR_INVALID_DURATION",
      `Invalid ${parameter}: expected seconds or a string like "250ms", got ${describeValue(duration)}`,
    );
  } else {
    const match = PATTERN.exec(duration);
    if (match !== null) {
      const count = Number(match[1]);
      // Milliseconds are divided, not multiplied: 0.001 is no binary fraction, and "30ms" is to be 0.03 exactly.
      const seconds =
        match[2] === "ms" ? count / 1000 : count * SECONDS[match[2] as keyof typeof SECONDS];
      if (seconds >= least) return seconds;
    }
  }
  const floor = least === Number.NEGATIVE_INFINITY ? "" : `, ${least} or more,`;
  throw rangeError(
    "ERR_INVALID_DURATION",
    `Invalid ${parameter}: expected seconds${floor} or a string like "250ms", "1.5s", "2m" or "1h", got ${describeValue(duration)}`,
  );
}

let remarked = false;

/** In debug mode a plain number of 500 or more is remarked on once: it is seconds, and often meant as milliseconds. */
export function remarkOnMilliseconds(duration: Duration): string | undefined {
  if (remarked || typeof duration !== "number" || duration < 500 || duration === Infinity) {
    return undefined;
  }
  remarked = true;
  return `A delay of ${duration} is ${duration} seconds; did you mean milliseconds? Write "${duration}ms"`;
}
