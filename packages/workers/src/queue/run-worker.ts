import { availableParallelism } from "node:os";
import { type Coroutine, type Duration, fromPromise } from "tsyncio";
import { count, placeOf, type QueuePlace, toMilliseconds } from "./queue-options.js";
import { QueueWorker } from "./queue-worker.js";
import { loadJobs } from "./served-jobs.js";

/** How a worker of a queue works. */
export interface QueueWorkerOptions extends QueuePlace {
  /** Jobs that it does at once; as many as the machine can compute at once by default. */
  readonly concurrency?: number | undefined;
  /**
   * Threads that it does them on; as many as `concurrency`, but no more than the machine can run at once, by default. On
   * one thread jobs wait for each other while they compute.
   */
  readonly threads?: number | undefined;
  /** How long a cancelled job may take to end before its thread is killed; 2 seconds by default. */
  readonly grace?: Duration | undefined;
  /** When the worker is stopped: how long its jobs may go on before they are given back; 10 seconds by default. */
  readonly drain?: Duration | undefined;
  /**
   * How long a job is the worker's without a word from it, after which another takes it over; 30 seconds by default, and
   * the same for all workers of a queue. Jobs that take longer are fine, the process says so for them.
   */
  readonly lease?: Duration | undefined;
  /** How often a job is taken over from workers that died before it fails; 3 by default. */
  readonly takeovers?: number | undefined;
  /** The most bytes that a result may have as JSON, if the submitter does not set less; 16 MiB by default. */
  readonly resultLimit?: number | undefined;
  /** Told in words what happens: that it is ready, that Redis is away; nobody by default. */
  readonly report?: ((line: string) => void) | undefined;
}

const RESULT_LIMIT = 2 ** 24;

/**
 * Does the jobs of a queue that `modules` define, until it is cancelled: what `tsyncio worker` runs. Jobs run on threads.
 * While Redis is away it waits for it.
 *
 * **Cancellation:** is how it is stopped: it takes no more jobs, gives those it has the time of `drain`, and gives back to
 * the queue what is left. Cancelled again, it gives them back at once.
 *
 * @param modules - the files that define the jobs, by paths or URLs.
 * @throws {JobError} when a module throws (`ERR_JOB_MODULE`) or defines no jobs (`ERR_NO_JOBS`).
 */
export function* runWorker(
  modules: string | URL | readonly (string | URL)[],
  options: QueueWorkerOptions = {},
): Coroutine<void> {
  const { concurrency = availableParallelism(), drain = 10, grace = 2, lease = 30 } = options;
  const parallel = count(concurrency, "concurrency");
  const settings = {
    place: placeOf(options),
    concurrency: parallel,
    threads: count(options.threads ?? Math.min(parallel, availableParallelism()), "threads"),
    grace,
    drain: toMilliseconds(drain, "drain") / 1000,
    lease: toMilliseconds(lease, "lease"),
    takeovers: count(options.takeovers ?? 3, "takeovers"),
    resultLimit: count(options.resultLimit ?? RESULT_LIMIT, "resultLimit"),
    report: options.report ?? (() => {}),
  };
  const files = typeof modules === "string" || modules instanceof URL ? [modules] : modules;
  const served = yield* fromPromise(loadJobs(files));
  yield* new QueueWorker(served, settings).run();
}
