/** The errors of a queue, for those who await its jobs. */
import { UsageError } from "tsyncio";
import { JobError } from "../errors.js";
import type { QueueHandle } from "./queue-handle.js";

/** For an id that no job has. */
export function unknownJob({ id, jobName }: QueueHandle): JobError {
  return new JobError(
    "ERR_JOB_UNKNOWN",
    `Cannot await job "${jobName}": the queue has none with the id "${id}"; it was cancelled, or its result is no longer kept; submit it again, or raise keep`,
  );
}

/** For a job that the queue had. */
export function lostJob({ id, jobName }: QueueHandle): JobError {
  return new JobError(
    "ERR_JOB_LOST",
    `Lost job "${jobName}": Redis no longer has "${id}"; it was restarted without its data, or the result was not kept for long enough; submit it again, and let Redis write an append-only file`,
  );
}

/** For those who wait while Redis is away: for a job, or for anything else. */
export function unreachable(
  address: string,
  seconds: number,
  cause: unknown,
  handle?: QueueHandle,
): JobError {
  const why = cause instanceof Error ? cause.message || codeOf(cause) : "no answer";
  return new JobError(
    "ERR_QUEUE_UNREACHABLE",
    `Cannot reach Redis at ${address} for ${seconds} s: ${why}; ${fateOf(handle)}`,
    { cause },
  );
}

function codeOf(error: Error): string {
  return String((error as { code?: unknown }).code ?? error.name);
}

function fateOf(handle: QueueHandle | undefined): string {
  if (handle === undefined) return "start it, or check the connection";
  return handle.isSent || handle.submitted === undefined
    ? `job "${handle.jobName}" may still be done: await it later by its id "${handle.id}"`
    : `job "${handle.jobName}" was not submitted`;
}

/** For those who wait when Redis answers, but not as it should. */
export function refused(cause: unknown, handle?: QueueHandle): JobError {
  const action = handle === undefined ? "use the queue" : `submit job "${handle.jobName}"`;
  return new JobError("ERR_QUEUE_REFUSED", `Cannot ${action}: ${(cause as Error).message}`, {
    cause,
  });
}

/** For a question to a queue whose executor has ended. */
export function closedQueue(): UsageError {
  return new UsageError(
    "ERR_EXECUTOR_SHUT_DOWN",
    "Cannot use the queue: the executor was shut down; ask before shutdown()",
  );
}
