/** What became of jobs on Redis, for the handles of those who await them. */
import { isCancelled } from "tsyncio";
import { decodeThrown, type ThrownRecord } from "../error-transport.js";
import { JobError, WorkerDiedError } from "../errors.js";
import { type Packed, unpack } from "./packed.js";
import { lostJob } from "./queue-errors.js";
import type { QueueHandle } from "./queue-handle.js";
import { CANCELLED, ERROR_FIELD, RESULT_FIELD, type StoredResult } from "./redis-keys.js";

/** Reads a field of a job; undefined when the connection was lost, after which all jobs are asked for anyhow. */
export type ReadField = (id: string, field: string) => Promise<string | null | undefined>;

/** Gives the handles that are pending. Asked for behind each wait: they may have ended meanwhile. */
export type PendingHandles = () => readonly QueueHandle[];

/** The job `id` has a result, which is `returned` or in a field. */
export async function complete(
  id: string,
  returned: string | null,
  read: ReadField,
  pending: PendingHandles,
): Promise<void> {
  let stored = JSON.parse(returned ?? "{}") as StoredResult | null;
  if (stored !== null && "stored" in stored) {
    const field = await read(id, RESULT_FIELD);
    if (field === undefined) return;
    if (field === null) {
      for (const handle of pending()) handle.setException(lostJob(handle));
      return;
    }
    stored = JSON.parse(field) as Packed;
  }
  for (const handle of pending()) {
    try {
      handle.setResult(unpack(stored ?? {}));
    } catch (cause) {
      const message = `Cannot read the result of job "${handle.jobName}": ${(cause as Error).message}`;
      handle.setException(new JobError("ERR_JOB_RESULT", message, { cause }));
    }
  }
}

/** The job `id` has failed: its error is in a field, unless no worker could put it there. */
export async function fail(
  id: string,
  reason: string,
  read: ReadField,
  pending: PendingHandles,
): Promise<void> {
  const field = await read(id, ERROR_FIELD);
  if (field === undefined) return;
  for (const handle of pending()) {
    const error = field === null ? undefined : readError(field);
    if (isCancelled(error)) handle.cancelledElsewhere(error.reason);
    else if (error !== undefined) handle.setException(error);
    else if (reason.startsWith(CANCELLED)) {
      handle.cancelledElsewhere(reason.slice(CANCELLED.length));
    } else handle.setException(withoutRecord(handle, reason));
  }
}

function readError(field: string): unknown {
  return decodeThrown(unpack(JSON.parse(field) as Packed) as ThrownRecord);
}

function withoutRecord(handle: QueueHandle, reason: string): Error {
  if (/stalled/.test(reason)) {
    return new WorkerDiedError(
      `The workers of job "${handle.jobName}" died: it was taken over as often as the workers allow, and not done`,
    );
  }
  return new JobError("ERR_JOB_FAILED", `Job "${handle.jobName}" failed: ${reason}`);
}
