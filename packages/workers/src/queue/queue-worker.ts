/**
 * The worker's end of a queue on Redis. BullMQ's `Worker` takes the jobs and keeps them ours while they run; each is a task
 * here that has it done on a thread, so that a job that computes keeps neither from being heard.
 *
 * | state | leaves to |
 * | --- | --- |
 * | waiting for Redis | serving, ended |
 * | serving | draining |
 * | draining: takes nothing new, those that run may end | giving back |
 * | giving back: interrupts what is left, another worker does it | ended |
 *
 * K1. A job that was cancelled before its worker could be told is seen by the mark it has, when its attempt begins and when
 * the connection comes back.
 * K2. What a job reports is in Redis before its result is.
 */
import type { Job as BullJob, Worker } from "bullmq";
import type { Redis } from "ioredis";
import {
  CancelledError,
  type Coroutine,
  createTask,
  type Duration,
  Event,
  Future,
  fromPromise,
  isCancelled,
  Queue,
  type Task,
  TimeoutError,
  wait,
  waitFor,
} from "tsyncio";
import { encodeThrown } from "../error-transport.js";
import { WorkerDiedError } from "../errors.js";
import type { JobHandle } from "../job-handle.js";
import { ThreadPoolExecutor } from "../thread-pool-executor.js";
import { isFinal, packResult, runAttempt } from "./attempt.js";
import { type Packed, pack, packOrName, unpack } from "./packed.js";
import type { Place } from "./queue-options.js";
import type { JobReport } from "./queued-job.js";
import {
  beginAttempt,
  CANCELLED,
  type CancelMessage,
  cancelChannel,
  type Envelope,
  ERROR_FIELD,
  INLINE,
  RESULT_FIELD,
  readCancel,
  type StoredResult,
  setField,
} from "./redis-keys.js";
import { RedisLink } from "./redis-link.js";
import { type ServedJobs, servedJob } from "./served-jobs.js";

/** Events that Redis keeps, as BullMQ does. */
const EVENTS_KEPT = 10_000;
/** Seconds that BullMQ may take to end. */
const CLOSING = 5;

/** A worker's options, complete. */
export interface QueueWorkerSettings {
  readonly place: Place;
  readonly concurrency: number;
  readonly threads: number;
  readonly grace: Duration;
  /** Seconds. */
  readonly drain: number;
  /** Milliseconds. */
  readonly lease: number;
  readonly takeovers: number;
  readonly resultLimit: number;
  readonly report: (line: string) => void;
}

/** A job that BullMQ has handed over, and how to tell it the end. */
interface Entry {
  readonly bull: BullJob;
  readonly token: string;
  resolve(result: StoredResult): void;
  reject(error: unknown): void;
  handle: JobHandle | undefined;
  /** It is interrupted because the worker ends, not because anybody cancelled it. */
  isGivenBack: boolean;
  /** What it reported that Redis does not have yet. */
  reports: Promise<unknown>;
}

export class QueueWorker {
  readonly #served: ServedJobs;
  readonly #settings: QueueWorkerSettings;
  readonly #pool: ThreadPoolExecutor;
  readonly #link: RedisLink;
  readonly #entries = new Map<string, Entry>();
  readonly #tasks = new Set<Task<void>>();
  readonly #inbox = new Queue<Entry>();
  readonly #isUp = new Event();
  /** Fails when the worker can never work. */
  readonly #end = new Future<never>();
  #worker: Worker | undefined;
  #isAway = false;

