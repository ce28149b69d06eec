/**
 * The submitter's end of a queue on Redis.
 *
 * Q1. A job is put into the queue under an id that was chosen before: sent twice because an answer was lost, it is there
 * once.
 * Q2. Whoever awaits a job is told by an event, or, when the connection comes back and when the stream of events was cut,
 * by asking for its state: whichever comes first ends the handle, once.
 * Q3. While Redis is away, handles wait; when it has been away for the executor's patience, all fail, and what was not
 * sent will not be.
 */
import type { Queue } from "bullmq";
import { EventReader, type QueueEvent } from "./event-reader.js";
import { type Packed, unpack } from "./packed.js";
import type { QueueBackend, QueueCounts, WorkerStats } from "./queue-backend.js";
import { closedQueue, lostJob, refused, unknownJob, unreachable } from "./queue-errors.js";
import type { QueueHandle } from "./queue-handle.js";
import type { Place } from "./queue-options.js";
import { RedisLink } from "./redis-link.js";
import { isConnectionError, type JobLimits, RedisOutbox } from "./redis-outbox.js";
import { complete, fail, type ReadField } from "./redis-outcomes.js";

/** States that are asked for at once. */
const AT_ONCE = 200;

/** How the queue is to be used. */
export interface RedisQueueSettings extends JobLimits {
  readonly place: Place;
  /** Milliseconds. */
  readonly patience: number;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export class RedisQueue implements QueueBackend {
  readonly #settings: RedisQueueSettings;
  readonly #link: RedisLink;
  readonly #handles = new Map<string, Set<QueueHandle>>();
  /** Ids of jobs that a worker has. */
  readonly #running = new Set<string>();
  readonly #outbox: RedisOutbox;
  /** Those of jobs submitted before that have not been asked for. */
  #attached: QueueHandle[] = [];
  /** Who wait until all has been sent. */
  readonly #waiters = new Set<Waiter>();
  #queue: Queue | undefined;
  #reader: EventReader | undefined;
  #isPumping = false;
  #patience: NodeJS.Timeout | undefined;
  #stalled = 0;
  #onIdle: (() => void) | undefined;

  constructor(settings: RedisQueueSettings) {
    this.#settings = settings;
    this.#link = new RedisLink(settings.place, {
      ready: () => void this.#onReady(),
      lost: () => this.#onLost(),
      failed: (error) => this.#failAll(() => error),
      isWanted: () => this.#isWanted,
    });
    this.#outbox = new RedisOutbox(this.#link, settings);
  }

  get #isWanted(): boolean {
    return this.#handles.size > 0 || this.#outbox.hasCancels || this.#waiters.size > 0;
  }

  submit(handle: QueueHandle): void {
    this.#register(handle);
    this.#outbox.add(handle);
    this.#pump();
  }

  attach(handle: QueueHandle): void {
    this.#register(handle);
    this.#attached.push(handle);
    this.#pump();
  }

  #register(handle: QueueHandle): void {
    const known = this.#handles.get(handle.id);
    if (known === undefined) this.#handles.set(handle.id, new Set([handle]));
    else known.add(handle);
    this.#link.hold(true);
  }

  forget(handle: QueueHandle): void {
    const known = this.#handles.get(handle.id);
    known?.delete(handle);
    if (known?.size !== 0) return;
    this.#handles.delete(handle.id);
    this.#running.delete(handle.id);
    this.#settle();
  }

  cancel(handle: QueueHandle, reason: unknown): void {
    if (this.#outbox.cancel(handle, reason)) this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // Behind a microtask: all that is submitted in one step is sent together.
    void Promise.resolve()
      .then(() => this.#send())
      .finally(() => {
        this.#isPumping = false;
        this.#settle();
      });
  }

  async #send(): Promise<void> {
    while (this.#isWanted && !this.#link.isClosed) {
      if (!this.#link.isReady) {
        this.#link.open();
        this.#beImpatient();
        return;
      }
      try {
        await this.#reader?.begin();
        if (this.#outbox.hasJobs) await this.#check(await this.#outbox.sendJobs(this.queue));
        else if (this.#attached.length > 0) await this.#askForAttached();
        else if (this.#outbox.hasCancels) await this.#outbox.sendCancels(this.queue);
        else {
          for (const waiter of this.#waiters) waiter.resolve();
          this.#waiters.clear();
          return;
        }
      } catch (error) {
        if (isConnectionError(error)) {
          // When it is back, this goes on.
          this.#outbox.lost();
          await new Promise((resolve) => setImmediate(resolve));
        } else this.#failAll((handle) => refused(error, handle));
      }
    }
  }

  /** Behind what is to be sent, for it may be among that. */
  async #askForAttached(): Promise<void> {
    const batch = this.#attached.slice(0, AT_ONCE);
    await Promise.all(batch.map((handle) => this.#askFor(handle)));
    this.#attached = this.#attached.filter((handle) => !batch.includes(handle));
  }

  async #askFor(handle: QueueHandle): Promise<void> {
    const progress = await this.#link.commands.hget(this.queue.toKey(handle.id), "progress");
    const { logs } = await this.queue.getJobLogs(handle.id);
    handle.isSent = true;
    if (handle.done()) return;
    for (const line of logs) handle.noteLog(line);
    this.#onProgress(new Set([handle]), progress ?? "null");
    await this.#checkOne(handle);
  }

  private get queue(): Queue {
    return this.#queue as Queue;
  }

  async #onReady(): Promise<void> {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    try {
      await this.#prepare();
      await this.#reader?.begin();
      this.#pump();
      await this.#checkAll();
    } catch (error) {
      // A connection that was lost comes back here.
      if (!isConnectionError(error)) this.#failAll((handle) => refused(error, handle));
    }
  }

  async #prepare(): Promise<void> {
    if (this.#queue !== undefined) return;
    const { bullmq, commands, place } = this.#link;
    const { prefix, queue: name } = place;
    const queue = new bullmq.Queue(name, { connection: commands, prefix });
    queue.on("error", (error) => {
      this.#link.lastError = error;
    });
    this.#queue = queue;
    this.#reader = new EventReader(this.#link, queue.toKey("events"), {
      event: (event) => this.#onEvent(event),
      gap: () => void this.#checkAll().catch(() => {}),
      isWanted: () => this.#isWanted,
    });
    await queue.waitUntilReady();
  }

  #onLost(): void {
    if (this.#isWanted) this.#beImpatient();
    this.#settle();
  }

  #beImpatient(): void {
    if (this.#patience !== undefined) return;
    const { patience, place } = this.#settings;
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      const cause = this.#link.lastError;
      this.#failAll((handle) => unreachable(place.address, patience / 1000, cause, handle));
    }, patience);
  }

  #failAll(errorFor: (handle?: QueueHandle) => unknown): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    for (const waiter of this.#waiters) waiter.reject(errorFor());
    this.#waiters.clear();
    this.#outbox.clear();
    this.#attached = [];
    for (const handles of [...this.#handles.values()]) {
      for (const handle of [...handles]) if (!handle.done()) handle.setException(errorFor(handle));
    }
    this.#settle();
  }

  #onEvent(event: QueueEvent): void {
    const { event: name = "", jobId = "" } = event;
    const handles = this.#handles.get(jobId);
    if (handles === undefined) return;
    switch (name) {
      case "active":
        this.#running.add(jobId);
        break;
      case "stalled":
        this.#stalled++;
        this.#running.delete(jobId);
        break;
      case "waiting":
      case "delayed":
        this.#running.delete(jobId);
        break;
      case "progress":
        this.#onProgress(handles, event["data"] ?? "null");
        break;
      case "log":
        for (const handle of handles) handle.noteLog(event["line"] ?? "");
        break;
      case "completed":
        void this.#complete(jobId, event["returnvalue"] ?? null);
        break;
      case "failed":
        void this.#fail(jobId, event["failedReason"] ?? "");
        break;
      case "removed":
        for (const handle of [...handles]) handle.cancelledElsewhere("the job was removed");
        break;
    }
  }

  #onProgress(handles: ReadonlySet<QueueHandle>, data: string): void {
    const packed = JSON.parse(data) as Packed | number | null;
    if (typeof packed !== "object" || packed === null) return;
    const value = unpack(packed);
    for (const handle of handles) handle.noteProgress(value);
  }

  #complete(id: string, returned: string | null): Promise<void> {
    return complete(id, returned, this.#read, () => this.#pending(id));
  }

  #fail(id: string, reason: string): Promise<void> {
    return fail(id, reason, this.#read, () => this.#pending(id));
  }

  readonly #read: ReadField = async (id, field) => {
    try {
      return await this.#link.commands.hget(this.queue.toKey(id), field);
    } catch {
      return undefined;
    }
  };

  #pending(id: string): QueueHandle[] {
    return [...(this.#handles.get(id) ?? [])].filter((handle) => !handle.done());
  }

  async #checkAll(): Promise<void> {
    const sent: QueueHandle[] = [];
    for (const handles of this.#handles.values()) {
      for (const handle of handles) if (handle.isSent && !handle.done()) sent.push(handle);
    }
    for (let i = 0; i < sent.length; i += AT_ONCE) await this.#check(sent.slice(i, i + AT_ONCE));
  }

  /** Asks how jobs stand and ends those that have ended. */
  async #check(handles: readonly QueueHandle[]): Promise<void> {
    await Promise.all(handles.map((handle) => this.#checkOne(handle)));
  }

  async #checkOne(handle: QueueHandle): Promise<void> {
    const { id } = handle;
    const backend = this.queue.getBackend();
    const [state, value] = (await backend.isFinished(id, true)) as [number, string | null];
    if (handle.done() || state === 0) return;
    if (state === 1) await this.#complete(id, value);
    else if (state === 2) await this.#fail(id, value ?? "");
    else handle.setException(handle.submitted === undefined ? unknownJob(handle) : lostJob(handle));
  }

  /** When there is nothing left to do, lets the process end, and those who wait for that. */
  #settle(): void {
    if (this.#isWanted || this.#isPumping) return;
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#link.hold(false);
    this.#onIdle?.();
  }

  async close(): Promise<void> {
    if (this.#isWanted || this.#isPumping) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#queue?.close();
    this.#link.close();
  }

  drop(): void {
    this.#outbox.clear();
    for (const waiter of this.#waiters) waiter.reject(closedQueue());
    this.#waiters.clear();
    void this.#queue?.close().catch(() => {});
    this.#link.close();
    this.#settle();
  }

  isRunning(handle: QueueHandle): boolean {
    return this.#running.has(handle.id);
  }

  workerStats(): WorkerStats {
    return { size: 0, workers: 0, died: this.#stalled };
  }

  flush(): Promise<void> {
    if (this.#link.isClosed) return Promise.reject(closedQueue());
    return new Promise((resolve, reject) => {
      this.#waiters.add({ resolve, reject });
      this.#link.hold(true);
      this.#pump();
    });
  }

  async counts(): Promise<QueueCounts> {
    await this.flush();
    const { queue } = this;
    const counts = await queue.getJobCounts(
      "waiting",
      "prioritized",
      "active",
      "delayed",
      "completed",
      "failed",
    );
    const {
      active = 0,
      completed = 0,
      delayed = 0,
      failed = 0,
      prioritized = 0,
      waiting = 0,
    } = counts;
    const workers = await queue.getWorkersCount();
    return { waiting: waiting + prioritized, active, delayed, completed, failed, workers };
  }
}
