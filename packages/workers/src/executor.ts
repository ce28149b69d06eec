/**
 * What all executors have in common, on threads, processes and queues. Counterpart: `concurrent.futures.Executor`.
 */
import {
  type AnyIterable,
  type AsyncContextManager,
  asyncFor,
  BREAK,
  type Coroutine,
  type CoroutineGenerator,
  createTask,
  isCancelled,
  type Operation,
  Semaphore,
  type Task,
  wait,
} from "tsyncio";
import { rangeError } from "./errors.js";
import type { Job, JobResult } from "./job.js";
import type { JobHandle } from "./job-handle.js";

/** How `map` goes about it. */
export interface MapOptions {
  /** How many calls may be under way at once; sixteen for each worker by default. */
  readonly concurrency?: number | undefined;
}

/** How an executor ends. */
export interface ShutdownOptions {
  /** Whether to wait until all workers have ended; true by default. */
  readonly wait?: boolean | undefined;
  /** Cancels the jobs that wait for a worker; false by default: they are still done. */
  readonly cancelPending?: boolean | undefined;
}

/** How busy an executor is. */
export interface ExecutorStats {
  /** Workers it may have. */
  readonly size: number;
  /** Workers it has at the moment. */
  readonly workers: number;
  /** Jobs that wait for a worker. */
  readonly queued: number;
  /** Jobs that a worker has. */
  readonly running: number;
  /** Jobs that have given a result. */
  readonly completed: number;
  /** Jobs that have failed. */
  readonly failed: number;
  /** Jobs that were cancelled. */
  readonly cancelled: number;
  /** Workers that have died. */
  readonly died: number;
}

/** The item of a stream that a job makes by returning an `R`. */
export type JobItem<R> = JobResult<R> extends AnyIterable<infer T> ? T : unknown;

/**
 * Runs jobs somewhere else. As an async context manager it ends with its block: after the last job, or, when the block
 * raised an error, by cancelling all jobs.
 */
export interface Executor extends AsyncContextManager<Executor> {
  /**
   * Starts `job(...args)`; the arguments are copied when a worker takes the job.
   *
   * **Cancellation:** of what awaits the handle cancels the job; see `JobHandle`.
   * @throws {TypeError} for a function that is no job (`ERR_NOT_A_JOB`).
   * @throws {UsageError} after `shutdown` (`ERR_EXECUTOR_SHUT_DOWN`).
   */
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): JobHandle<JobResult<R>>;
  /**
   * Calls the job with each of `items`, some at once, and gives the results in the order of the items. Ends with the first
   * error in that order, and cancels the calls that are left.
   *
   * **Cancellation:** cancels all calls.
   */
  map<A, R>(job: Job<[A], R>, items: AnyIterable<A>, options?: MapOptions): Task<JobResult<R>[]>;
  /**
   * The items of what the job returns, for `asyncFor`: an iterable, or an `asyncGenerator`. The job begins when they are
   * first asked for, and makes no more than a few ahead of who consumes them.
   *
   * **Cancellation:** and leaving the iteration early cancels the job.
   */
  stream<A extends unknown[], R>(job: Job<A, R>, ...args: A): CoroutineGenerator<JobItem<R>>;
  /**
   * Takes no more jobs; ends the workers when those it has are done. It begins when it is called, not when it is awaited.
   *
   * **Cancellation:** ends the wait only.
   */
  shutdown(options?: ShutdownOptions): Operation<void>;
  /** How busy it is. */
  stats(): ExecutorStats;
}

/** An executor without the means to run anything. */
export abstract class BaseExecutor implements Executor {
  /** The calls of `map` under way: they have items that are not submitted yet. */
  readonly #mappings = new Set<Task<unknown>>();

  abstract submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): JobHandle<JobResult<R>>;
  abstract stream<A extends unknown[], R>(
    job: Job<A, R>,
    ...args: A
  ): CoroutineGenerator<JobItem<R>>;
  abstract shutdown(options?: ShutdownOptions): Operation<void>;
  abstract stats(): ExecutorStats;
  /** Cancels all its jobs. */
  protected abstract cancelAll(): void;
  /** Ends its workers at once, whatever they do. */
  protected abstract kill(): void;

  map<A, R>(
    job: Job<[A], R>,
    items: AnyIterable<A>,
    options: MapOptions = {},
  ): Task<JobResult<R>[]> {
    const { concurrency = 16 * this.stats().size } = options;
    if (!(concurrency >= 1)) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot map: concurrency must be at least 1, got ${concurrency}`,
      );
    }
    const mapping = createTask(this.#map(job, items, concurrency));
    this.#mappings.add(mapping);
    mapping.addDoneCallback(() => this.#mappings.delete(mapping));
    return mapping;
  }

  *#map<A, R>(
    job: Job<[A], R>,
    items: AnyIterable<A>,
    concurrency: number,
  ): Coroutine<JobResult<R>[]> {
    const submit = (item: A): JobHandle<JobResult<R>> => this.submit(job, item);
    const room = new Semaphore(concurrency);
    const handles: JobHandle<JobResult<R>>[] = [];
    let hasFailed = false;
    const noteEnd = (handle: JobHandle<JobResult<R>>): void => {
      hasFailed ||= handle.cancelled() || handle.exception() !== undefined;
      room.release();
    };
    try {
      yield* asyncFor(items, function* submitNext(item) {
        yield* room.acquire();
        if (hasFailed) return BREAK;
        const handle = submit(item);
        handles.push(handle);
        handle.addDoneCallback(noteEnd as (handle: unknown) => void);
        return undefined;
      });
      const results: JobResult<R>[] = [];
      for (const handle of handles) results.push(yield* handle);
      return results;
    } finally {
      for (const handle of handles) handle.cancel();
    }
  }

  *enter(): Coroutine<this> {
    return this;
  }

  *exit(error: unknown): Coroutine<boolean> {
    if (error !== undefined) {
      for (const mapping of this.#mappings) mapping.cancel();
      this.cancelAll();
    }
    try {
      if (this.#mappings.size > 0) yield* wait(this.#mappings);
      yield* this.shutdown();
    } catch (interruption) {
      if (isCancelled(interruption)) this.kill();
      throw interruption;
    }
    return false;
  }
}
