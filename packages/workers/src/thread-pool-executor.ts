import { type ResourceLimits, Worker } from "node:worker_threads";
import { THREAD_CODE } from "./bootstrap.js";
import { PoolExecutor, type PoolOptions } from "./pool-executor.js";
import type { Order, Report } from "./protocol.js";
import { Slots } from "./slots.js";
import type { Transferable } from "./transfer.js";
import type { WorkerEvents, WorkerLink, WorkerStart } from "./worker-link.js";

/** What a pool of threads can be told. */
export interface ThreadPoolOptions extends PoolOptions {
  /** How much memory each thread may use, as for Node's `Worker`. A job that needs more fails, and no other. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** The `process.env` of the threads; a copy of this thread's by default. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Node's own options for the threads; those of this process by default. */
  readonly execArgv?: readonly string[] | undefined;
}

/**
 * Runs jobs on threads of this process. They share its memory where a job is given a `SharedArrayBuffer`, and buffers can
 * be moved by `transfer`.
 *
 * asyncio: `concurrent.futures.ThreadPoolExecutor`; these threads compute at the same time, and have modules of their own.
 */
export class ThreadPoolExecutor extends PoolExecutor {
  readonly #options: ThreadPoolOptions;

  constructor(options: ThreadPoolOptions = {}) {
    super(options, "batches");
    this.#options = options;
  }

  protected startWorker(start: WorkerStart, events: WorkerEvents): WorkerLink {
    return new ThreadLink(start, events, this.#options);
  }
}

class ThreadLink implements WorkerLink {
  readonly #slots = new Slots();
  readonly #worker: Worker;

  constructor(start: WorkerStart, events: WorkerEvents, options: ThreadPoolOptions) {
    const { env, execArgv, resourceLimits } = options;
    const worker = new Worker(THREAD_CODE, {
      eval: true,
      name: "tsyncio worker",
      workerData: { ...start, slots: this.#slots.buffer },
      ...(env === undefined ? {} : { env }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    });
    this.#worker = worker;
    let cause: unknown;
    worker.on("message", (batch: readonly Report[]) => events.received(batch));
    worker.on("messageerror", (error) => {
      cause = error;
      this.kill();
    });
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", (code) => events.ended(reasonOf(code, cause), cause));
  }

  post(batch: readonly Order[], transfers: Transferable[]): void {
    this.#worker.postMessage(batch, transfers);
  }

  sent(slot: number): void {
    this.#slots.sent(slot);
  }

  takeBack(slot: number): boolean {
    return this.#slots.takeBack(slot);
  }

  begun(slot: number): boolean {
    return this.#slots.begun(slot);
  }

  markCancelled(slot: number, id: number): void {
    this.#slots.cancel(slot, id);
  }

  kill(): void {
    void this.#worker.terminate();
  }

  hold(isBusy: boolean): void {
    if (isBusy) this.#worker.ref();
    else this.#worker.unref();
  }
}

function reasonOf(code: number, cause: unknown): string {
  if (cause === undefined) return `its thread ended with exit code ${code}`;
  const { code: name, message } = cause as { code?: unknown; message?: unknown };
  if (name === "ERR_WORKER_OUT_OF_MEMORY") return "it ran out of memory";
  return `an error that nothing caught: ${String(message ?? cause)}`;
}
