/** The entry `@tsyncio/workers/queue`: named re-exports only. */
export type { QueueCounts } from "./queue/queue-backend.js";
export { QueueExecutor, type QueueJobHandle } from "./queue/queue-executor.js";
export type { QueueExecutorOptions, QueuePlace } from "./queue/queue-options.js";
export { type QueueWorkerOptions, runWorker } from "./queue/run-worker.js";
