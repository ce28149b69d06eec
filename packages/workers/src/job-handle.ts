import { asyncGenerator, type CoroutineGenerator, Future, Queue, QueueShutDown } from "tsyncio";

type CancelRequest = Parameters<Future["cancelWith"]>[0];

/** The lines of a job's log that are kept. */
const LOG_LINES = 1000;

/**
 * A job that was submitted: the future of its result.
 *
 * **Cancellation:** of the handle, or of a task that awaits it, ends the wait at once and the job as its executor can: one
 * that has not begun never runs, a coroutine gets `CancelledError` at its await, a function sees `cancelled()`.
 *
 * asyncio: the nearest is `concurrent.futures.Future`, which cannot reach a job that runs.
 */
export abstract class JobHandle<T = unknown> extends Future<T> {
  /** The name of the job. */
  abstract readonly jobName: string;
  /** What the executor calls this call of the job. */
  abstract readonly id: string | number;
  #progress: unknown;
  #log: string[] | undefined;
  #updates: Set<Queue<unknown>> | undefined;

  constructor() {
    super();
    promisesPending(this, 1);
  }

  /** What the job reported last by `currentJob().progress(value)`; undefined before. */
  get progress(): unknown {
    return this.#progress;
  }

  /** What the job has logged by `currentJob().log(line)`: the last thousand lines. */
  get log(): readonly string[] {
    return this.#log ?? [];
  }

  /**
   * Everything the job reports from now on, for `asyncFor`; ends with the job, however that ends.
   *
   * **Cancellation:** ends the iteration and not the job.
   */
  updates(): CoroutineGenerator<unknown> {
    const queue = new Queue<unknown>();
    if (this.done()) queue.shutdown();
    else {
      this.#updates ??= new Set();
      this.#updates.add(queue);
    }
    const finish = (): unknown => this.#updates?.delete(queue);
    return asyncGenerator(function* updates(emit) {
      try {
        for (;;) yield* emit(yield* queue.get());
      } catch (error) {
        if (!(error instanceof QueueShutDown)) throw error;
      } finally {
        finish();
      }
    });
  }

  /** @internal For executors: the job has reported progress. */
  noteProgress(value: unknown): void {
    this.#progress = value;
    for (const queue of this.#updates ?? []) queue.putNowait(value);
  }

  /** @internal For executors: the job has logged. */
  noteLog(line: string): void {
    this.#log ??= [];
    this.#log.push(line);
    if (this.#log.length > LOG_LINES) this.#log.shift();
  }

  /** @internal For executors: the handle was cancelled, or its deadline has passed; end the job. */
  abstract abort(reason: unknown): void;

  override setResult(value: T): void {
    super.setResult(value);
    this.#over();
  }

  override setException(error: unknown): void {
    super.setException(error);
    this.#over();
  }

  override cancelWith(request: CancelRequest): boolean {
    if (!super.cancelWith(request)) return false;
    this.#over();
    this.abort(request.reason);
    return true;
  }

  #over(): void {
    promisesPending(this, -1);
    for (const queue of this.#updates ?? []) queue.shutdown();
    this.#updates = undefined;
  }

  override describe(): string {
    return `job "${this.jobName}"`;
  }
}

/**
 * A job takes real time: a loop on virtual time counts it as it counts promises, and waits for it. The count is internal to
 * `tsyncio`; the public way to it, `fromPromise`, would need a promise of each job beside its future.
 */
function promisesPending(handle: Future, change: number): void {
  (handle.getLoop() as unknown as { promisesPending: number }).promisesPending += change;
}
