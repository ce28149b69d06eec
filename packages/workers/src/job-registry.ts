/**
 * The jobs that the modules loaded on this thread have defined. It lives under one registered symbol, because a bundle
 * may hold a second copy of this package: a job is started by the copy that defined it, on that copy's `tsyncio`.
 */
import type { StartJob } from "./job-runner.js";

/** Any function that may become a job. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are those of the job, whatever they are
export type JobFunction = (...args: any[]) => unknown;

/** A job as a worker finds it. */
export interface RegisteredJob {
  readonly fn: JobFunction;
  readonly version: string | undefined;
  readonly start: StartJob;
}

interface Registry {
  /** By the URL of their module, then by their name. */
  readonly modules: Map<string, Map<string, RegisteredJob>>;
  /** What makes this thread a worker; the bootstrap code of a worker calls it once its first module is loaded. */
  serve: ((side: never) => void) | undefined;
}

const KEY: unique symbol = Symbol.for("tsyncio.workers");

/** What all copies of this package on this thread share. */
export const jobRegistry: Registry = shared();

function shared(): Registry {
  const globals = globalThis as { [KEY]?: Registry };
  globals[KEY] ??= { modules: new Map(), serve: undefined };
  return globals[KEY];
}
