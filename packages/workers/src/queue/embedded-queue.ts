/**
 * A queue in this process, on a pool of threads: attempts, keys, results that are kept and all limits are those of a
 * queue on Redis, and what is sent is packed as there; but it ends with the process.
 */
import { type Coroutine, createTask, isCancelled, sleep, type Task } from "tsyncio";
import type { JobHandle } from "../job-handle.js";
import { ThreadPoolExecutor, type ThreadPoolOptions } from "../thread-pool-executor.js";
import { isFinal, packResult, pauseBefore, runAttempt } from "./attempt.js";
import { type Packed, pack, packOrName, unpack } from "./packed.js";
import type { QueueBackend, QueueCounts, WorkerStats } from "./queue-backend.js";
import { unknownJob } from "./queue-errors.js";
import type { QueueHandle, Submitted } from "./queue-handle.js";
import { onThread } from "./queued-job.js";

type Outcome = { readonly result: Packed } | { readonly error: unknown };

interface EmbeddedJob {
  readonly handles: Set<QueueHandle>;
  state: "waiting" | "running" | "delayed" | "over";
  task: Task<Packed> | undefined;
  running: JobHandle | undefined;
  progress: Packed | undefined;
  log: string[];
  /** Why it was cancelled. */
  cancelled: { readonly reason: unknown } | undefined;
  outcome: Outcome | undefined;
  /** Until when the outcome is kept, in milliseconds since 1970. */
  until: number;
}

export class EmbeddedQueue implements QueueBackend {
  readonly #pool: ThreadPoolExecutor;
  readonly #keep: number;
  readonly #resultLimit: number;
  readonly #jobs = new Map<string, EmbeddedJob>();
  /** Those that are over, the oldest first. */
  readonly #over = new Map<string, EmbeddedJob>();

  constructor(
    pool: ThreadPoolOptions,
    limits: { readonly keep: number; readonly resultLimit: number },
  ) {
    this.#pool = new ThreadPoolExecutor(pool);
    this.#keep = limits.keep;
    this.#resultLimit = limits.resultLimit;
  }

  submit(handle: QueueHandle): void {
    handle.isSent = true;
    if (this.#join(handle)) return;
    const job: EmbeddedJob = {
      handles: new Set([handle]),
      state: "waiting",
      task: undefined,
      running: undefined,
      progress: undefined,
      log: [],
      cancelled: undefined,
      outcome: undefined,
      until: 0,
    };
    this.#jobs.set(handle.id, job);
    const { id, jobName, submitted } = handle;
    job.task = createTask(this.#attempts(handle, submitted as Submitted, job), { name: jobName });
    job.task.addDoneCallback((task) => this.#ended(id, job, task as Task<Packed>));
  }

  attach(handle: QueueHandle): void {
    if (!this.#join(handle)) handle.setException(unknownJob(handle));
  }

  /** Gives the handle what there is of a job with its id; false when there is none. */
  #join(handle: QueueHandle): boolean {
    this.#evict();
    const job = this.#jobs.get(handle.id);
    if (job === undefined) return false;
    for (const line of job.log) handle.noteLog(line);
    if (job.progress !== undefined) handle.noteProgress(unpack(job.progress));
    // Never within the call that submits: whoever makes the handle must have it first.
    if (job.outcome !== undefined) queueMicrotask(() => settle(handle, job));
    else job.handles.add(handle);
    return true;
  }

  #evict(): void {
    const now = Date.now();
    for (const [id, { until }] of this.#over) {
      if (until > now) return;
      this.#over.delete(id);
      this.#jobs.delete(id);
    }
  }

  #ended(id: string, job: EmbeddedJob, task: Task<Packed>): void {
    job.state = "over";
    try {
      job.outcome = { result: task.result() };
    } catch (error) {
      job.outcome = { error };
      if (isCancelled(error)) job.cancelled ??= { reason: error.reason };
    }
    if (job.cancelled !== undefined) this.#jobs.delete(id);
    else {
      job.until = Date.now() + this.#keep;
      this.#over.set(id, job);
    }
    for (const handle of [...job.handles]) settle(handle, job);
  }

  *#attempts(first: QueueHandle, submitted: Submitted, job: EmbeddedJob): Coroutine<Packed> {
    const { attempts, backoff } = submitted;
    for (let attempt = 1; ; attempt++) {
      try {
        return yield* this.#attempt(first, submitted, job, attempt);
      } catch (error) {
        const isLate = first.deadline > 0 && Date.now() >= first.deadline;
        if (attempt >= attempts || isFinal(error, isLate)) throw error;
      }
      job.state = "delayed";
      yield* sleep(pauseBefore(attempt + 1, backoff) / 1000);
    }
  }

  *#attempt(
    { deadline, id, info }: QueueHandle,
    { args }: Submitted,
    job: EmbeddedJob,
    attempt: number,
  ): Coroutine<Packed> {
    const value = yield* runAttempt(this.#pool, {
      job: onThread(info),
      call: { id, attempt },
      args: unpack(args) as unknown[],
      remaining: deadline === 0 ? undefined : Math.max(0, deadline - Date.now()) / 1000,
      begun: (running) => {
        job.state = "running";
        job.running = running;
      },
      report: (report) => {
        if ("line" in report) {
          job.log.push(report.line);
          for (const handle of job.handles) handle.noteLog(report.line);
        } else {
          job.progress = pack(report.progress);
          for (const handle of job.handles) handle.noteProgress(unpack(job.progress));
        }
      },
    });
    return packResult(value, this.#resultLimit).packed;
  }

  forget(handle: QueueHandle): void {
    this.#jobs.get(handle.id)?.handles.delete(handle);
  }

  cancel(handle: QueueHandle, reason: unknown): void {
    const job = this.#jobs.get(handle.id);
    if (job === undefined || job.outcome !== undefined) return;
    job.cancelled ??= { reason: unpack(packOrName(reason)) };
    job.task?.cancel(reason);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    await this.#pool.shutdown();
  }

  drop(): void {
    for (const job of this.#jobs.values()) job.task?.cancel("the executor was ended");
    void this.#pool.shutdown({ cancelPending: true, wait: false });
  }

  isRunning(handle: QueueHandle): boolean {
    return this.#jobs.get(handle.id)?.state === "running";
  }

  workerStats(): WorkerStats {
    return this.#pool.stats();
  }

  async counts(): Promise<QueueCounts> {
    this.#evict();
    const counts = { waiting: 0, active: 0, delayed: 0, completed: 0, failed: 0 };
    for (const { outcome, state } of this.#jobs.values()) {
      if (state === "waiting") counts.waiting++;
      else if (state === "running") counts.active++;
      else if (state === "delayed") counts.delayed++;
      else if (outcome !== undefined && "error" in outcome) counts.failed++;
      else counts.completed++;
    }
    return { ...counts, workers: this.#pool.stats().workers };
  }
}

function settle(handle: QueueHandle, { cancelled, outcome }: EmbeddedJob): void {
  if (handle.done() || outcome === undefined) return;
  if (cancelled !== undefined) handle.cancelledElsewhere(cancelled.reason);
  else if ("error" in outcome) handle.setException(outcome.error);
  else handle.setResult(unpack(outcome.result));
}
