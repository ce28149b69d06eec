/**
 * Jobs: functions that another thread, process or machine finds by the URL of their module and their name. Nothing of a
 * function's source travels. The module that defines them is loaded there once more, so it should do nothing else.
 *
 * Counterpart: a function at the top of a module, which is what `pickle` sends to a `ProcessPoolExecutor`.
 */
import { realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { type Duration, type Suspension, toSeconds, UsageError } from "tsyncio";
import { describeValue, rangeError, typeError } from "./errors.js";
import { type JobFunction, jobRegistry } from "./job-registry.js";
import { startJob } from "./job-runner.js";
import { serve } from "./worker-side.js";

jobRegistry.serve ??= serve;

/** How one call of a job is to be done; given by `job.with(options)`. */
export interface JobOptions {
  /** The time it may take from being submitted to its end, waiting for a worker included; none by default. */
  readonly deadline?: Duration | undefined;
  /** Jobs with a higher number go first; 0 by default. */
  readonly priority?: number | undefined;
  /**
   * For queues; pools ignore it: submitted again under the same key, while its result is kept, it is the same job. None
   * by default.
   */
  readonly key?: string | undefined;
  /** For queues; pools ignore it: how often it is tried before it fails; the executor's by default. */
  readonly attempts?: number | undefined;
  /** For queues; pools ignore it: the pause before the second attempt, doubled each time; the executor's by default. */
  readonly backoff?: Duration | undefined;
}

/** A function that executors run elsewhere. Called, it is the function itself and runs here. */
export type Job<A extends unknown[], R> = ((...args: A) => R) & {
  /** The same job, with options for the calls that are submitted. */
  with(options: JobOptions): Job<A, R>;
};

/** What awaiting a job of a function that returns `R` gives. */
export type JobResult<R> = R extends { [Symbol.iterator](): Iterator<Suspension, infer T, never> }
  ? T
  : R extends PromiseLike<infer T>
    ? T
    : R;

/** The jobs of a module. */
export type Jobs<T extends Record<string, JobFunction>> = {
  readonly [K in keyof T]: Job<Parameters<T[K]>, ReturnType<T[K]>>;
};

/** What there is to know about all jobs of a module. */
export interface JobModuleOptions {
  /**
   * A worker whose module says another version refuses the jobs. For workers that are not started by this program; none
   * by default.
   */
  readonly version?: string | undefined;
}

/** What an executor knows of a job. */
export interface JobInfo {
  /** The URL of its module. */
  readonly module: string;
  readonly name: string;
  readonly version: string | undefined;
  /** Milliseconds it computes, by experience; undefined before the first has ended, and for what waits. */
  estimate: number | undefined;
}

const INFO: unique symbol = Symbol.for("tsyncio.job") as never;

interface Marks {
  [INFO]: { readonly info: JobInfo; readonly options: JobOptions };
}

/**
 * Makes jobs of functions: plain ones, which run to their end; `function*` and, where the program is transformed, `async`
 * functions, which run on a loop in the worker and can be cancelled there. Call it at the top of a module that does
 * nothing else, because every worker loads that module.
 *
 * @param module - where workers find the jobs: `import.meta.url`, or `__filename`.
 * @param functions - the jobs by their names.
 * @throws {UsageError} in the file the program was started with (`ERR_JOBS_IN_MAIN`), in a bundle without the bundler
 * plugin (`ERR_JOBS_IN_BUNDLE`), for a name the module has defined already (`ERR_JOB_TWICE`).
 * @throws {TypeError} for what is no function (`ERR_INVALID_ARG`).
 */
export function defineJobs<T extends Record<string, JobFunction>>(
  module: string,
  functions: T,
  options: JobModuleOptions = {},
): Jobs<T> {
  const url = urlOf(module as ModulePlace);
  let known = jobRegistry.modules.get(url);
  if (known === undefined) {
    known = new Map();
    jobRegistry.modules.set(url, known);
  }
  for (const [name, fn] of Object.entries(functions)) {
    if (typeof fn !== "function") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot define job "${name}": expected a function, got ${describeValue(fn)}`,
      );
    }
    if (known.has(name) || Object.hasOwn(fn, INFO)) {
      throw new UsageError(
        "ERR_JOB_TWICE",
        `Cannot define job "${name}" of ${url}: it is defined already; define each function once, under a name of its own`,
      );
    }
    known.set(name, { fn, version: options.version, start: startJob });
    mark(fn, { module: url, name, version: options.version, estimate: undefined }, {});
  }
  return functions as unknown as Jobs<T>;
}

function mark(fn: JobFunction, info: JobInfo, options: JobOptions): void {
  const withOptions = (more: JobOptions): JobFunction => {
    checkOptions(info, more);
    const bound: JobFunction = (...args) => fn(...args);
    mark(bound, info, { ...options, ...more });
    return bound;
  };
  Object.defineProperty(fn, INFO, { value: { info, options } });
  Object.defineProperty(fn, "with", { value: withOptions });
}

function checkOptions(info: JobInfo, { deadline, priority = 0 }: JobOptions): void {
  if (deadline !== undefined) toSeconds(deadline, `deadline of job "${info.name}"`, 0);
  if (!Number.isFinite(priority)) {
    throw rangeError(
      "ERR_INVALID_ARG",
      `Cannot set priority of job "${info.name}": expected a number, got ${describeValue(priority)}`,
    );
  }
}

/** The object is what the bundler plugin writes: the module is a file of its own. */
type ModulePlace = string | { readonly url: string };

/** Where `module` is; refuses what a worker could not load without running the program once more. */
function urlOf(module: ModulePlace): string {
  if (typeof module === "object" && typeof module?.url === "string") {
    refuseMain(module.url);
    return module.url;
  }
  if (typeof module !== "string" || module === "") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot define jobs: expected import.meta.url as the first argument, got ${describeValue(module)}`,
    );
  }
  const url = isAbsolute(module) ? pathToFileURL(module).href : module;
  if (url === import.meta.url) throw bundled(`${url}: each worker would run all that is in it`);
  // webpack and Rspack write the URLs of the sources into a bundle, this module's as well.
  if ((import.meta as { webpack?: number }).webpack !== undefined) {
    throw bundled(`of webpack or Rspack: workers would look for ${url}, which is not part of it`);
  }
  refuseMain(url);
  return url;
}

