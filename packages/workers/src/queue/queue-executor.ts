import { createHash, randomUUID } from "node:crypto";
import {
  type AnyIterable,
  type CoroutineGenerator,
  fromPromise,
  type Operation,
  type Task,
  UsageError,
} from "tsyncio";
import { JobError } from "../errors.js";
import {
  BaseExecutor,
  type ExecutorStats,
  type JobItem,
  type MapOptions,
  type ShutdownOptions,
} from "../executor.js";
import { type Job, type JobInfo, type JobOptions, type JobResult, jobOf } from "../job.js";
import type { JobHandle } from "../job-handle.js";
import { EmbeddedQueue } from "./embedded-queue.js";
import { type Packed, pack } from "./packed.js";
import type { QueueBackend, QueueCounts } from "./queue-backend.js";
import { QueueHandle } from "./queue-handle.js";
import { count, placeOf, type QueueExecutorOptions, toMilliseconds } from "./queue-options.js";
import { queueNameOf } from "./queued-job.js";
import { RedisQueue } from "./redis-queue.js";

/** Calls that `map` has under way by default: how many workers there are is not known. */
const MAP_CONCURRENCY = 256;
/** Bytes of one result. */
const RESULT_LIMIT = 2 ** 20;
/** Longer keys are hashed. */
const KEY_LENGTH = 200;

/** The handle of a job in a queue, whose `id` is its name for all who come back for it. */
export type QueueJobHandle<T> = JobHandle<T> & { readonly id: string };

type Found = { readonly info: JobInfo; readonly options: JobOptions };

/**
 * Runs jobs on the workers of a queue in Redis, on this machine or others, through BullMQ. Workers are started by
 * `tsyncio worker jobs.ts`, or by `runWorker`; with `{ embedded: true }` the jobs run on threads of this process instead.
 *
 * A job survives the end of who submitted it and of its worker, and is done **at least once**: when a worker dies, or
 * cannot reach Redis for long, another does its job again. Whoever awaits it gets one result.
 *
 * **Cancellation:** of a handle removes a job that waits, and reaches one that runs as in the pools; it does so for all
 * who await the job. Wrap the handle in `shield` to stop waiting only.
 *
 * asyncio: none.
 */
export class QueueExecutor extends BaseExecutor {
  readonly #backend: QueueBackend;
  readonly #attempts: number;
  readonly #backoff: number;
  readonly #handles = new Set<QueueHandle>();
  #state: "open" | "closing" | "closed" = "open";
  #closing: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;

  constructor(options: QueueExecutorOptions = {}) {
    super();
    const { attempts, backoff, embedded = false, keep = "1h", patience = 10 } = options;
    this.#attempts = count(attempts ?? 1, "attempts");
    this.#backoff = toMilliseconds(backoff ?? 1, "backoff");
    const limits = {
      keep: toMilliseconds(keep, "keep"),
      resultLimit: count(options.resultLimit ?? RESULT_LIMIT, "resultLimit"),
    };
    const settings = {
      place: placeOf(options),
      patience: toMilliseconds(patience, "patience"),
      ...limits,
    };
    this.#backend =
      embedded === false
        ? new RedisQueue(settings)
        : new EmbeddedQueue(embedded === true ? {} : embedded, limits);
  }

