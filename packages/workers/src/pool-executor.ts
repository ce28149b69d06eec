/**
 * The scheduler of the pools: who runs what, when. Threads and processes differ in their links alone.
 *
 * P1. A job is in one place: in the queue, with one worker, or done.
 * P2. A worker is given a second job only while it has fewer than `concurrency`, or while all it has are functions that
 * should be done within `WINDOW`: short ones travel in batches. Of longer functions it has one in reserve, which costs
 * it no wait for this thread (100 jobs of 10 ms on two processors: 1.02 times the ideal in place of 1.06).
 * P3. A job that has not begun is never lost with its worker: it runs on another.
 * P4. A reserve, and what waits behind a job that takes longer than expected, is taken back when another worker has
 * nothing to do.
 */
import { availableParallelism } from "node:os";
import { deserialize } from "node:v8";
import {
  type CoroutineGenerator,
  type Duration,
  fromPromise,
  isCancelled,
  type Operation,
  toSeconds,
  UsageError,
} from "tsyncio";
import { decodeThrown } from "./error-transport.js";
import { rangeError, WorkerDiedError } from "./errors.js";
import type { JobItem } from "./executor.js";
import { BaseExecutor, type ExecutorStats, type ShutdownOptions } from "./executor.js";
import { type Job, type JobResult, jobOf } from "./job.js";
import type { JobHandle } from "./job-handle.js";
import { JobQueue } from "./job-queue.js";
import { moduleError } from "./job-runner.js";
import { PoolJob, type StreamEnd } from "./pool-job.js";
import { streamOf } from "./pool-stream.js";
import { PoolWorker, UNKNOWN } from "./pool-worker.js";
import {
  CANCEL,
  CLOSE,
  DONE,
  FAILED,
  ITEM,
  LOG,
  OUTPUT,
  PROGRESS,
  READY,
  type Report,
  SKIPPED,
  UNLOADABLE,
} from "./protocol.js";
import { Recall } from "./recall.js";
import {
  inheritedHooks,
  type WorkerEvents,
  type WorkerLink,
  type WorkerStart,
} from "./worker-link.js";

/** Milliseconds of work that a worker may have before it. */
const WINDOW = 1;
/** What the shortest job counts for, so that a worker is not given hundreds at once while others have none. */
const SHORTEST = 0.004;
/** What both kinds of pools can be told. */
export interface PoolOptions {
  /** How many workers it may have; as many as the machine can run at once by default. They start when they are needed. */
  readonly size?: number | undefined;
  /** How many jobs a worker is given at once; 1 by default. Raise it for jobs that mostly wait. */
  readonly concurrency?: number | undefined;
  /** How long a cancelled job may take to end before its worker is killed; 2 seconds by default. */
  readonly grace?: Duration | undefined;
}

