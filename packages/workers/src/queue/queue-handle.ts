import { TimeoutError, toSeconds } from "tsyncio";
import type { JobInfo, JobOptions } from "../job.js";
import { JobHandle } from "../job-handle.js";
import type { Packed } from "./packed.js";

/** What a handle tells its executor. */
export interface OwnerOfHandles {
  /** Is done; once. With `end`, the job is not, and should be ended for that reason. */
  over(
    handle: QueueHandle,
    how: "completed" | "failed" | "cancelled",
    end?: { readonly reason: unknown },
  ): void;
}

/** A call as it was submitted; undefined in a handle that was attached to a job submitted before. */
export interface Submitted {
  readonly args: Packed;
  readonly attempts: number;
  /** Milliseconds. */
  readonly backoff: number;
}

/** A job of a queue: the handle that its submitter has, or one who came back for it. */
export class QueueHandle<T = unknown> extends JobHandle<T> {
  readonly id: string;
  readonly info: JobInfo;
  readonly options: JobOptions;
  readonly submitted: Submitted | undefined;
  /** Milliseconds since 1970; 0 for none. */
  readonly deadline: number;
  /** True when the queue has the job, or has been asked for it. */
  isSent: boolean;
  readonly #owner: OwnerOfHandles;
  #timer: NodeJS.Timeout | undefined;
  /** The job has ended as cancelled: there is nothing left to be ended. */
  #isOver = false;

  constructor(
    owner: OwnerOfHandles,
    id: string,
    job: { readonly info: JobInfo; readonly options: JobOptions },
    submitted?: Submitted,
  ) {
    super();
    this.#owner = owner;
    this.id = id;
    this.info = job.info;
    this.options = job.options;
    this.submitted = submitted;
    this.isSent = false;
    const { deadline } = job.options;
    if (deadline === undefined) {
      this.deadline = 0;
      return;
    }
    const ms = toSeconds(deadline, "deadline", 0) * 1000;
    this.deadline = Date.now() + ms;
    this.#timer = setTimeout(() => this.#expire(deadline), ms);
  }

  get jobName(): string {
    return this.info.name;
  }

  #expire(deadline: unknown): void {
    if (this.done()) return;
    const unit = typeof deadline === "number" ? " s" : "";
    super.setException(
      new TimeoutError(`Job "${this.jobName}" did not end within ${String(deadline)}${unit}`),
    );
    this.#owner.over(this as QueueHandle, "failed", { reason: "its deadline has passed" });
  }

  /** It was cancelled here. */
  abort(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#owner.over(this as QueueHandle, "cancelled", this.#isOver ? undefined : { reason });
  }

  /** It was cancelled by another, or is given up: the job itself is left alone. */
  cancelledElsewhere(reason: unknown): void {
    if (this.done()) return;
    this.#isOver = true;
    this.cancel(reason);
  }

  override setResult(value: T): void {
    clearTimeout(this.#timer);
    super.setResult(value);
    this.#owner.over(this as QueueHandle, "completed");
  }

  override setException(error: unknown): void {
    clearTimeout(this.#timer);
    super.setException(error);
    this.#owner.over(this as QueueHandle, "failed");
  }
}