  constructor(served: ServedJobs, settings: QueueWorkerSettings) {
    this.#served = served;
    this.#settings = settings;
    const { concurrency, grace, threads } = settings;
    this.#pool = new ThreadPoolExecutor({
      size: threads,
      concurrency: Math.ceil(concurrency / threads),
      grace,
    });
    this.#link = new RedisLink(settings.place, {
      ready: () => this.#onReady(),
      lost: () => this.#onLost(),
      failed: (error) => {
        this.#end.setException(error);
        this.#isUp.set();
      },
      isWanted: () => true,
    });
  }

  *run(): Coroutine<void> {
    // Beside this task: it goes on while the worker drains.
    const serving = createTask(this.#serve(), { name: "queue worker" });
    try {
      this.#link.open();
      yield* this.#isUp.wait();
      if (!this.#end.done()) yield* this.#start();
      yield* this.#end;
    } finally {
      try {
        yield* this.#stop();
      } finally {
        serving.cancel();
        this.#link.close();
        yield* this.#pool.shutdown({ cancelPending: true });
      }
    }
  }

  *#serve(): Coroutine<never> {
    for (;;) {
      const entry = yield* this.#inbox.get();
      const task = createTask(this.#process(entry), { name: entry.bull.name });
      this.#tasks.add(task);
      task.addDoneCallback(() => this.#tasks.delete(task));
    }
  }

  *#start(): Coroutine<void> {
    const { bullmq, commands } = this.#link;
    const { concurrency, lease, place, report, takeovers } = this.#settings;
    yield* fromPromise(this.#listen());
    const worker = new bullmq.Worker(
      place.queue,
      (bull, token) =>
        new Promise<StoredResult>((resolve, reject) => {
          const entry = { bull, token: token ?? "", resolve, reject, reports: Promise.resolve() };
          this.#inbox.putNowait({ ...entry, handle: undefined, isGivenBack: false });
        }),
      {
        connection: commands,
        prefix: place.prefix,
        concurrency,
        lockDuration: lease,
        stalledInterval: lease,
        maxStalledCount: takeovers,
        runRetryDelay: 1000,
      },
    );
    // Another has them, or soon will; what becomes of them here could not be told.
    worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) giveBack(this.#entries.get(id), "its lease has ended");
    });
    worker.on("error", (error) => {
      if (this.#link.isReady) report(`Queue "${place.queue}": ${error.message}`);
    });
    this.#worker = worker;
    const names = [...this.#served.keys()].join(", ");
    report(`Ready: queue "${place.queue}" at ${place.address}, ${concurrency} at once: ${names}`);
  }

  /** Hears of cancellations, before the first job can be taken. */
  async #listen(): Promise<void> {
    const listener: Redis = this.#link.duplicate();
    listener.on("message", (_channel: string, text: string) => {
      const { id, reason } = JSON.parse(text) as CancelMessage;
      this.#entries.get(id)?.handle?.cancel(unpack(reason));
    });
    let isFirst = true;
    listener.on("ready", () => {
      if (!isFirst) void this.#lookForCancels();
      isFirst = false;
    });
    await listener.subscribe(cancelChannel(this.#settings.place));
  }

  /** What was published while the connection was lost. */
  async #lookForCancels(): Promise<void> {
    for (const { bull, handle } of this.#entries.values()) {
      try {
        const mark = await readCancel(this.#link.commands, this.#keyOf(bull));
        if (mark !== null) handle?.cancel(unpack(JSON.parse(mark) as Packed));
      } catch {
        return;
      }
    }
  }

  #onReady(): void {
    const { address } = this.#settings.place;
    if (this.#isAway) this.#settings.report(`Redis at ${address} is there again`);
    this.#isAway = false;
    this.#isUp.set();
  }

  #onLost(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const { place, report } = this.#settings;
    const { lastError } = this.#link;
    const why = lastError instanceof Error ? `: ${lastError.message}` : "";
    report(`Cannot reach Redis at ${place.address}${why}; trying again until it is there`);
  }

  #keyOf(bull: BullJob): string {
    return `${bull.queueQualifiedName}:${bull.id}`;
  }

  *#process(entry: Entry): Coroutine<void> {
    const { bull } = entry;
    const id = bull.id as string;
    this.#entries.set(id, entry);
    try {
      entry.resolve(yield* this.#attempt(entry));
    } catch (error) {
      entry.reject(yield* fromPromise(this.#failure(entry, error)));
    } finally {
      if (this.#entries.get(id) === entry) this.#entries.delete(id);
    }
  }

  *#attempt(entry: Entry): Coroutine<StoredResult> {
    const { bull } = entry;
    const id = bull.id as string;
    const mark = yield* fromPromise(beginAttempt(this.#link.commands, this.#keyOf(bull)));
    if (mark !== null) throw new CancelledError(unpack(JSON.parse(mark) as Packed));
    const { args, resultLimit, version } = bull.data as Envelope;
    const job = servedJob(this.#served, bull.name, version);
    const remaining = this.#remaining(bull);
    if (remaining !== undefined && remaining <= 0) {
      throw new TimeoutError(`Job "${bull.name}" was not begun before its deadline`);
    }
    const value = yield* runAttempt(this.#pool, {
      job,
      call: { id, attempt: bull.attemptsStarted },
      args: unpack(args) as unknown[],
      remaining,
      begun: (handle) => {
        entry.handle = handle;
        if (entry.isGivenBack) handle.cancel();
      },
      report: (report) => this.#report(entry, report),
    });
    const limit = Math.min(resultLimit, this.#settings.resultLimit);
    const { bytes, packed } = packResult(value, limit);
    yield* fromPromise(entry.reports);
    if (bytes <= INLINE) return packed;
    const text = JSON.stringify(packed);
    yield* fromPromise(setField(this.#link.commands, this.#keyOf(bull), RESULT_FIELD, text));
    return { stored: bytes };
  }

  /** Seconds until the job's deadline; undefined without one. */
  #remaining(bull: BullJob): number | undefined {
    const { deadline } = bull.data as Envelope;
    if (deadline === undefined) return undefined;
    return (this.#link.fromRedisTime(deadline) - Date.now()) / 1000;
  }

  #report(entry: Entry, report: JobReport): void {
    const { bull } = entry;
    const send = async (): Promise<void> => {
      if ("progress" in report) {
        await bull.updateProgress(pack(report.progress));
        return;
      }
      const { line } = report;
      const events = `${bull.queueQualifiedName}:events`;
      const fields = ["event", "log", "jobId", bull.id as string, "line", line];
      const { commands } = this.#link;
      await Promise.all([
        bull.log(line),
        commands.xadd(events, "MAXLEN", "~", EVENTS_KEPT, "*", ...fields),
      ]);
    };
    // A report that is lost with its job, or that cannot be sent, is no reason to fail.
    entry.reports = Promise.all([entry.reports, send()]).catch(() => {});
  }

  /** What BullMQ is to be told, after the error has been stored as it was. */
  async #failure(entry: Entry, error: unknown): Promise<unknown> {
    const { bull } = entry;
    const { UnrecoverableError } = this.#link.bullmq;
    try {
      await entry.reports;
      if (entry.isGivenBack) return await this.#giveBack(entry);
      const died = bull.attemptsStarted - bull.attemptsMade;
      if (error instanceof WorkerDiedError && died <= this.#settings.takeovers) {
        return await this.#giveBack(entry);
      }
      const record = JSON.stringify(packOrName(encodeThrown(error)));
      await setField(this.#link.commands, this.#keyOf(bull), ERROR_FIELD, record);
    } catch (problem) {
      // Redis no longer takes it as ours: it is another worker's.
      return problem;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    if (isCancelled(error)) {
      // Nobody waits for it, and its key may be used again.
      bull.opts.removeOnFail = true;
      return new UnrecoverableError(`${CANCELLED}${message}`);
    }
    const isLate = (this.#remaining(bull) ?? 1) <= 0;
    const told = isFinal(error, isLate) ? new UnrecoverableError(message) : new Error(message);
    if (stack !== undefined) told.stack = stack;
    return told;
  }

  async #giveBack({ bull, token }: Entry): Promise<Error> {
    await bull.moveToWait(token);
    return new this.#link.bullmq.WaitingError();
  }

  /** Ends what BullMQ does: in time, or by giving back what is left. */
  *#stop(): Coroutine<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    // BullMQ waits for the connection to end it in order.
    const closing = worker.close(!this.#link.isReady);
    closing.catch(() => {});
    try {
      const tasks = [...this.#tasks];
      if (tasks.length > 0) yield* wait(tasks, { timeout: this.#settings.drain });
    } finally {
      yield* this.#giveAllBack(closing);
    }
  }

  *#giveAllBack(closing: Promise<void>): Coroutine<void> {
    for (const entry of this.#entries.values()) giveBack(entry, "the worker ends");
    try {
      yield* waitFor(fromPromise(closing), CLOSING);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}

/** Interrupts a job here so that another worker does it. */
function giveBack(entry: Entry | undefined, reason: string): void {
  if (entry === undefined) return;
  entry.isGivenBack = true;
  entry.handle?.cancel(reason);
}