function bundled(where: string): UsageError {
  return new UsageError(
    "ERR_JOBS_IN_BUNDLE",
    `Cannot define jobs in the bundle ${where}; build it with the plugin of @tsyncio/transform for Vite, Rollup or Rolldown, which makes a file of its own of each jobs module, or leave the jobs module out of the bundle`,
  );
}

function refuseMain(url: string): void {
  if (url === mainModule()) {
    throw new UsageError(
      "ERR_JOBS_IN_MAIN",
      `Cannot define jobs in ${url}: the program was started with this file, and each worker would run it again; define them in a module of their own and import that`,
    );
  }
}

function mainModule(): string | undefined {
  const [, main] = process.argv;
  if (main === undefined) return undefined;
  try {
    return pathToFileURL(realpathSync(main)).href;
  } catch {
    return undefined;
  }
}

/**
 * What is behind a job.
 * @throws {TypeError} for any other function, with the cure (`ERR_NOT_A_JOB`); `action` begins the message.
 */
export function jobOf(
  job: unknown,
  action: string,
): { readonly info: JobInfo; readonly options: JobOptions } {
  const marked = typeof job === "function" ? (job as Partial<Marks>)[INFO] : undefined;
  if (marked !== undefined) return marked;
  throw typeError(
    "ERR_NOT_A_JOB",
    `Cannot ${action} ${describeValue(job)}: only jobs can be run elsewhere, because a function and what it closes over do not travel; define it in a module of its own: export const jobs = defineJobs(import.meta.url, { name(...) { ... } })`,
  );
}
