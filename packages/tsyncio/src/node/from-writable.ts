/**
 * Streams of Node and of the web, written chunk by chunk by a coroutine. For bytes there is `streamWriterFrom` with
 * asyncio's `write` and `drain`; this writes chunks of any type, and each write waits for room. Counterpart: none in asyncio.
 */
import type { Writable } from "node:stream";
import type { WritableStream, WritableStreamDefaultWriter } from "node:stream/web";
import { fromPromise } from "../interop/from-promise.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { AsyncioError, describeValue, typeError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { StreamChanges } from "./stream-changes.js";

/**
 * The writing end of a stream, by `fromWritable`. It owns the stream: an `asyncWith` block ends it, and aborts it when an
 * error leaves the block.
 *
 * asyncio: none.
 */
export abstract class ChunkWriter<T> implements AsyncContextManager<ChunkWriter<T>> {
  /**
   * Writes `chunk` when there is room. Yields to the loop only when it must wait; a web stream always makes it wait.
   *
   * **Cancellation:** nothing was written.
   * @throws the stream's error, also that of a chunk before.
   * @throws {AsyncioError} when the stream was closed (`ERR_STREAM_CLOSED`).
   */
  abstract write(chunk: T): Operation<void>;

  /**
   * Ends the stream, and waits until everything was written.
   *
   * **Cancellation:** ends the wait; the stream ends all the same.
   * @throws as `write` does.
   */
  abstract end(): Operation<void>;

  /** Ends the stream at once; what was not written is lost. */
  abstract abort(reason?: unknown): void;

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<ChunkWriter<T>> {
    return new Immediate<ChunkWriter<T>>(() => this);
  }

  /**
   * Ends the stream, or aborts it when there is an error; called by `asyncWith`.
   *
   * **Cancellation:** aborts the stream.
   */
  *exit(error: unknown): Coroutine<boolean> {
    if (error !== undefined) {
      this.abort(error);
      return false;
    }
    let ended = false;
    try {
      yield* this.end();
      ended = true;
    } finally {
      if (!ended) this.abort();
    }
    return false;
  }
}

class NodeChunkWriter<T> extends ChunkWriter<T> {
  readonly #writable: Writable;
  readonly #changes: StreamChanges;

  constructor(writable: Writable) {
    super();
    this.#writable = writable;
    this.#changes = new StreamChanges(writable, ["drain", "finish"]);
    this.#changes.listen();
  }

  write(chunk: T): Operation<void> {
    return new Routine("write() to a stream", this.#write(chunk));
  }

  *#write(chunk: T): Coroutine<void> {
    const writable = this.#writable;
    this.#check();
    while (writable.writableNeedDrain) {
      yield* this.#changes.next("room in a stream");
      this.#check();
    }
    writable.write(chunk);
  }

  end(): Operation<void> {
    return new Routine("end() of a stream", this.#end());
  }

  *#end(): Coroutine<void> {
    const writable = this.#writable;
    if (!writable.writableEnded) {
      this.#check();
      writable.end();
    }
    while (!writable.writableFinished) {
      this.#raise();
      if (writable.destroyed) throw closed();
      yield* this.#changes.next("the end of a stream");
    }
  }

  abort(): void {
    this.#writable.destroy();
  }

  #check(): void {
    this.#raise();
    if (this.#writable.destroyed || this.#writable.writableEnded) throw closed();
  }

  #raise(): void {
    const error = this.#changes.failure?.error ?? this.#writable.errored;
    if (error !== undefined && error !== null) throw error;
  }
}

class WebChunkWriter<T> extends ChunkWriter<T> {
  readonly #writer: WritableStreamDefaultWriter<T>;

  constructor(stream: WritableStream<T>) {
    super();
    this.#writer = stream.getWriter();
    // Errors are raised by the calls.
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
  }

  write(chunk: T): Operation<void> {
    return new Routine("write() to a stream", this.#write(chunk));
  }

  *#write(chunk: T): Coroutine<void> {
    yield* fromPromise(() => this.#writer.ready);
    this.#writer.write(chunk).catch(() => {});
  }

  end(): Operation<void> {
    return fromPromise(() => this.#writer.close());
  }

  abort(reason: unknown = closed()): void {
    this.#writer.abort(reason).catch(() => {});
  }
}

/**
 * The writing end of a stream of Node or of the web, whose writes wait for room.
 *
 * **Cancellation:** see `ChunkWriter`.
 *
 * asyncio: none; `streamWriterFrom` is the nearest for bytes.
 * @throws {TypeError} for what is no writable stream, and for a web stream that somebody writes already
 * (`ERR_INVALID_ARG`, `ERR_INVALID_STATE`).
 * @example
 * ```ts no-run
 * import { createWriteStream } from "node:fs";
 *
 * yield* asyncWith(fromWritable(createWriteStream("numbers")), function* (writer) {
 *   for (let n = 0; n < 1_000_000; n++) yield* writer.write(`${n}\n`);
 * });
 * ```
 */
export function fromWritable<T>(stream: WritableStream<T>): ChunkWriter<T>;
export function fromWritable<T = Uint8Array | string>(stream: Writable): ChunkWriter<T>;
export function fromWritable<T>(stream: Writable | WritableStream<T>): ChunkWriter<T> {
  if (typeof (stream as Partial<Writable> | null)?.write === "function") {
    return new NodeChunkWriter<T>(stream as Writable);
  }
  if (typeof (stream as Partial<WritableStream<T>> | null)?.getWriter === "function") {
    return new WebChunkWriter(stream as WritableStream<T>);
  }
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot write chunks: expected a Writable or a WritableStream, got ${describeValue(stream)}`,
  );
}

function closed(): AsyncioError {
  return new AsyncioError(
    "ERR_STREAM_CLOSED",
    "Cannot write chunks: the stream is closed; make a new one",
  );
}