/** What `ThreadPoolExecutor` and `ProcessPoolExecutor` share. */
export abstract class PoolExecutor extends BaseExecutor {
  readonly #size: number;
  readonly #concurrency: number;
  readonly #grace: number;
  /** Milliseconds that a worker's batch may take; 0 where jobs cannot be taken back. */
  readonly #window: number;
  readonly #queue = new JobQueue<PoolJob>();
  readonly #workers = new Set<PoolWorker>();
  readonly #hooks = inheritedHooks();
  #state: "open" | "closing" | "closed" = "open";
  #onClosed: (() => void) | undefined;
  readonly #closed = new Promise<void>((resolve) => {
    this.#onClosed = resolve;
  });
  #isPumping = false;
  readonly #recall: Recall | undefined;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;
  #died = 0;

  /** @internal */
  constructor({ concurrency, grace, size }: PoolOptions, window: "batches" | "one by one") {
    super();
    this.#size = count(size ?? availableParallelism(), "size");
    this.#concurrency = count(concurrency ?? 1, "concurrency");
    this.#grace = toSeconds(grace ?? 2, "grace", 0) * 1000;
    this.#window = window === "batches" ? WINDOW : 0;
    if (window === "batches") {
      this.#recall = new Recall(this.#workers, this.#size, (jobs) => {
        for (const job of jobs) this.#queue.unshift(job);
        this.#pump();
      });
    }
  }

  /** @internal Starts a worker. */
  protected abstract startWorker(start: WorkerStart, events: WorkerEvents): WorkerLink;

  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): JobHandle<JobResult<R>> {
    return this.#submit(job, args);
  }

  #submit<R>(job: unknown, args: readonly unknown[], stream?: StreamEnd): PoolJob<R> {
    const found = jobOf(job, "submit");
    if (this.#state !== "open") {
      throw new UsageError(
        "ERR_EXECUTOR_SHUT_DOWN",
        `Cannot submit job "${found.info.name}": the executor was shut down; submit before shutdown(), or inside its block`,
      );
    }
    const handle = new PoolJob<R>(this, found, args, stream);
    this.#queue.push(handle as PoolJob);
    if (!this.#isPumping) {
      // Once for all that is submitted in this turn.
      this.#isPumping = true;
      handle.getLoop().callSoon(this.#pumpLater);
    }
    return handle;
  }

  readonly #pumpLater = (): void => {
    this.#isPumping = false;
    this.#pump();
  };

  stream<A extends unknown[], R>(job: Job<A, R>, ...args: A): CoroutineGenerator<JobItem<R>> {
    jobOf(job, "stream");
    return streamOf<JobItem<R>>((end) => this.#submit(job, args, end));
  }

  /** Gives the workers what they can take, and starts more where that is not all. */
  #pump(): void {
    for (let job = this.#queue.first; job !== undefined; job = this.#queue.first) {
      const worker = this.#workerFor(job);
      if (worker === undefined) break;
      this.#queue.remove(job);
      worker.assign(job);
    }
    for (const worker of this.#workers) if (worker.hasOrders) this.#send(worker);
    this.#startWorkers();
    if (this.#state === "closing") this.#closeIdle();
    else if (this.#queue.size === 0) this.#recall?.plan();
  }

  /** The worker with the least to do that may take `job`. */
  #workerFor({ info }: PoolJob): PoolWorker | undefined {
    const cost = info.estimate ?? UNKNOWN;
    let best: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.state !== "ready" || worker.condemned !== undefined || !worker.hasRoom) continue;
      const { count, load } = worker;
      if (count >= this.#concurrency && load + cost > this.#window) {
        const isReserve = this.#window > 0 && count === 1 && this.#concurrency === 1;
        if (!isReserve || info.estimate === undefined || worker.unknown > 0) continue;
      }
      if (best === undefined || load < best.load || (load === best.load && count < best.count)) {
        best = worker;
      }
    }
    return best;
  }

  #send(worker: PoolWorker): void {
    for (const [job, error] of worker.send()) this.#fail(job, error);
  }

  #startWorkers(): void {
    let starting = 0;
    for (const worker of this.#workers) if (worker.state === "starting") starting++;
    let job = this.#queue.first;
    for (let i = 0; i < starting && job !== undefined; i++) job = job.after;
    for (; job !== undefined && this.#workers.size < this.#size; job = job.after) {
      this.#start(job.info.module);
    }
  }

  #start(module: string): void {
    const worker = new PoolWorker(module);
    this.#workers.add(worker);
    const events: WorkerEvents = {
      received: (batch) => {
        for (const report of batch) this.#receive(worker, report);
        this.#pump();
      },
      ended: (reason, cause) => this.#ended(worker, reason, cause),
    };
    worker.link = this.startWorker({ module, hooks: this.#hooks }, events);
  }

  #receive(worker: PoolWorker, report: Report): void {
    const [op] = report;
    if (op === OUTPUT) {
      (report[1] === 1 ? process.stdout : process.stderr).write(report[2]);
    } else if (op === READY) {
      worker.state = "ready";
      worker.link?.hold(false);
    } else if (op === UNLOADABLE) {
      worker.condemned = "its module cannot be loaded";
      const error = moduleError(worker.module, decodeThrown(report[1]));
      this.#failQueued(worker.module, error);
      worker.link?.kill();
    } else this.#receiveOf(worker, report);
  }

  #receiveOf(
    worker: PoolWorker,
    report: Exclude<
      Report,
      readonly [typeof OUTPUT | typeof READY | typeof UNLOADABLE, ...unknown[]]
    >,
  ): void {
    const job = worker.job(report[1]);
    switch (report[0]) {
      case DONE: {
        worker.release(report[1]);
        if (job === undefined) return;
        learn(job, report[2]);
        if (job.done()) return;
        this.#completed++;
        job.setResult(report[4] === true ? deserialize(report[3] as Uint8Array) : report[3]);
        break;
      }
      case FAILED:
        worker.release(report[1]);
        if (job === undefined) return;
        learn(job, report[2]);
        this.#fail(job, decodeThrown(report[3]));
        break;
      case SKIPPED:
        worker.release(report[1]);
        break;
      case PROGRESS:
        job?.noteProgress(report[2]);
        break;
      case LOG:
        job?.noteLog(report[2]);
        break;
      case ITEM:
        if (job?.done() === false) job.stream?.push(report[2]);
        break;
    }
  }

  #fail(job: PoolJob, error: unknown): void {
    if (job.done()) return;
    if (isCancelled(error)) {
      // The job has cancelled itself.
      job.cancel(error.reason);
      return;
    }
    this.#failed++;
    job.setException(error);
  }

  #failQueued(module: string, error: Error): void {
    let next: PoolJob | undefined;
    for (let job = this.#queue.first; job !== undefined; job = next) {
      next = job.after;
      if (job.info.module !== module) continue;
      this.#queue.remove(job);
      this.#fail(job, error);
    }
  }

  /** A worker is gone: the jobs it had begun fail, the others go back to the queue. */
  #ended(worker: PoolWorker, reason: string, cause: unknown): void {
    const { state } = worker;
    worker.ended();
    this.#workers.delete(worker);
    if (state !== "closing" && this.#state !== "closed") {
      this.#died++;
      const why = worker.condemned ?? reason;
      for (const job of worker.jobs().reverse()) this.#lost(worker, job, why, cause);
      const first = this.#queue.first;
      if (state === "starting" && worker.condemned === undefined && first !== undefined) {
        this.#queue.remove(first);
        this.#fail(first, died(first, `while it started: ${why}`, cause));
      }
    }
    this.#pump();
  }

  #lost(worker: PoolWorker, job: PoolJob, why: string, cause: unknown): void {
    const begun = worker.link?.begun(job.slot) === true;
    worker.release(job.slot);
    if (job.done()) return;
    if (begun || job.isMoved) this.#fail(job, died(job, why, cause));
    else this.#queue.unshift(job);
  }

  /** @internal A job's handle is done before the job. */
  abort(job: PoolJob, reason: unknown): void {
    if (job.cancelled()) this.#cancelled++;
    else this.#failed++;
    if (job.isQueued) {
      this.#queue.remove(job);
      if (this.#state === "closing") this.#closeIdle();
      return;
    }
    const { slot, worker } = job;
    if (worker === undefined || worker.takeBack(job)) return;
    worker.link?.markCancelled(slot, job.id);
    worker.order([CANCEL, slot, reason]);
    this.#send(worker);
    const kill = (): void => {
      if (worker.job(slot) !== job || worker.state === "ended") return;
      worker.condemned = `job "${job.jobName}" in it was cancelled and did not end within the grace time`;
      worker.link?.kill();
    };
    job.grace = setTimeout(kill, this.#grace);
  }

  protected cancelAll(): void {
    for (let job = this.#queue.first; job !== undefined; job = this.#queue.first) job.cancel();
    for (const worker of this.#workers) for (const job of worker.jobs()) job.cancel();
  }

  protected kill(): void {
    this.cancelAll();
    for (const worker of this.#workers) {
      worker.condemned = "the executor was ended";
      worker.link?.kill();
    }
  }

  shutdown({ cancelPending = false, wait = true }: ShutdownOptions = {}): Operation<void> {
    if (this.#state === "open") this.#state = "closing";
    if (cancelPending) {
      for (let job = this.#queue.first; job !== undefined; job = this.#queue.first) job.cancel();
    }
    this.#pump();
    return fromPromise(wait ? this.#closed : Promise.resolve());
  }

  /** No more jobs will come: ends the workers that have none. */
  #closeIdle(): void {
    if (this.#queue.size > 0) return;
    this.#recall?.stop();
    for (const worker of this.#workers) {
      if (worker.count > 0 || worker.state === "closing") continue;
      const isReady = worker.state === "ready";
      worker.state = "closing";
      worker.link?.hold(true);
      if (!isReady) worker.link?.kill();
      else {
        worker.order([CLOSE]);
        this.#send(worker);
        worker.killLater(this.#grace);
      }
    }
    if (this.#workers.size > 0) return;
    this.#state = "closed";
    this.#onClosed?.();
  }

  stats(): ExecutorStats {
    let running = 0;
    for (const worker of this.#workers) running += worker.count;
    return {
      size: this.#size,
      workers: this.#workers.size,
      queued: this.#queue.size,
      running,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      died: this.#died,
    };
  }
}

/**
 * What a job computes, by and by: a thread that had to wait for a processor makes one call seem a thousand times as long
 * as it is. One that waits may take any time.
 */
function learn({ info }: PoolJob, ms: number): void {
  if (ms < 0) {
    info.estimate = undefined;
    return;
  }
  const took = Math.max(ms, SHORTEST);
  const known = info.estimate ?? took;
  info.estimate = known + (Math.min(took, 4 * known) - known) / 4;
}

function died(job: PoolJob, why: string, cause: unknown): WorkerDiedError {
  return new WorkerDiedError(
    `The worker of job "${job.jobName}" died: ${why}`,
    cause === undefined ? undefined : { cause },
  );
}

function count(value: number, option: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot make an executor: ${option} must be a whole number from 1, got ${String(value)}`,
  );
}
