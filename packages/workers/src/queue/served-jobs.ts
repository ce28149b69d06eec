/** The jobs of the modules that a queue worker was started with. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { JobError } from "../errors.js";
import { type JobInfo, jobOf } from "../job.js";
import { jobRegistry } from "../job-registry.js";
import { moduleError } from "../job-runner.js";
import { type JobOnThread, moduleNameOf, onThread, queueNameOf } from "./queued-job.js";

/** By the names that they have in a queue. */
export type ServedJobs = ReadonlyMap<string, JobInfo>;

/**
 * Loads modules and finds the jobs that they define or export.
 *
 * @param modules - files by their paths or URLs.
 * @throws {JobError} when a module throws (`ERR_JOB_MODULE`), defines no jobs (`ERR_NO_JOBS`), or defines jobs that have
 * the same name in a queue as those of another (`ERR_JOB_TWICE`).
 */
export async function loadJobs(modules: readonly (string | URL)[]): Promise<ServedJobs> {
  const served = new Map<string, JobInfo>();
  for (const each of modules) {
    const url = urlOf(each);
    for (const info of await jobsOf(url)) {
      const name = queueNameOf(info);
      const other = served.get(name);
      if (other !== undefined && other.module !== info.module) {
        throw new JobError(
          "ERR_JOB_TWICE",
          `Cannot serve ${info.module}: "${name}" is also a job of ${other.module}; give one of the files another name`,
        );
      }
      served.set(name, info);
    }
  }
  return served;
}

function urlOf(module: string | URL): string {
  if (module instanceof URL) return module.href;
  return module.startsWith("file:") ? module : pathToFileURL(resolve(module)).href;
}

async function jobsOf(url: string): Promise<JobInfo[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  } catch (error) {
    throw moduleError(url, error);
  }
  const defined = [...(jobRegistry.modules.get(url)?.values() ?? [])].map(({ fn }) => fn);
  const infos = new Set<JobInfo>();
  for (const value of [...defined, ...Object.values(exported)]) {
    for (const info of infosIn(value)) infos.add(info);
  }
  if (infos.size > 0) return [...infos];
  throw new JobError(
    "ERR_NO_JOBS",
    `Cannot serve ${url}: it defines no jobs; call defineJobs at the top of the module, or export what another module defines`,
  );
}

/** The job that `value` is, or the jobs in the record that it is. */
function infosIn(value: unknown): JobInfo[] {
  if (typeof value === "function") {
    const info = infoOf(value);
    return info === undefined ? [] : [info];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item: unknown) => {
    const info = typeof item === "function" ? infoOf(item) : undefined;
    return info === undefined ? [] : [info];
  });
}

function infoOf(value: unknown): JobInfo | undefined {
  try {
    return jobOf(value, "serve").info;
  } catch {
    return undefined;
  }
}

/**
 * The job for a call.
 * @throws {JobError} when it is not served (`ERR_JOB_NOT_FOUND`) or of another version (`ERR_JOB_VERSION`).
 */
export function servedJob(
  served: ServedJobs,
  name: string,
  version: string | undefined,
): JobOnThread {
  const info = served.get(name);
  if (info === undefined) {
    throw new JobError(
      "ERR_JOB_NOT_FOUND",
      `Cannot run job "${name}": the worker that took it serves ${[...served.keys()].join(", ")}; start workers with the module that defines it, or give it a queue of its own`,
    );
  }
  if (info.version !== version) {
    throw new JobError(
      "ERR_JOB_VERSION",
      `Cannot run job "${name}": it was submitted for version ${version ?? "(none)"} of ${moduleNameOf(info.module)}, the worker that took it has ${info.version ?? "(none)"}; update the worker or the submitter`,
    );
  }
  return onThread(info);
}
