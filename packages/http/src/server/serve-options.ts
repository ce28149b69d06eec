import type { ServerOptions as TlsServerOptions } from "node:https";
import type { Duration } from "tsyncio";
import { describeValue, rangeError, typeError } from "../errors.js";
import type { CoroutineLike } from "../operation.js";
import { toMilliseconds } from "../seconds.js";
import type { RequestContext } from "./request-context.js";

/** What a handler may answer: nothing only after it has opened a WebSocket. */
export type Answer = Response | void;

/**
 * Answers requests: a coroutine function, a lowered `async` function, or a function written for the Fetch standard. What
 * it is given besides the request is the `env` of frameworks.
 */
export type Handler = (request: Request, context: RequestContext) => Answer | CoroutineLike<Answer>;

/** What a server accepts at the most. */
export interface ServeLimits {
  /** All headers of a request together, in bytes; 16 KiB. More is answered by 431. */
  readonly headerSize?: number | undefined;
  /** The body of a request in bytes; 16 MiB. More is answered by 413, and the handler is cancelled. */
  readonly bodySize?: number | undefined;
  /** How many requests run at the same time, to the end of their responses; no limit when none is given. */
  readonly concurrency?: number | undefined;
  /** How many wait until they may run; 0. One more is answered by 503. */
  readonly queue?: number | undefined;
  /** How many connections are open at the same time; more are closed at once. No limit when none is given. */
  readonly connections?: number | undefined;
}

/** What `serve` takes besides the handler. */
export interface ServeOptions {
  /** The port; 3000. 0 is any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on; `127.0.0.1`, which is this machine only. `0.0.0.0` or `::` is all of them. */
  readonly hostname?: string | undefined;
  /** A Unix socket in place of a port. */
  readonly path?: string | undefined;
  /** How long a request may take until its response begins; a function decides for each. 504 when it is over. */
  readonly deadline?: Duration | null | ((request: Request) => Duration | null) | undefined;
  readonly limits?: ServeLimits | undefined;
  /** Certificate and key, as for `https.createServer`. */
  readonly tls?: TlsServerOptions | undefined;
  /** How long requests may go on when the server is closed; 5 s. Null waits for them without a limit. */
  readonly grace?: Duration | null | undefined;
  /** How long a connection may be idle between two requests; 5 s. */
  readonly keepAlive?: Duration | undefined;
  /** How many connections may wait to be accepted; 511. */
  readonly backlog?: number | undefined;
  /**
   * Puts light forms of `Request` and `Response` in the place of the global ones, which makes answers several times as
   * fast; true.
   */
  readonly overrideGlobalObjects?: boolean | undefined;
}

/** The limits, complete. */
export interface Limits {
  readonly headerSize: number;
  readonly bodySize: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly connections: number;
}

const KIB = 1024;

/**
 * The limits with their defaults.
 * @throws {RangeError} for one that is none (`ERR_INVALID_LIMIT`).
 */
export function toLimits(limits: ServeLimits = {}): Limits {
  return {
    headerSize: limitOf("headerSize", limits.headerSize, 16 * KIB, 1),
    bodySize: limitOf("bodySize", limits.bodySize, 16 * KIB * KIB, 0),
    concurrency: limitOf("concurrency", limits.concurrency, Number.POSITIVE_INFINITY, 1),
    queue: limitOf("queue", limits.queue, 0, 0),
    connections: limitOf("connections", limits.connections, Number.POSITIVE_INFINITY, 1),
  };
}

function limitOf(name: string, value: unknown, fallback: number, least: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= least) return value;
  throw rangeError(
    "ERR_INVALID_LIMIT",
    `Cannot serve: limits.${name} must be a number of at least ${least}, got ${describeValue(value)}`,
  );
}

/** @throws {TypeError} when `handler` is no function (`ERR_INVALID_ARG`). */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot serve: expected a function as handler, got ${describeValue(handler)}; of a framework's app, pass app.fetch`,
  );
}

/**
 * Before anything begins.
 * @throws {RangeError} for what is no port (`ERR_INVALID_ARG`) and no duration (`ERR_INVALID_DURATION`).
 */
export function checkOptions({ port = 0, deadline, grace, keepAlive }: ServeOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw rangeError(
      "ERR_INVALID_ARG",
      `Cannot serve: port must be an integer from 0 to 65535, got ${describeValue(port)}`,
    );
  }
  for (const [name, duration] of Object.entries({ deadline, grace, keepAlive })) {
    if (typeof duration !== "function") toMilliseconds(duration ?? 0, name);
  }
}
