/**
 * Jobs as a queue knows them: by the name of the module's file and their own, because the same module lies elsewhere on
 * another machine; and as they are run on a thread, where `currentJob()` must tell the queue's id and the attempt.
 */
import { basename, dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { JobError } from "../errors.js";
import { defineJobs, type Job, type JobInfo } from "../job.js";
import { type JobFunction, jobRegistry } from "../job-registry.js";

/** What a thread is told of a call, in front of its arguments. */
export interface CallOnThread {
  readonly id: string;
  readonly attempt: number;
}

/** What a job on a thread reports. */
export type JobReport = { readonly progress: unknown } | { readonly line: string };

/** A job as threads run it. */
export type JobOnThread = Job<[CallOnThread, ...unknown[]], unknown>;

/** `jobs.thumbnail` for the job `thumbnail` of a file `jobs.ts`, or of `jobs/index.ts`. */
export function queueNameOf({ module, name }: Pick<JobInfo, "module" | "name">): string {
  return `${moduleNameOf(module)}.${name}`;
}

/** The name of a module without its folder and its extension. */
export function moduleNameOf(module: string): string {
  const path = module.startsWith("file:") ? fileURLToPath(module) : module;
  const name = basename(path, extname(path));
  return name === "index" ? basename(dirname(path)) : name;
}

/**
 * The code of the module that stands for `module` on a thread: each of its jobs takes who it is as its first argument,
 * and reports everything through its progress, in order. As text, like all that threads are started with.
 */
const codeFor = (module: string): string => `
import ${JSON.stringify(module)};
const { modules } = globalThis[Symbol.for("tsyncio.workers")];
const jobs = modules.get(${JSON.stringify(module)}) ?? new Map();
modules.set(import.meta.url, new Map(Array.from(jobs, ([name, job]) => [name, {
  ...job,
  start({ args: [{ id, attempt }, ...args], context }, end) {
    return job.start({ fn: job.fn, args, context: {
      ...context,
      id,
      attempt,
      progress: (progress) => context.progress({ progress }),
      log: (line) => context.progress({ line: String(line) }),
    } }, end);
  },
}])));
//# sourceURL=tsyncio:queued-job
`;

/** The job for a pool of threads. */
export function onThread(info: JobInfo): JobOnThread {
  const { module, name, version } = info;
  const url = `data:text/javascript,${encodeURIComponent(codeFor(module))}`;
  const known = jobRegistry.modules.get(url)?.get(name);
  if (known !== undefined) return known.fn as JobOnThread;
  const refuse = (): never => {
    throw new JobError("ERR_JOB_NOT_FOUND", `Cannot run job "${name}" here: it is for a thread`);
  };
  // Each a function of its own: a function can be one job only.
  const jobs: Record<string, JobFunction> = { [name]: () => refuse() };
  return defineJobs(url, jobs, { version })[name] as JobOnThread;
}
