/**
 * The inside of a worker: starts the jobs that come, in their order, and sends back what becomes of them. The bootstrap
 * code of a worker loads the module of its first job and then calls `serve`.
 */
import { serialize } from "node:v8";
import { encodeThrown } from "./error-transport.js";
import { JobError } from "./errors.js";
import type { JobContext } from "./job-context.js";
import type { RegisteredJob } from "./job-registry.js";
import { findJob, type JobEnd, type JobName, moduleError, type RunningJob } from "./job-runner.js";
import {
  ALLOW,
  CANCEL,
  CLOSE,
  DEFINE,
  DONE,
  FAILED,
  ITEM,
  LOG,
  type Order,
  OUTPUT,
  PROGRESS,
  READY,
  type Report,
  RUN,
  SKIPPED,
} from "./protocol.js";
import { Slots } from "./slots.js";
import { collectTransfers, type Transferable } from "./transfer.js";

/** The end of the connection that a worker has. */
export interface WorkerSide {
  /** @throws when something in the batch cannot be cloned. */
  post(batch: readonly Report[], transfers: Transferable[]): void;
  listen(onBatch: (batch: readonly Order[]) => void): void;
  /** The next batch that is there already, undefined when none is. */
  poll(): readonly Order[] | undefined;
  /** Imports a module of the program; given by the bootstrap code, which no bundler rewrites. */
  load(module: string): Promise<unknown>;
  /** Shared with the executor, for a thread; with the listening thread, for a process. */
  readonly slots: SharedArrayBuffer;
  /** The executor can take jobs back from it. */
  readonly isShared: boolean;
  /** Bytes that a result may have; undefined for no limit. */
  readonly resultLimit?: number | undefined;
}

/** Milliseconds after which results do not wait for those of further jobs. */
const PATIENCE = 1;
/** Milliseconds up to which a job is short: the results before it can wait for its own. */
const BRIEF = 0.1;
/** Results of this many characters or more are measured. */
const SHORT = 1024;

type RunOrder = Extract<Order, readonly [typeof RUN, ...unknown[]]>;

/** Makes this thread a worker. */
export function serve(side: WorkerSide): void {
  const worker = new JobServer(side);
  captureOutput(process.stdout, 1, worker);
  captureOutput(process.stderr, 2, worker);
  side.listen((batch) => worker.receive(batch));
  worker.sendNow([READY]);
}

class JobServer {
  readonly #side: WorkerSide;
  readonly #slots: Slots;
  readonly #names: JobName[] = [];
  /** The jobs by number, once they were found. */
  readonly #jobs: RegisteredJob[] = [];
  readonly #loaded = new Set<string>();
  readonly #running = new Map<number, RunningJob>();
  #outbox: Report[] = [];
  #transfers: Transferable[] = [];
  /** What each job took the last time, in milliseconds. */
  readonly #took: number[] = [];
  #isFlushing = false;
  /** When results were last sent. */
  #sent = 0;
  /** When the last job ended. */
  #now = 0;

  constructor(side: WorkerSide) {
    this.#side = side;
    this.#slots = new Slots(side.slots);
  }

  receive(batch: readonly Order[]): void {
    const began = performance.now();
    this.#now = began;
    this.#sent = began;
    let next: readonly Order[] | undefined = batch;
    while (next !== undefined) {
      for (const order of next) {
        if (order[0] !== RUN) this.#obey(order);
        else {
          const isBrief = (this.#took[order[3]] ?? PATIENCE) <= BRIEF;
          if (!isBrief || this.#now - this.#sent >= PATIENCE) this.#flush();
          this.#run(order);
        }
      }
      // One message for the results of all that has come: small batches would beget small batches.
      next = this.#now - began < PATIENCE ? this.#side.poll() : undefined;
    }
    this.#flush();
  }

  #obey(order: Exclude<Order, RunOrder>): void {
    switch (order[0]) {
      case DEFINE: {
        const [, job, module, name, version] = order;
        this.#names[job] = { module, name, version };
        break;
      }
      case CANCEL:
        this.#running.get(order[1])?.cancel(order[2]);
        break;
      case ALLOW:
        this.#running.get(order[1])?.allow(order[2]);
        break;
      case CLOSE:
        process.exit(0);
    }
  }

  /** A job whose module is there starts at once, so that jobs of one module start in their order. */
  #run(order: RunOrder): void {
    const number = order[3];
    const job = this.#jobs[number];
    const name = this.#names[number] as JobName;
    if (job !== undefined) this.#start(job, order);
    else if (this.#loaded.has(name.module)) this.#find(name, order);
    else void this.#load(name, order);
  }

  async #load(name: JobName, order: RunOrder): Promise<void> {
    try {
      await this.#side.load(name.module);
    } catch (error) {
      this.#refuse(order[1], moduleError(name.module, error));
      return;
    }
    this.#loaded.add(name.module);
    this.#now = performance.now();
    this.#find(name, order);
    this.#flushSoon();
  }

