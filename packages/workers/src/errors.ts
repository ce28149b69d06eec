/** The errors of executors: each has a stable `code`. */
import { AsyncioError } from "tsyncio";

/**
 * The worker in which a job ran has ended: it crashed, ran out of memory, called `process.exit`, or was stopped because
 * another job in it did not end in time. What ended it is the `cause`, if it is known.
 */
export class WorkerDiedError extends AsyncioError {
  override get name(): string {
    return "WorkerDiedError";
  }

  constructor(message: string, options?: ErrorOptions) {
    super("ERR_WORKER_DIED", message, options);
  }
}

/** A job could not be begun or its result not be sent: `code` says why. */
export class JobError extends AsyncioError {
  override get name(): string {
    return "JobError";
  }
}

/** A `RangeError` with a `code`. */
export function rangeError(code: string, message: string): RangeError {
  return Object.assign(new RangeError(message), { code });
}

/** A `TypeError` with a `code`. */
export function typeError(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** What a bad argument was, for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value !== "object" || value === null) return String(value);
  return (value.constructor as { name?: string } | undefined)?.name || "object";
}
