/** What a queue's two ends can be told, and what they make of it. */

import type { RedisOptions } from "ioredis";
import { type Duration, toSeconds, UsageError } from "tsyncio";
import { rangeError } from "../errors.js";
import type { ThreadPoolOptions } from "../thread-pool-executor.js";

/** Where a queue is. Both ends must be told the same. */
export interface QueuePlace {
  /** The name of the queue; `"jobs"` by default. */
  readonly queue?: string | undefined;
  /**
   * Where Redis or Valkey is: a URL (`"redis://user:password@host:6379/0"`) or ioredis's options;
   * `"redis://127.0.0.1:6379"` by default.
   */
  readonly connection?: string | RedisOptions | undefined;
  /** What all keys in Redis begin with; `"bull"` by default, where BullMQ's tools look. */
  readonly prefix?: string | undefined;
}

/** How a `QueueExecutor` works. */
export interface QueueExecutorOptions extends QueuePlace {
  /**
   * Runs the jobs on threads of this process, without Redis: for development and for tests. `true`, or how the pool of
   * threads is to be; `false` by default.
   */
  readonly embedded?: boolean | ThreadPoolOptions | undefined;
  /** How long Redis may be away before those who await a job get an error; 10 seconds by default. */
  readonly patience?: Duration | undefined;
  /** How long the result of a job is kept for those who come back for it; 1 hour by default. */
  readonly keep?: Duration | undefined;
  /** The most bytes that a result may have as JSON; 1 MiB by default. */
  readonly resultLimit?: number | undefined;
  /** How often a job that fails is tried, unless it says so itself; 1 by default. */
  readonly attempts?: number | undefined;
  /** The pause before the second attempt, unless the job says so itself; 1 second by default. Doubles each time. */
  readonly backoff?: Duration | undefined;
}

/** A place, complete. */
export interface Place {
  readonly queue: string;
  readonly prefix: string;
  readonly connection: RedisOptions & { readonly url?: string };
  /** For messages: no password in it. */
  readonly address: string;
}

/** Completes a place. */
export function placeOf({ connection, prefix = "bull", queue = "jobs" }: QueuePlace): Place {
  if (queue === "" || queue.includes(":")) {
    throw rangeError(
      "ERR_INVALID_ARG",
      `Cannot use queue ${JSON.stringify(queue)}: the name must not be empty and have no colon`,
    );
  }
  if (typeof connection === "object") {
    const { host = "127.0.0.1", path, port = 6379 } = connection;
    return { queue, prefix, connection, address: path ?? `${host}:${port}` };
  }
  const url = connection ?? "redis://127.0.0.1:6379";
  return { queue, prefix, connection: { url }, address: addressOf(url) };
}

function addressOf(url: string): string {
  if (url.startsWith("/")) return url;
  if (!URL.canParse(url)) {
    throw rangeError(
      "ERR_INVALID_ARG",
      'Cannot connect to Redis: expected a URL such as "redis://127.0.0.1:6379" as the connection',
    );
  }
  const { host, port } = new URL(url);
  return port === "" ? `${host}:6379` : host;
}

/** A whole number from 1. */
export function count(value: number, option: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Invalid ${option}: expected a whole number from 1, got ${String(value)}`,
  );
}

/** Milliseconds of `duration`. */
export function toMilliseconds(duration: Duration, option: string): number {
  return Math.round(toSeconds(duration, option, 0) * 1000);
}

/** Loads the packages that a queue on Redis needs, which are optional. */
export async function loadPackages(): Promise<{
  readonly bullmq: typeof import("bullmq");
  readonly Redis: typeof import("ioredis").Redis;
}> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (cause) {
    throw new UsageError(
      "ERR_QUEUE_PACKAGES",
      "Cannot use a queue on Redis: bullmq or ioredis is not installed; npm install bullmq ioredis, or run the jobs in this process by { embedded: true }",
      { cause },
    );
  }
}
