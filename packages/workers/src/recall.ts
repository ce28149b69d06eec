/**
 * Looks after jobs that wait in a worker behind one that takes longer than expected, while another worker has nothing to
 * do. The timer runs only while there are both.
 */
import type { PoolJob } from "./pool-job.js";
import type { PoolWorker } from "./pool-worker.js";

/** Milliseconds of a job for which it is worth while to take it back at once. */
const SHORT = 1;
/** Milliseconds after which jobs that still wait are taken back: what travels in batches should have been done. */
const PATIENCE = 5;

export class Recall {
  readonly #workers: ReadonlySet<PoolWorker>;
  readonly #size: number;
  readonly #onTaken: (jobs: readonly PoolJob[]) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param onTaken - called with what was taken back, the last first. */
  constructor(
    workers: ReadonlySet<PoolWorker>,
    size: number,
    onTaken: (jobs: readonly PoolJob[]) => void,
  ) {
    this.#workers = workers;
    this.#size = size;
    this.#onTaken = onTaken;
  }

  /** To be called whenever the queue is empty and something has changed. */
  plan(): void {
    if (!this.#isUneven() || this.#take(({ cost }) => cost > SHORT)) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isUneven()) this.#take(() => true);
    }, PATIENCE);
  }

  #isUneven(): boolean {
    let isIdle = this.#workers.size < this.#size;
    let isWaiting = false;
    for (const { count, state } of this.#workers) {
      if (state === "ready" && count === 0) isIdle = true;
      if (count > 1) isWaiting = true;
    }
    return isIdle && isWaiting;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** True when there was something to take back. */
  #take(isWanted: (job: PoolJob) => boolean): boolean {
    const taken: PoolJob[] = [];
    for (const worker of this.#workers) {
      if (worker.count < 2) continue;
      for (const job of worker.jobs().reverse()) {
        if (isWanted(job) && !job.isMoved && worker.takeBack(job)) taken.push(job);
      }
    }
    if (taken.length > 0) this.#onTaken(taken);
    return taken.length > 0;
  }
}