  #find(name: JobName, order: RunOrder): void {
    let job: RegisteredJob;
    try {
      job = findJob(name);
    } catch (error) {
      this.#refuse(order[1], error);
      return;
    }
    this.#jobs[order[3]] = job;
    this.#start(job, order);
  }

  #refuse(slot: number, error: unknown): void {
    if (!this.#side.isShared || this.#slots.begin(slot)) this.#end(slot, -1, error);
    else this.#outbox.push([SKIPPED, slot]);
    this.#flushSoon();
  }

  #start(
    { fn, start }: RegisteredJob,
    [, slot, id, number, args, deadline, credit]: RunOrder,
  ): void {
    if (this.#side.isShared && !this.#slots.begin(slot)) {
      this.#outbox.push([SKIPPED, slot]);
      return;
    }
    const began = this.#now;
    const end: JobEnd = {
      done: (value) => this.#done(slot, began, value),
      failed: (error) => this.#end(slot, this.#tookOf(slot, began), error),
      item: (value) => this.sendNow([ITEM, slot, value]),
    };
    const { name } = this.#names[number] as JobName;
    const context = this.#contextFor(slot, id, name, deadline);
    const call = credit < 0 ? { fn, args, context } : { fn, args, context, credit };
    const running = start(call, end);
    this.#took[number] = running === undefined ? this.#now - began : 0;
    if (running !== undefined) this.#running.set(slot, running);
  }

  #contextFor(slot: number, id: number, name: string, deadline: number): JobContext {
    return {
      id,
      name,
      attempt: 1,
      cancelled: () => this.#slots.cancelled(slot, id),
      progress: (value) => this.sendNow([PROGRESS, slot, value]),
      log: (line) => this.sendNow([LOG, slot, String(line)]),
      remaining: () =>
        deadline === 0 ? Number.POSITIVE_INFINITY : Math.max(0, deadline - Date.now()) / 1000,
    };
  }

  /** What the job has computed; -1 for one that has waited. */
  #tookOf(slot: number, began: number): number {
    this.#now = performance.now();
    return this.#running.has(slot) ? -1 : this.#now - began;
  }

  #done(slot: number, began: number, value: unknown): void {
    const ms = this.#tookOf(slot, began);
    const limit = this.#side.resultLimit;
    if (limit === undefined || isShort(value)) {
      collectTransfers(value, this.#transfers);
      this.#outbox.push([DONE, slot, ms, value]);
    } else {
      try {
        this.#outbox.push([DONE, slot, ms, packed(value, limit), true]);
      } catch (error) {
        this.#end(slot, ms, error instanceof JobError ? error : unsendable(error));
        return;
      }
    }
    this.#over(slot);
  }

  #end(slot: number, ms: number, error: unknown): void {
    this.#outbox.push([FAILED, slot, ms, encodeThrown(error)]);
    this.#over(slot);
  }

  /** A job that has waited ends outside any batch: its result is sent with those of the same moment. */
  #over(slot: number): void {
    if (this.#running.delete(slot)) this.#flushSoon();
  }

  /** Sends the results of jobs that have waited, together with those that end at the same moment. */
  #flushSoon(): void {
    if (this.#isFlushing || this.#outbox.length === 0) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  /**
   * Sends a report at once, behind the results that wait to be sent.
   * @throws {JobError} when it cannot be cloned (`ERR_JOB_RESULT`).
   */
  sendNow(report: Report): void {
    this.#flush();
    const transfers: Transferable[] = [];
    collectTransfers(report.at(-1), transfers);
    try {
      this.#side.post([report], transfers);
    } catch (error) {
      throw unsendable(error);
    }
  }

  #flush(): void {
    const batch = this.#outbox;
    if (batch.length === 0) return;
    const transfers = this.#transfers;
    this.#outbox = [];
    this.#transfers = [];
    this.#sent = this.#now;
    try {
      this.#side.post(batch, transfers);
    } catch {
      for (const report of batch) this.#postAlone(report);
    }
  }

  /** One result of a batch that could not be cloned, perhaps because of it. */
  #postAlone(report: Report): void {
    try {
      this.sendNow(report);
    } catch (error) {
      const [, slot, ms] = report as Extract<Report, readonly [typeof DONE, ...unknown[]]>;
      this.#side.post([[FAILED, slot, ms, encodeThrown(error)]], []);
    }
  }
}

function unsendable(cause: unknown): JobError {
  return new JobError(
    "ERR_JOB_RESULT",
    `Cannot send what the job gives: ${(cause as Error).message} return plain data, as for structuredClone()`,
    { cause },
  );
}

function isShort(value: unknown): boolean {
  return typeof value === "string"
    ? value.length < SHORT
    : typeof value !== "object" || value === null;
}

function packed(value: unknown, limit: number): Uint8Array {
  const bytes = serialize(value);
  if (bytes.length <= limit) return bytes;
  throw new JobError(
    "ERR_JOB_RESULT_SIZE",
    `Cannot send the result of the job: it has ${bytes.length} bytes, the limit is ${limit}; stream it, write it to a file, or raise resultLimit`,
  );
}

/** Sends what is written to the stream as a report: the executor prints it before it hears of later results. */
function captureOutput(stream: NodeJS.WriteStream, fd: 1 | 2, worker: JobServer): void {
  type Callback = (error?: Error | null) => void;
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): boolean => {
    const isEncoded = typeof chunk === "string" && typeof encoding === "string";
    worker.sendNow([OUTPUT, fd, isEncoded ? Buffer.from(chunk, encoding) : chunk]);
    const written = typeof encoding === "function" ? encoding : callback;
    if (written !== undefined) queueMicrotask(() => written());
    return true;
  };
}
