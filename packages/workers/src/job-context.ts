/** What a job knows of itself while it runs, on whatever worker. */
import { ContextVar } from "tsyncio";

/** The connection of a running job to who submitted it. */
export interface JobContext {
  /** The id of the job; its submitter knows it by the same. */
  readonly id: string | number;
  /** Its name. */
  readonly name: string;
  /** 1, or more when the executor has tried before. */
  readonly attempt: number;
  /**
   * True when the submitter has cancelled the job: for functions that compute, which no `CancelledError` can reach. One
   * that goes on regardless is stopped after the executor's grace time, with its worker.
   */
  cancelled(): boolean;
  /** Tells how far it has come; the latest is the `progress` of the submitter's handle. Is copied. */
  progress(value: unknown): void;
  /** Adds a line to the `log` of the submitter's handle. */
  log(line: string): void;
  /** Seconds left until its deadline, not below 0; `Infinity` without one. */
  remaining(): number;
}

/** The context of a function that no executor runs. */
const NO_JOB: JobContext = {
  id: 0,
  name: "",
  attempt: 1,
  cancelled: () => false,
  progress: () => {},
  log: () => {},
  remaining: () => Number.POSITIVE_INFINITY,
};

/** Set where a job is started; its tasks inherit it. */
export const jobContext = new ContextVar<JobContext>("tsyncio.job", { default: NO_JOB });

/**
 * The job that is running. Outside any job, so that its function can be called directly, nothing is cancelled and reports
 * go nowhere. In an `async` function that is not transformed, ask before the first `await`.
 */
export function currentJob(): JobContext {
  return jobContext.get();
}