  /**
   * Puts `job(...args)` into the queue. The handle's `id` names the job for those who come back for it; with the option
   * `key`, a job that was submitted before under the same key is joined.
   *
   * **Cancellation:** of what awaits the handle cancels the job.
   * @throws {TypeError} for a function that is no job (`ERR_NOT_A_JOB`).
   * @throws {UsageError} after `shutdown` (`ERR_EXECUTOR_SHUT_DOWN`).
   */
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): QueueJobHandle<JobResult<R>> {
    const found = jobOf(job, "submit");
    const { attempts, backoff, key } = found.options;
    const submitted = {
      args: packArguments(found, args),
      attempts: attempts === undefined ? this.#attempts : count(attempts, "attempts"),
      backoff: backoff === undefined ? this.#backoff : toMilliseconds(backoff, "backoff"),
    };
    const id = key === undefined ? randomUUID() : idOf(found.info, key);
    this.#refuseWhenShut(found);
    const handle = new QueueHandle<JobResult<R>>(this, id, found, submitted);
    this.#handles.add(handle as QueueHandle);
    this.#backend.submit(handle as QueueHandle);
    return handle;
  }

  /**
   * The handle of a job that was submitted before, here or elsewhere: by its id, or by `{ key }`. Fails with
   * `ERR_JOB_UNKNOWN` when the queue has no such job, because it was cancelled or its result is no longer kept.
   *
   * **Cancellation:** as of the handle that `submit` gave.
   * @throws {UsageError} after `shutdown` (`ERR_EXECUTOR_SHUT_DOWN`).
   */
  attach<A extends unknown[], R>(
    job: Job<A, R>,
    id: string | { readonly key: string },
  ): QueueJobHandle<JobResult<R>> {
    const found = jobOf(job, "attach to");
    this.#refuseWhenShut(found);
    const known = typeof id === "string" ? id : idOf(found.info, id.key);
    const handle = new QueueHandle<JobResult<R>>(this, known, found);
    this.#handles.add(handle as QueueHandle);
    this.#backend.attach(handle as QueueHandle);
    return handle;
  }

  #refuseWhenShut({ info }: Found): void {
    if (this.#state === "open") return;
    throw new UsageError(
      "ERR_EXECUTOR_SHUT_DOWN",
      `Cannot submit job "${info.name}": the executor was shut down; submit before shutdown(), or inside its block`,
    );
  }

  /**
   * Calls the job with each of `items`, 256 at once by default, and gives the results in the order of the items. Ends with
   * the first error in that order, and cancels the calls that are left.
   *
   * **Cancellation:** cancels all calls.
   */
  override map<A, R>(
    job: Job<[A], R>,
    items: AnyIterable<A>,
    { concurrency = MAP_CONCURRENCY }: MapOptions = {},
  ): Task<JobResult<R>[]> {
    return super.map(job, items, { concurrency });
  }

  /**
   * Not for queues: items could not be held back between machines.
   * @throws {UsageError} always (`ERR_QUEUE_STREAM`).
   */
  stream<A extends unknown[], R>(job: Job<A, R>, ..._args: A): CoroutineGenerator<JobItem<R>> {
    const { info } = jobOf(job, "stream");
    throw new UsageError(
      "ERR_QUEUE_STREAM",
      `Cannot stream job "${info.name}": a queue carries one result for each job; report by currentJob().progress(), submit a job for each part, or stream from a pool`,
    );
  }

  /**
   * Waits until Redis has all that was submitted and cancelled here: from then on it survives this program.
   *
   * **Cancellation:** ends the wait only.
   * @throws {JobError} when Redis is away for longer than the patience (`ERR_QUEUE_UNREACHABLE`).
   */
  flush(): Operation<void> {
    return fromPromise(() => this.#backend.flush());
  }

  /**
   * How many jobs there are in the whole queue, those of other submitters included.
   *
   * **Cancellation:** ends the wait only.
   * @throws {JobError} when Redis is away for longer than the patience (`ERR_QUEUE_UNREACHABLE`).
   */
  counts(): Operation<QueueCounts> {
    return fromPromise(() => this.#backend.counts());
  }

  /**
   * Takes no more jobs, waits until those that were submitted or attached here are done, and closes the connection.
   *
   * **Cancellation:** ends the wait only.
   */
  shutdown({ cancelPending = false, wait = true }: ShutdownOptions = {}): Operation<void> {
    if (this.#state === "open") this.#state = "closing";
    if (cancelPending) {
      for (const handle of this.#handles) if (!this.#backend.isRunning(handle)) handle.cancel();
    }
    this.#closing ??= this.#close();
    return fromPromise(wait ? this.#closing : Promise.resolve());
  }

  async #close(): Promise<void> {
    if (this.#handles.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    if (this.#state !== "closed") await this.#backend.close();
    this.#state = "closed";
  }

  /**
   * Leaves the jobs to the queue and closes the connection at once. Handles that are not done are cancelled, their jobs are
   * not: come back for them by `attach`. What was not sent yet never is; await `flush()` first. With an embedded queue, the jobs
   * end.
   */
  detach(): void {
    this.#state = "closed";
    for (const handle of [...this.#handles]) {
      handle.cancelledElsewhere(`the executor was detached from job "${handle.id}"`);
    }
    this.#backend.drop();
  }

  /** How busy it is, as far as this end knows: how many workers a queue in Redis has, `counts()` tells. */
  stats(): ExecutorStats {
    let running = 0;
    for (const handle of this.#handles) if (this.#backend.isRunning(handle)) running++;
    return {
      ...this.#backend.workerStats(),
      queued: this.#handles.size - running,
      running,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
    };
  }

  protected cancelAll(): void {
    for (const handle of [...this.#handles]) handle.cancel();
  }

  protected kill(): void {
    this.detach();
  }

  /** @internal A handle is done. */
  over(
    handle: QueueHandle,
    how: "completed" | "failed" | "cancelled",
    end?: { readonly reason: unknown },
  ): void {
    if (how === "completed") this.#completed++;
    else if (how === "failed") this.#failed++;
    else this.#cancelled++;
    this.#handles.delete(handle);
    if (end !== undefined) this.#backend.cancel(handle, end.reason);
    this.#backend.forget(handle);
    if (this.#handles.size === 0) this.#onEmpty?.();
  }
}

function packArguments({ info }: Found, args: readonly unknown[]): Packed {
  try {
    return pack(args);
  } catch (cause) {
    throw new JobError(
      "ERR_JOB_ARGUMENTS",
      `Cannot send the arguments of job "${info.name}": ${(cause as Error).message} pass plain data, as for structuredClone()`,
      { cause },
    );
  }
}

/** The id of a job with a key: the same key names another job for another function. BullMQ allows no colons. */
function idOf(info: JobInfo, key: string): string {
  const id = `${queueNameOf(info)}-${encodeURIComponent(key)}`;
  if (id.length <= KEY_LENGTH) return id;
  return `${queueNameOf(info)}-${createHash("sha256").update(key).digest("hex")}`;
}
