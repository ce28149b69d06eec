import { TimeoutError, toSeconds } from "tsyncio";
import type { JobInfo, JobOptions } from "./job.js";
import { JobHandle } from "./job-handle.js";
import type { Queued } from "./job-queue.js";
import type { PoolWorker } from "./pool-worker.js";

/** What a pool does for its jobs. */
export interface PoolOfJobs {
  /** Ends the job, whose handle is done already. */
  abort(job: PoolJob, reason: unknown): void;
}

/** For a job that gives a stream. */
export interface StreamEnd {
  readonly credit: number;
  push(item: unknown): void;
}

let lastId = 0;

/** A job of a pool: the handle its submitter has, and where it is. */
export class PoolJob<T = unknown> extends JobHandle<T> implements Queued {
  readonly id: number;
  readonly info: JobInfo;
  readonly args: readonly unknown[];
  readonly priority: number;
  /** Milliseconds since 1970; 0 for none. */
  readonly deadline: number;
  readonly stream: StreamEnd | undefined;
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  isQueued = false;
  /** Where it was sent to, until the worker is done with it. */
  worker: PoolWorker | undefined = undefined;
  slot = -1;
  /** What it was expected to take when it was sent. */
  cost = 0;
  /** Its arguments were moved there, so it cannot be sent again. */
  isMoved = false;
  /** Runs while the worker has the job although it is cancelled. */
  grace: NodeJS.Timeout | undefined = undefined;
  readonly #pool: PoolOfJobs;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    pool: PoolOfJobs,
    job: { readonly info: JobInfo; readonly options: JobOptions },
    args: readonly unknown[],
    stream?: StreamEnd,
  ) {
    super();
    lastId = (lastId + 1) & 0x7fffffff || 1;
    this.id = lastId;
    this.#pool = pool;
    this.info = job.info;
    this.args = args;
    this.stream = stream;
    this.priority = job.options.priority ?? 0;
    const { deadline } = job.options;
    if (deadline === undefined) {
      this.deadline = 0;
      return;
    }
    const ms = toSeconds(deadline, "deadline", 0) * 1000;
    this.deadline = Date.now() + ms;
    this.#timer = setTimeout(() => this.#expire(deadline), ms);
  }

  get jobName(): string {
    return this.info.name;
  }

  abort(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#pool.abort(this as PoolJob, reason);
  }

  #expire(deadline: unknown): void {
    if (this.done()) return;
    const unit = typeof deadline === "number" ? " s" : "";
    this.setException(
      new TimeoutError(`Job "${this.jobName}" did not end within ${String(deadline)}${unit}`),
    );
    this.abort("its deadline has passed");
  }

  override setResult(value: T): void {
    clearTimeout(this.#timer);
    super.setResult(value);
  }

  override setException(error: unknown): void {
    clearTimeout(this.#timer);
    super.setException(error);
  }
}
