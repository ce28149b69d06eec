/** The entry: named re-exports only. */
import "./default-executor.js";

export { JobError, WorkerDiedError } from "./errors.js";
export type {
  Executor,
  ExecutorStats,
  JobItem,
  MapOptions,
  ShutdownOptions,
} from "./executor.js";
export {
  defineJobs,
  type Job,
  type JobModuleOptions,
  type JobOptions,
  type JobResult,
  type Jobs,
} from "./job.js";
export { currentJob, type JobContext } from "./job-context.js";
export type { JobHandle } from "./job-handle.js";
export type { JobFunction } from "./job-registry.js";
export type { PoolExecutor, PoolOptions } from "./pool-executor.js";
export { ProcessPoolExecutor, type ProcessPoolOptions } from "./process-pool-executor.js";
export { ThreadPoolExecutor, type ThreadPoolOptions } from "./thread-pool-executor.js";
export { type Transferable, transfer } from "./transfer.js";
