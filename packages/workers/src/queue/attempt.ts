/** One attempt at a job of a queue, on a thread of this process. */
import { asyncFor, type Coroutine, createTask, isCancelled } from "tsyncio";
import { JobError } from "../errors.js";
import type { Executor } from "../executor.js";
import type { JobHandle } from "../job-handle.js";
import { type Packed, pack } from "./packed.js";
import type { CallOnThread, JobOnThread, JobReport } from "./queued-job.js";

/** An attempt. */
export interface Attempt {
  readonly job: JobOnThread;
  readonly call: CallOnThread;
  readonly args: readonly unknown[];
  /** Seconds that it may take; undefined for no limit. */
  readonly remaining: number | undefined;
  /** Told what it reports, in order, and all of it before the end. */
  report(report: JobReport): void;
  /** Given the handle, by which the attempt can be cancelled. */
  begun(handle: JobHandle): void;
}

/**
 * Runs it and gives its result.
 *
 * **Cancellation:** of the handle or of the task ends the wait at once, and the job within the pool's grace time.
 */
export function* runAttempt(pool: Executor, attempt: Attempt): Coroutine<unknown> {
  const { args, call, job, remaining } = attempt;
  const handle = pool.submit(job.with({ deadline: remaining }), call, ...args);
  const reports = createTask(
    asyncFor(handle.updates(), function* passOn(report) {
      attempt.report(report as JobReport);
    }),
  );
  attempt.begun(handle);
  try {
    return yield* handle;
  } finally {
    // Ends by itself: there are no more than have arrived.
    yield* reports;
  }
}

/**
 * A result for the queue.
 * @throws {JobError} when it cannot be copied (`ERR_JOB_RESULT`) or is too large (`ERR_JOB_RESULT_SIZE`).
 */
export function packResult(value: unknown, limit: number): { packed: Packed; bytes: number } {
  let packed: Packed;
  try {
    packed = pack(value);
  } catch (cause) {
    throw new JobError(
      "ERR_JOB_RESULT",
      `Cannot send what the job gives: ${(cause as Error).message} return plain data, as for structuredClone()`,
      { cause },
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(packed));
  if (bytes <= limit) return { packed, bytes };
  throw new JobError(
    "ERR_JOB_RESULT_SIZE",
    `Cannot send the result of the job: it has ${bytes} bytes, the limit is ${limit}; write it to a file or a store and return its name, or raise resultLimit`,
  );
}

/** True for what another attempt would not change. */
export function isFinal(error: unknown, isPastDeadline: boolean): boolean {
  if (isPastDeadline || isCancelled(error) || error instanceof JobError) return true;
  return error instanceof Error && error.name === "UnrecoverableError";
}

/** Milliseconds before the attempt with that number, from 2. */
export function pauseBefore(attempt: number, backoff: number): number {
  return backoff * 2 ** (attempt - 2);
}
