/** What a queue of ours keeps in Redis beside what BullMQ does: fields of a job's hash, which end with it. */
import type { Redis } from "ioredis";
import type { Packed } from "./packed.js";
import type { Place } from "./queue-options.js";

/** What is stored as the data of a job. */
export interface Envelope {
  readonly args: Packed;
  /** Of the module, by the submitter. */
  readonly version?: string | undefined;
  /** By Redis's clock. */
  readonly deadline?: number | undefined;
  readonly resultLimit: number;
}

/** What is stored as the result of a job: itself, or that it is in a field, so that it is not in the stream of events. */
export type StoredResult = Packed | { readonly stored: number };

/** Results with more bytes are stored in a field. */
export const INLINE = 2048;

export const RESULT_FIELD = "tsyncio:result";
export const ERROR_FIELD = "tsyncio:error";
const CANCEL_FIELD = "tsyncio:cancel";
/** What the reason of a failure begins with when it was a cancellation. */
export const CANCELLED = "CancelledError: ";

/** The channel on which workers hear which job is cancelled. */
export function cancelChannel({ prefix, queue }: Place): string {
  return `${prefix}:${queue}:tsyncio:cancel`;
}

/** What is sent on it. */
export interface CancelMessage {
  readonly id: string;
  readonly reason: Packed;
}

const SET_FIELD = `
if redis.call("EXISTS", KEYS[1]) == 1 then redis.call("HSET", KEYS[1], ARGV[1], ARGV[2]) end`;

/** Sets a field of a job, unless the job is gone. */
export async function setField(
  client: Redis,
  jobKey: string,
  field: string,
  value: string,
): Promise<void> {
  await client.eval(SET_FIELD, 1, jobKey, field, value);
}

const BEGIN = `
redis.call("HDEL", KEYS[1], "${ERROR_FIELD}")
return redis.call("HGET", KEYS[1], "${CANCEL_FIELD}")`;

/** An attempt begins: gives why the job was cancelled, packed, or null. */
export async function beginAttempt(client: Redis, jobKey: string): Promise<string | null> {
  return (await client.eval(BEGIN, 1, jobKey)) as string | null;
}

/** Why the job was cancelled, packed, or null. */
export function readCancel(client: Redis, jobKey: string): Promise<string | null> {
  return client.hget(jobKey, CANCEL_FIELD);
}

const CANCEL = `
if redis.call("EXISTS", KEYS[1]) == 0 then return -1 end
if redis.call("ZSCORE", KEYS[2], ARGV[1]) or redis.call("ZSCORE", KEYS[3], ARGV[1]) then return -1 end
redis.call("HSET", KEYS[1], "${CANCEL_FIELD}", ARGV[2])
if redis.call("EXISTS", KEYS[1] .. ":lock") == 0 then return 0 end
redis.call("PUBLISH", ARGV[3], ARGV[4])
return 1`;

/** Notes that a job is cancelled and tells its worker; true when no worker has it and it can be removed. */
export async function markCancelled(
  client: Redis,
  keys: { readonly job: string; readonly completed: string; readonly failed: string },
  channel: string,
  message: CancelMessage,
): Promise<boolean> {
  const { completed, failed, job } = keys;
  const { id, reason } = message;
  const args = [id, JSON.stringify(reason), channel, JSON.stringify(message)];
  return (await client.eval(CANCEL, 3, job, completed, failed, ...args)) === 0;
}
