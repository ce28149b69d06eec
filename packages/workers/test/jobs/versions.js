/** Says another version in a worker. */
import { isMainThread } from "node:worker_threads";
import { defineJobs } from "@tsyncio/workers";

const isWorker = !isMainThread || process.argv[1] === undefined;
export const jobs = defineJobs(
  import.meta.url,
  { work: () => "done" },
  { version: isWorker ? "2" : "1" },
);
