/** What a `QueueExecutor` stands on: Redis, or threads of this process. */
import type { QueueHandle } from "./queue-handle.js";

/** The jobs in a queue, of all submitters. */
export interface QueueCounts {
  /** Wait for a worker. */
  readonly waiting: number;
  /** A worker has them. */
  readonly active: number;
  /** Wait for their next attempt. */
  readonly delayed: number;
  /** Have given a result that is still kept. */
  readonly completed: number;
  /** Have failed, and their error is still kept. */
  readonly failed: number;
  /** Workers that are connected. */
  readonly workers: number;
}

/** What the executor itself can know of its workers. */
export interface WorkerStats {
  readonly size: number;
  readonly workers: number;
  readonly died: number;
}

export interface QueueBackend {
  /** Puts the job of a new handle into the queue. */
  submit(handle: QueueHandle): void;
  /** Looks after a job that was submitted before. */
  attach(handle: QueueHandle): void;
  /** The handle is done. */
  forget(handle: QueueHandle): void;
  /** The handle is done before its job: ends the job. */
  cancel(handle: QueueHandle, reason: unknown): void;
  /** Until the queue has all that was asked for. */
  flush(): Promise<void>;
  /** Ends, once all that was asked for has been done. */
  close(): Promise<void>;
  /** Ends at once. */
  drop(): void;
  /** True while a worker has the job, as far as is known. */
  isRunning(handle: QueueHandle): boolean;
  workerStats(): WorkerStats;
  counts(): Promise<QueueCounts>;
}
