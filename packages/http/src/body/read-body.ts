/**
 * Bodies of requests and answers, read in coroutines: the methods of `Request` and `Response` give promises, and nobody
 * can take back what a promise has begun.
 */
import {
  asyncGenerator,
  type Coroutine,
  type CoroutineGenerator,
  fromPromise,
  LimitOverrunError,
  type Operation,
} from "tsyncio";
import { BodyTooLargeError, describeValue, rangeError } from "../errors.js";
import { toOperation } from "../operation.js";
import { type BodyReader, OPEN_BODY } from "./body-reader.js";
import { StreamBodyReader } from "./stream-body-reader.js";

/** What has a body: a `Request`, a `Response`, the answer to a `fetch`. */
export interface BodySource {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly url: string;
  /** @internal */
  [OPEN_BODY]?(): BodyReader | undefined;
}

/** @internal A reader of its body, undefined when there is none. */
export function openBody(source: BodySource): BodyReader | undefined {
  if (source[OPEN_BODY] !== undefined) return source[OPEN_BODY]();
  return source.body === null ? undefined : new StreamBodyReader(source.body);
}

/** What the functions take that read a body to its end. */
export interface ReadOptions {
  /** The longest body in bytes; no limit when none is given. */
  readonly limit?: number | undefined;
}

/** What `readLines` takes. */
export interface ReadLinesOptions {
  /** The longest line in bytes; 1 MiB when none is given. */
  readonly limit?: number | undefined;
}

const MIB = 1024 * 1024;

/**
 * The whole body as bytes.
 *
 * **Cancellation:** what has come is lost and the transfer is aborted.
 * @throws {BodyTooLargeError} when it is longer than `limit`; the transfer is aborted.
 * @throws {FetchError} when the connection is lost before its end.
 */
export function readBytes(
  source: BodySource,
  options: ReadOptions = {},
): Operation<Uint8Array<ArrayBuffer>> {
  return toOperation("readBytes", collect(source, options));
}

/**
 * The whole body as text, from UTF-8.
 *
 * **Cancellation:** what has come is lost and the transfer is aborted.
 * @throws {BodyTooLargeError} when it is longer than `limit`; the transfer is aborted.
 * @throws {FetchError} when the connection is lost before its end.
 */
export function readText(source: BodySource, options: ReadOptions = {}): Operation<string> {
  return toOperation("readText", textOf(source, options));
}

/**
 * The whole body, parsed as JSON.
 *
 * **Cancellation:** what has come is lost and the transfer is aborted.
 * @throws {SyntaxError} for what is no JSON.
 * @throws {BodyTooLargeError} when it is longer than `limit`; the transfer is aborted.
 * @throws {FetchError} when the connection is lost before its end.
 */
export function readJson<T = unknown>(source: BodySource, options: ReadOptions = {}): Operation<T> {
  return toOperation("readJson", parsed<T>(source, options));
}

/**
 * The body as it comes, for `asyncFor`. No more is taken from the connection than is asked for.
 *
 * **Cancellation:** aborts the transfer; so does leaving the loop early.
 */
export function readChunks(source: BodySource): CoroutineGenerator<Uint8Array> {
  return asyncGenerator(function* chunks(emit) {
    const reader = openBody(source);
    if (reader === undefined) return;
    try {
      for (;;) {
        const chunk = yield* reader.read();
        if (chunk === undefined) return;
        yield* emit(chunk);
      }
    } finally {
      reader.cancel();
    }
  });
}

/**
 * The lines of the body, for `asyncFor`: UTF-8 text without the `\n` or `\r\n` at the end.
 *
 * **Cancellation:** aborts the transfer; so does leaving the loop early.
 * @throws {LimitOverrunError} for a line that is longer than `limit`; the transfer is aborted.
 */
export function readLines(
  source: BodySource,
  options: ReadLinesOptions = {},
): CoroutineGenerator<string> {
  const limit = checkLimit(options.limit);
  return asyncGenerator(function* lines(emit) {
    const reader = openBody(source);
    if (reader === undefined) return;
    let rest: Uint8Array[] = [];
    let held = 0;
    try {
      for (;;) {
        const chunk = yield* reader.read();
        if (chunk === undefined) break;
        let from = 0;
        for (;;) {
          const end = chunk.indexOf(10, from);
          const upTo = end < 0 ? chunk.length : end;
          held += upTo - from;
          if (held > limit) throw lineTooLong(source.url, limit, held);
          rest.push(chunk.subarray(from, upTo));
          if (end < 0) break;
          const line = lineOf(rest);
          rest = [];
          held = 0;
          from = end + 1;
          yield* emit(line);
        }
      }
      if (held > 0) yield* emit(lineOf(rest));
    } finally {
      reader.cancel();
    }
  });
}

function lineOf(pieces: Uint8Array[]): string {
  const text = Buffer.concat(pieces).toString("utf8");
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

function lineTooLong(url: string, limit: number, held: number): LimitOverrunError {
  return new LimitOverrunError(
    `Cannot read a line of ${url}: it is longer than ${limit} bytes; raise the limit`,
    held,
  );
}

/** @internal @throws {RangeError} for what is no limit (`ERR_INVALID_ARG`). */
export function checkLimit(limit = MIB): number {
  if (limit > 0) return limit;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot read the body: limit must be a positive number, got ${describeValue(limit)}`,
  );
}

function* collect(source: BodySource, options: ReadOptions): Coroutine<Uint8Array<ArrayBuffer>> {
  const limit = checkLimit(options.limit ?? Number.POSITIVE_INFINITY);
  // A request of a server: its stream is made when it is asked for, and takes longer.
  if (limit === Number.POSITIVE_INFINITY && "method" in source) {
    return new Uint8Array(yield* fromPromise((source as Request).arrayBuffer()));
  }
  const reader = openBody(source);
  if (reader === undefined) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = yield* reader.read();
    if (chunk === undefined) break;
    length += chunk.length;
    if (length > limit) {
      reader.cancel();
      throw new BodyTooLargeError(source.url, limit);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function* textOf(source: BodySource, options: ReadOptions): Coroutine<string> {
  return new TextDecoder().decode(yield* collect(source, options));
}

function* parsed<T>(source: BodySource, options: ReadOptions): Coroutine<T> {
  return JSON.parse(yield* textOf(source, options)) as T;
}
