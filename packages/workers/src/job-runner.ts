/**
 * Runs jobs where they were sent to; what threads, processes and queue workers have in common. A plain function ends
 * within the call of `startJob`; anything that waits is a run of its own on this thread's loop.
 */
import {
  type AnyIterable,
  asyncFor,
  CancelledError,
  type Coroutine,
  copyContext,
  fromPromise,
  isAwaitable,
  isCoroutine,
  isFuture,
  run,
  Semaphore,
  TimeoutError,
} from "tsyncio";
import { describeValue, JobError } from "./errors.js";
import { type JobContext, jobContext } from "./job-context.js";
import { type JobFunction, jobRegistry, type RegisteredJob } from "./job-registry.js";

/** Told how a job ends, once. */
export interface JobEnd {
  done(value: unknown): void;
  failed(error: unknown): void;
  /** For a stream: the next item, before the end. */
  item?(value: unknown): void;
}

/** A job that has begun and goes on. */
export interface RunningJob {
  /** Raises `CancelledError` at its await. */
  cancel(reason: unknown): void;
  /** For a stream: allows it that many items more. */
  allow(items: number): void;
}

/** One call of a job. */
export interface JobCall {
  readonly fn: JobFunction;
  readonly args: readonly unknown[];
  readonly context: JobContext;
  /** For a stream: how many items it may make before it is allowed more. */
  readonly credit?: number;
}

/** Starts a call; undefined when it has ended already. */
export type StartJob = (call: JobCall, end: JobEnd) => RunningJob | undefined;

export const startJob: StartJob = (call, end) => {
  const { args, context, credit, fn } = call;
  const inside = copyContext();
  let result: unknown;
  try {
    result = inside.run(() => {
      jobContext.set(context);
      return fn(...args);
    });
  } catch (error) {
    end.failed(error);
    return undefined;
  }
  if (credit === undefined && !waits(result)) {
    end.done(result);
    return undefined;
  }
  const controller = new AbortController();
  const options = { name: context.name, context: inside, signal: controller.signal };
  const expiry = expireAt(context, controller);
  const credits = new Semaphore(credit ?? 0);
  let outcome = run(toRun(result), options);
  if (credit !== undefined) {
    outcome = outcome.then((items) => run(handOut(context.name, items, credits, end), options));
  }
  outcome
    .finally(() => clearTimeout(expiry))
    .then(
      (value) => end.done(value),
      (error: unknown) => end.failed(error === cancelled ? new CancelledError(cancelled) : error),
    );
  let cancelled: unknown = controller;
  return {
    cancel(reason) {
      cancelled = reason ?? null;
      controller.abort(cancelled);
    },
    allow(items) {
      for (let i = 0; i < items; i++) credits.release();
    },
  };
};

/** Milliseconds that a timer of the engine can take. */
const LONGEST = 0x7fffffff;

/** The deadline ends a job where it runs, too: who submitted it may be far, or gone. */
function expireAt(
  context: JobContext,
  controller: AbortController,
): ReturnType<typeof setTimeout> | undefined {
  const ms = context.remaining() * 1000;
  if (ms === Number.POSITIVE_INFINITY) return undefined;
  const expire = (): void => {
    controller.abort(new TimeoutError(`Job "${context.name}" did not end before its deadline`));
  };
  return setTimeout(expire, Math.min(ms, LONGEST));
}

function waits(result: unknown): boolean {
  return (
    typeof result === "object" &&
    result !== null &&
    (isAwaitable(result) || typeof (result as PromiseLike<unknown>).then === "function")
  );
}

/**
 * What to run for a job's result. A lowered `async` function that was called outside a run has begun, and the run adopts
 * it only as it is: one that merely awaited it could not cancel it.
 */
function toRun(result: unknown): Coroutine<unknown> {
  return isCoroutine(result) ? result : outcomeOf(result);
}

function* outcomeOf(result: unknown): Coroutine<unknown> {
  if (isFuture(result)) return yield* result;
  return waits(result) ? yield* fromPromise(result as PromiseLike<unknown>) : result;
}

/** The items of a stream, one for each credit. */
function* handOut(
  name: string,
  items: unknown,
  credits: Semaphore,
  end: JobEnd,
): Coroutine<undefined> {
  if (!isIterable(items)) {
    throw new JobError(
      "ERR_NOT_A_STREAM",
      `Cannot stream job "${name}": it gives ${describeValue(items)}; return something to iterate, such as asyncGenerator(function* (emit) { ... })`,
    );
  }
  yield* asyncFor(items, function* handOver(item) {
    yield* credits.acquire();
    end.item?.(item);
  });
  return undefined;
}

function isIterable(value: unknown): value is AnyIterable<unknown> {
  const source = value as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  return typeof (source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator]) === "function";
}

/** A job by name. */
export interface JobName {
  readonly module: string;
  readonly name: string;
  readonly version: string | undefined;
}

/**
 * The job of that name, from its module, which has been loaded.
 * @throws {JobError} when it is not there (`ERR_JOB_NOT_FOUND`) or of another version (`ERR_JOB_VERSION`).
 */
export function findJob({ module, name, version }: JobName): RegisteredJob {
  const known = jobRegistry.modules.get(module);
  const found = known?.get(name);
  if (found === undefined) {
    const names = [...(known?.keys() ?? [])].join(", ") || "none";
    throw new JobError(
      "ERR_JOB_NOT_FOUND",
      `Cannot run job "${name}": ${module} defines no such job when a worker loads it, but: ${names}; call defineJobs at the top of the module, and give workers the same version of it`,
    );
  }
  if (found.version !== version) {
    throw new JobError(
      "ERR_JOB_VERSION",
      `Cannot run job "${name}": it was submitted for version ${version ?? "(none)"} of ${module}, this worker has ${found.version ?? "(none)"}; update the worker or the submitter`,
    );
  }
  return found;
}

/** The error for a module that cannot be loaded. */
export function moduleError(module: string, cause: unknown): JobError {
  return new JobError(
    "ERR_JOB_MODULE",
    `Cannot load ${module} in a worker: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );
}
