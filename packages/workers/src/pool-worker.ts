import { JobError } from "./errors.js";
import type { JobInfo } from "./job.js";
import type { PoolJob } from "./pool-job.js";
import { CANCEL, DEFINE, type Order, RUN, SLOTS } from "./protocol.js";
import { collectTransfers, type Transferable } from "./transfer.js";
import type { WorkerLink } from "./worker-link.js";

/** Milliseconds that a job counts for of which nothing is known. */
export const UNKNOWN = 1000;

/** A slot whose job was taken back, until the worker has seen that. */
const TAKEN = Symbol("taken back");

/**
 * What a scheduler knows of one worker: the jobs that it has, by their slots, and the orders that are to be sent at the
 * end of the turn.
 *
 * | state | leaves to |
 * | --- | --- |
 * | starting: loads the module of its first job | ready, ended |
 * | ready | closing, ended |
 * | closing: has been told to end | ended |
 * | ended | |
 */
export class PoolWorker {
  state: "starting" | "ready" | "closing" | "ended" = "starting";
  /** The job for which it was started. */
  readonly module: string;
  /** How many jobs it has, and what they should take together, in milliseconds. */
  count = 0;
  load = 0;
  /** How many of them may be waiting, so that another job would run beside them. */
  unknown = 0;
  /** Why it is being killed, for those whose job dies with it. */
  condemned: string | undefined;
  link: WorkerLink | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #slots: (PoolJob | typeof TAKEN | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #known = new Map<JobInfo, number>();
  #orders: Order[] = [];
  #transfers: Transferable[] = [];

  constructor(module: string) {
    this.module = module;
  }

  get hasRoom(): boolean {
    return this.#free.length > 0 || this.#slots.length < SLOTS;
  }

  get hasOrders(): boolean {
    return this.#orders.length > 0;
  }

  /** Every job that it has. */
  jobs(): PoolJob[] {
    return this.#slots.filter((each): each is PoolJob => each !== undefined && each !== TAKEN);
  }

  job(slot: number): PoolJob | undefined {
    const job = this.#slots[slot];
    return job === TAKEN ? undefined : job;
  }

  /** Gives it a job, to be sent by `send`. */
  assign(job: PoolJob): void {
    const slot = this.#free.pop() ?? this.#slots.length;
    const { args, deadline, id, info, stream } = job;
    job.worker = this;
    job.slot = slot;
    job.cost = info.estimate ?? UNKNOWN;
    this.#slots[slot] = job;
    if (this.count === 0) this.link?.hold(true);
    this.count++;
    this.load += job.cost;
    if (job.cost === UNKNOWN) this.unknown++;
    this.link?.sent(slot);
    let number = this.#known.get(info);
    if (number === undefined) {
      number = this.#known.size;
      this.#known.set(info, number);
      this.#orders.push([DEFINE, number, info.module, info.name, info.version]);
    }
    const before = this.#transfers.length;
    for (const arg of args) collectTransfers(arg, this.#transfers);
    job.isMoved = this.#transfers.length > before;
    this.#orders.push([RUN, slot, id, number, args, deadline, stream?.credit ?? -1]);
  }

  order(order: Order): void {
    this.#orders.push(order);
  }

  /** Sends its orders as one batch; gives the jobs that cannot be sent, with their errors. */
  send(): [job: PoolJob, error: unknown][] {
    const orders = this.#orders;
    const transfers = this.#transfers;
    this.#orders = [];
    this.#transfers = [];
    try {
      this.link?.post(orders, transfers);
      return [];
    } catch {
      return orders.flatMap((order) => this.#sendAlone(order));
    }
  }

  #sendAlone(order: Order): [PoolJob, unknown][] {
    const transfers: Transferable[] = [];
    if (order[0] === RUN) for (const arg of order[4]) collectTransfers(arg, transfers);
    try {
      this.link?.post([order], transfers);
    } catch (error) {
      if (order[0] === CANCEL) this.link?.post([[CANCEL, order[1], String(order[2])]], []);
      if (order[0] !== RUN) return [];
      const job = this.#slots[order[1]] as PoolJob;
      this.release(order[1]);
      return [[job, argumentError(job, error)]];
    }
    return [];
  }

  /** The worker is done with what was in the slot. */
  release(slot: number): void {
    const job = this.#slots[slot];
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    if (job !== TAKEN && job !== undefined) this.#forget(job);
  }

  /** Takes a job back that has not begun; false when it has. */
  takeBack(job: PoolJob): boolean {
    if (this.link?.takeBack(job.slot) !== true) return false;
    this.#slots[job.slot] = TAKEN;
    this.#forget(job);
    return true;
  }

  #forget(job: PoolJob): void {
    job.worker = undefined;
    this.count--;
    this.load = this.count === 0 ? 0 : this.load - job.cost;
    if (job.cost === UNKNOWN) this.unknown--;
    clearTimeout(job.grace);
    if (this.count === 0) this.link?.hold(false);
  }

  /** Ends it when it has not ended by itself in time. */
  killLater(ms: number): void {
    this.#timer = setTimeout(() => this.link?.kill(), ms);
  }

  /** It has ended. */
  ended(): void {
    this.state = "ended";
    clearTimeout(this.#timer);
  }
}

function argumentError(job: PoolJob, cause: unknown): JobError {
  return new JobError(
    "ERR_JOB_ARGUMENTS",
    `Cannot send the arguments of job "${job.jobName}": ${(cause as Error).message} pass plain data, as for structuredClone()`,
    { cause },
  );
}
