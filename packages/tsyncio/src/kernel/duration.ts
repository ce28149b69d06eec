/** Lengths of time: seconds, as everywhere in asyncio, or a string that says its unit. */
import { describeValue, rangeError, typeError } from "./errors.js";

/**
 * A length of time: a number of seconds, or a number with its unit (`"250ms"`, `"1.5s"`, `"2m"`, `"1h"`).
 */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const PATTERN = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(ms|s|m|h)$/;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/**
 * The seconds of `duration`.
 * @throws {RangeError} for `NaN` or a string that is no duration (`ERR_INVALID_DURATION`).
 * @throws {TypeError} for any other type (`ERR_INVALID_DURATION`).
 */
export function toSeconds(duration: Duration, parameter = "delay"): number {
  if (typeof duration === "number") {
    if (!Number.isNaN(duration)) return duration;
  } else if (typeof duration !== "string") {
    throw typeError(
      "ERR_INVALID_DURATION",
      `Invalid ${parameter}: expected seconds or a string like "250ms", got ${describeValue(duration)}`,
    );
  } else {
    const match = PATTERN.exec(duration);
    if (match !== null) {
      const seconds = Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
      // Milliseconds are divided, not multiplied: 0.001 is no binary fraction, and "30ms" is to be 0.03 exactly.
      return match[2] === "ms" ? Number(match[1]) / 1000 : seconds;
    }
  }
  throw rangeError(
    "ERR_INVALID_DURATION",
    `Invalid ${parameter}: expected seconds or a string like "250ms", "1.5s", "2m" or "1h", got ${describeValue(duration)}`,
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
