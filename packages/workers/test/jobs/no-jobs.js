/** Defines its job only when it is asked to, which no worker does. */
import { defineJobs } from "@tsyncio/workers";

export function define() {
  return defineJobs(import.meta.url, { work: () => "done" });
}
