/** Defines a job where the program runs, and another one where a worker loads it. */
import { isMainThread } from "node:worker_threads";
import { defineJobs } from "@tsyncio/workers";

const isWorker = !isMainThread || process.argv[1] === undefined;
export const jobs = defineJobs(import.meta.url, isWorker ? { other() {} } : { here: () => "here" });
