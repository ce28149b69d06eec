/** Lengths of time, for Node, which counts in milliseconds. */
import type { Duration } from "tsyncio";
import { describeValue, rangeError } from "./errors.js";

const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/**
 * The milliseconds of `duration`.
 * @throws {RangeError} for what is negative or no duration (`ERR_INVALID_DURATION`).
 */
export function toMilliseconds(duration: Duration, parameter: string): number {
  if (typeof duration === "number" && duration >= 0) return duration * 1000;
  const [, count, unit] = (typeof duration === "string" && PATTERN.exec(duration)) || [];
  if (unit !== undefined) return Number(count) * UNITS[unit as keyof typeof UNITS];
  throw rangeError(
    "ERR_INVALID_DURATION",
    `Invalid ${parameter}: expected seconds or a string like "250ms", "1.5s", "2m" or "1h", got ${describeValue(duration)}`,
  );
}
