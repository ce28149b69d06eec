/**
 * Streams of Node and of the web, read chunk by chunk by a coroutine. For bytes with lines and lengths there is
 * `streamReaderFrom`; this keeps chunks, of any type, as they are. Counterpart: none in asyncio.
 */
import type { Readable } from "node:stream";
import type { ReadableStream, ReadableStreamDefaultReader } from "node:stream/web";
import { fromPromise } from "../interop/from-promise.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { AsyncioError, describeValue, typeError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { StreamChanges } from "./stream-changes.js";

type Step<T> = IteratorResult<T, undefined>;

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * The chunks of a stream, by `fromReadable`, for `asyncFor`. It owns the stream: leaving the iteration before its end, and
 * the end of an `asyncWith` block, end the stream too.
 *
 * asyncio: none.
 */
export abstract class ChunkReader<T> implements AsyncContextManager<ChunkReader<T>> {
  /** Itself: `asyncFor` and `for await` iterate it. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Takes the next chunk. Yields to the loop only when none is there; a web stream always makes it wait.
   *
   * **Cancellation:** ends the stream.
   * @throws the stream's error.
   * @throws {AsyncioError} when the stream was closed before its end (`ERR_STREAM_PREMATURE_CLOSE`).
   */
  abstract next(): Operation<Step<T>>;

  /** Ends the stream; what was not read is lost. Twice does no harm. */
  abstract close(): void;

  /**
   * Ends the stream.
   *
   * **Cancellation:** does not wait.
   */
  return(): Operation<Step<T>> {
    this.close();
    return new Immediate<Step<T>>(() => END);
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<ChunkReader<T>> {
    return new Immediate<ChunkReader<T>>(() => this);
  }

  /**
   * Ends the stream; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  exit(_error: unknown): Coroutine<boolean> {
    return new Immediate(() => {
      this.close();
      return false;
    });
  }
}

class NodeChunks<T> extends ChunkReader<T> {
  readonly #readable: Readable;
  readonly #changes: StreamChanges;
  #closed = false;

  constructor(readable: Readable) {
    super();
    this.#readable = readable;
    this.#changes = new StreamChanges(readable, ["readable", "end"]);
  }

  next(): Operation<Step<T>> {
    return new Routine("the next chunk of a stream", this.#next());
  }

  *#next(): Coroutine<Step<T>> {
    try {
      for (;;) {
        const step = this.#take();
        if (step !== undefined) return step;
        yield* this.#changes.next("the next chunk of a stream");
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #take(): Step<T> | undefined {
    const readable = this.#readable;
    const changes = this.#changes;
    if (!readable.destroyed) changes.listen();
    const chunk: T | null = readable.read();
    if (chunk !== null) return { value: chunk, done: false };
    const error = changes.failure?.error ?? readable.errored;
    if (error !== undefined && error !== null) throw error;
    if (readable.readableEnded) {
      // Not closed: the other half of a duplex stream goes on.
      changes.ignore();
      return END;
    }
    if (readable.destroyed) throw closedEarly();
    return undefined;
  }

  close(): void {
    const readable = this.#readable;
    this.#changes.ignore();
    this.#changes.wake();
    if (this.#closed || (readable.readableEnded && !readable.destroyed)) return;
    this.#closed = true;
    // Nobody is interested in what goes wrong from now on, and what was raised here may be emitted yet.
    readable.on("error", () => {});
    readable.destroy();
  }
}

class WebChunks<T> extends ChunkReader<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;

  constructor(stream: ReadableStream<T>) {
    super();
    this.#reader = stream.getReader();
  }

  next(): Operation<Step<T>> {
    return new Routine("the next chunk of a stream", this.#next());
  }

  *#next(): Coroutine<Step<T>> {
    try {
      const { value, done } = yield* fromPromise(() => this.#reader.read());
      return done ? END : { value: value as T, done };
    } catch (error) {
      if (isCancelled(error)) this.#cancel(error);
      throw error;
    }
  }

  close(): void {
    this.#cancel(undefined);
  }

  #cancel(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => {});
  }
}

/**
 * The chunks of a stream of Node or of the web, for `asyncFor`. The stream is paused while nobody asks for the next one.
 *
 * **Cancellation:** of the task that iterates, and leaving the block, end the stream at once; Node's own iteration of a
 * stream waits for the next chunk first.
 *
 * asyncio: none; `streamReaderFrom` is the nearest for bytes.
 * @throws {TypeError} for what is no readable stream, and for a web stream that somebody reads already (`ERR_INVALID_ARG`,
 * `ERR_INVALID_STATE`).
 * @example
 * ```ts no-run
 * import { createReadStream } from "node:fs";
 *
 * let size = 0;
 * yield* asyncFor(fromReadable(createReadStream("big.log")), function* (chunk) {
 *   size += chunk.length;
 * });
 * ```
 */
export function fromReadable<T>(stream: ReadableStream<T>): ChunkReader<T>;
export function fromReadable<T = Buffer>(stream: Readable): ChunkReader<T>;
export function fromReadable<T>(stream: Readable | ReadableStream<T>): ChunkReader<T> {
  if (typeof (stream as Partial<Readable> | null)?.read === "function") {
    return new NodeChunks<T>(stream as Readable);
  }
  if (typeof (stream as Partial<ReadableStream<T>> | null)?.getReader === "function") {
    return new WebChunks(stream as ReadableStream<T>);
  }
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot read chunks: expected a Readable or a ReadableStream, got ${describeValue(stream)}`,
  );
}

function closedEarly(): AsyncioError {
  return new AsyncioError(
    "ERR_STREAM_PREMATURE_CLOSE",
    "Cannot read chunks: the stream was closed before its end; what came is not complete",
  );
}
