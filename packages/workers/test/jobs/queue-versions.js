import { defineJobs } from "@tsyncio/workers";

export const jobs = defineJobs(import.meta.url, { which: () => "older" }, { version: "1" });
