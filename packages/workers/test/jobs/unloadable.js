/** Throws when a worker loads it. */
import { isMainThread } from "node:worker_threads";
import { defineJobs } from "@tsyncio/workers";

if (!isMainThread || process.argv[1] === undefined) throw new TypeError("no database configured");
export const jobs = defineJobs(import.meta.url, { work: () => "done" });
