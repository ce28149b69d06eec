/** What the benchmarks of workers do: as jobs of tsyncio, and as functions for piscina and tinypool. */
import { defineJobs } from "@tsyncio/workers";

/** Gives back what it got. @param {number} value */
export function noop(value) {
  return value;
}

/** Computes for some milliseconds. @param {number} ms */
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

export const jobs = defineJobs(import.meta.url, { noop, spin });

/** @typedef {typeof jobs} BenchJobs */
