import { defineJobs } from "@tsyncio/workers";

/** Those of ../queue-versions.js, changed. */
export const jobs = defineJobs(import.meta.url, { which: () => "newer" }, { version: "2" });
