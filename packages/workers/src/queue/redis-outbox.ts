/**
 * What a submitter has to tell Redis and has not: jobs, and cancellations. It stays here until Redis has answered, so that
 * it can be sent again when the connection was lost meanwhile.
 */
import type { Queue } from "bullmq";
import { packOrName } from "./packed.js";
import { refused } from "./queue-errors.js";
import type { QueueHandle } from "./queue-handle.js";
import { queueNameOf } from "./queued-job.js";
import { cancelChannel, type Envelope, markCancelled } from "./redis-keys.js";
import type { RedisLink } from "./redis-link.js";

/** Jobs that are sent at once. */
const AT_ONCE = 200;
/** BullMQ's numbers for priorities: lower ones go first. */
const MIDDLE_PRIORITY = 2 ** 20;

/** What is sent with each job. */
export interface JobLimits {
  /** Milliseconds. */
  readonly keep: number;
  readonly resultLimit: number;
}

export class RedisOutbox {
  readonly #link: RedisLink;
  readonly #limits: JobLimits;
  #jobs: QueueHandle[] = [];
  readonly #cancels = new Map<string, unknown>();
  /** Something may have been sent without an answer. */
  #isUnsure = false;

  constructor(link: RedisLink, limits: JobLimits) {
    this.#link = link;
    this.#limits = limits;
  }

  get hasJobs(): boolean {
    return this.#jobs.length > 0;
  }

  get hasCancels(): boolean {
    return this.#cancels.size > 0;
  }

  add(handle: QueueHandle): void {
    this.#jobs.push(handle);
  }

  /** The job is to be ended; one that is still here is only taken out. False then. */
  cancel(handle: QueueHandle, reason: unknown): boolean {
    const waiting = this.#jobs.indexOf(handle);
    if (waiting >= 0) this.#jobs.splice(waiting, 1);
    else this.#cancels.set(handle.id, reason);
    return waiting < 0;
  }

  clear(): void {
    this.#jobs = [];
    this.#cancels.clear();
  }

  /** The connection was lost while something was sent. */
  lost(): void {
    this.#isUnsure = true;
  }

  /** Sends jobs; gives those that may have been there before, and may be done. */
  async sendJobs(queue: Queue): Promise<QueueHandle[]> {
    const batch = this.#jobs.splice(0, AT_ONCE);
    try {
      await queue.addBulk(batch.map((handle) => this.#entry(handle)));
    } catch (error) {
      if (isConnectionError(error)) {
        this.#jobs.unshift(...batch.filter((handle) => !handle.done()));
        throw error;
      }
      await this.#sendEach(queue, batch);
    }
    const unsure = this.#isUnsure;
    this.#isUnsure = false;
    for (const handle of batch) handle.isSent = true;
    return batch.filter((handle) => unsure || handle.options.key !== undefined);
  }

  /** One of them was refused: finds out which. */
  async #sendEach(queue: Queue, batch: readonly QueueHandle[]): Promise<void> {
    for (const [i, handle] of batch.entries()) {
      try {
        await queue.addBulk([this.#entry(handle)]);
      } catch (error) {
        if (isConnectionError(error)) {
          this.#jobs.unshift(...batch.slice(i).filter((each) => !each.done()));
          throw error;
        }
        if (!handle.done()) handle.setException(refused(error, handle));
      }
    }
  }

  #entry(handle: QueueHandle): Parameters<Queue["addBulk"]>[0][number] {
    const { deadline, id, info, options } = handle;
    const { args, attempts, backoff } = handle.submitted as NonNullable<typeof handle.submitted>;
    const data: Envelope = {
      args,
      version: info.version,
      deadline: deadline === 0 ? undefined : this.#link.toRedisTime(deadline),
      resultLimit: this.#limits.resultLimit,
    };
    const age = Math.max(1, Math.ceil(this.#limits.keep / 1000));
    const priority = MIDDLE_PRIORITY - Math.round(options.priority ?? 0);
    return {
      name: queueNameOf(info),
      data,
      opts: {
        jobId: id,
        attempts,
        backoff: { type: "exponential", delay: backoff },
        priority: Math.min(Math.max(priority, 1), 2 * MIDDLE_PRIORITY - 1),
        removeOnComplete: { age },
        removeOnFail: { age },
        stackTraceLimit: 1,
      },
    };
  }

  async sendCancels(queue: Queue): Promise<void> {
    const batch = [...this.#cancels].slice(0, AT_ONCE);
    await Promise.all(batch.map(([id, reason]) => this.#sendCancel(queue, id, reason)));
    for (const [id] of batch) this.#cancels.delete(id);
  }

  async #sendCancel(queue: Queue, id: string, reason: unknown): Promise<void> {
    const { commands, place } = this.#link;
    const keys = {
      job: queue.toKey(id),
      completed: queue.toKey("completed"),
      failed: queue.toKey("failed"),
    };
    const message = { id, reason: packOrName(reason) };
    const isFree = await markCancelled(commands, keys, cancelChannel(place), message);
    // A worker that takes it in between sees the mark.
    if (isFree) await queue.remove(id);
  }
}

/** Not an answer of Redis, and nothing that BullMQ found in the job. */
export function isConnectionError(error: unknown): boolean {
  const { code, message = "", name } = error as { code?: unknown; message?: string; name?: string };
  if (name === "AbortError" || name === "MaxRetriesPerRequestError") return true;
  return (
    /Connection is closed|Stream isn't writeable|Connection in closing/.test(message) ||
    (typeof code === "string" && /^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/.test(code))
  );
}
