/**
 * The reading end of a byte stream: a buffer that a source fills and coroutines read from.
 *
 * Whoever has bytes gives them to `feedData`; the source is paused while more than twice the limit is unread and resumed
 * at the limit. Counterpart: `asyncio.StreamReader`.
 */
import { describeValue, rangeError, typeError } from "../kernel/errors.js";
import type { Operation } from "../kernel/operation.js";
import { DONE, FAILED } from "../kernel/waitable.js";
import { ByteQueue } from "./byte-queue.js";
import {
  NextLine,
  Read,
  ReadExactly,
  ReadLine,
  type ReadOperation,
  ReadToEnd,
  ReadUntil,
  type Separators,
} from "./read-operations.js";

/** How many bytes a line may have, and half of how many are buffered, where nothing else was said. */
export const DEFAULT_LIMIT = 65_536;

/** What a reader gets its bytes from, as far as it can be held back. */
export interface ReadSource {
  /** Stops the bytes. */
  pause(): unknown;
  /** Lets them come again. */
  resume(): unknown;
  /** What it is, for messages. */
  describePeer?(): string;
}

/** What a stream may be given. */
export interface StreamReaderOptions {
  /** Bytes that may stand before a separator, and half of what is buffered; 65,536 when none is given. */
  readonly limit?: number | undefined;
}

/** What separates: text, bytes, or several of them. */
export type Separator = string | Uint8Array;

/**
 * The reading end of a byte stream. What it gives are buffers that share memory with the packets they came in.
 *
 * | state | `ended` | `failure` |
 * | --- | --- | --- |
 * | open | false | undefined |
 * | at its end | true | undefined |
 * | failed | any | set |
 *
 * R1. At most one read waits, and it waits only while it cannot be answered.
 * R2. A failure is raised before any byte that is left, by every read.
 * R3. The source is paused by bytes that come while more than twice the limit is unread and nobody waits; at the limit, or
 * when a read waits for more, it is resumed.
 *
 * A read yields to the loop only when its bytes are not there. One task reads at a time.
 *
 * **Cancellation:** a read that is cancelled has taken nothing; the next one gets what it would have got.
 *
 * asyncio: `StreamReader`.
 */
export class StreamReader {
  /** @internal */
  readonly limit: number;
  /** @internal */
  ended = false;
  /** @internal */
  failure: { readonly error: unknown } | undefined = undefined;
  /** @internal The read that waits. */
  waiting: ReadOperation<unknown> | undefined = undefined;
  /** Made by the first byte: most connections of a big server are silent. */
  #bytes: ByteQueue | undefined = undefined;
  #source: ReadSource | undefined;
  #paused = false;

  /**
   * @param source - what is paused while too much is unread.
   * @throws {RangeError} when the limit is no positive number (`ERR_INVALID_ARG`).
   */
  constructor(source?: ReadSource, options: StreamReaderOptions = {}) {
    this.#source = source;
    this.limit = checkLimit(options.limit);
  }

  /**
   * Reads at most `size` bytes, as soon as there is one; without `size`, everything up to the end. No bytes are the end.
   *
   * **Cancellation:** takes nothing.
   *
   * asyncio: `read`; there a cancelled read of everything loses what had come.
   * @throws the error of the connection.
   */
  read(size = -1): Operation<Buffer> {
    if (!Number.isInteger(size) && size !== Infinity) throw badSize("read", size);
    return size < 0 || size === Infinity ? new ReadToEnd(this) : new Read(this, size);
  }

  /**
   * Reads `size` bytes.
   *
   * **Cancellation:** takes nothing.
   *
   * asyncio: `readexactly`.
   * @throws {IncompleteReadError} when the stream ends before; it holds what had come.
   * @throws {RangeError} for a negative size (`ERR_INVALID_ARG`).
   * @throws the error of the connection.
   */
  readExactly(size: number): Operation<Buffer> {
    if (!Number.isInteger(size) || size < 0) throw badSize("readExactly", size);
    return new ReadExactly(this, size);
  }

  /**
   * Reads up to a separator, which is part of what it gives. Of several the one that makes it shortest counts.
   *
   * **Cancellation:** takes nothing.
   *
   * asyncio: `readuntil`.
   * @param separator - text, bytes, or several; a line feed when none is given.
   * @throws {IncompleteReadError} when the stream ends before; it holds what had come.
   * @throws {LimitOverrunError} when more than the limit stands before the separator; the bytes stay.
   * @throws {RangeError} for no separator or an empty one (`ERR_INVALID_ARG`).
   * @throws the error of the connection.
   */
  readUntil(separator: Separator | readonly Separator[] = "\n"): Operation<Buffer> {
    return new ReadUntil(this, toSeparators(separator));
  }

  /**
   * Reads a line with its line feed; at the end of the stream what is left, then nothing.
   *
   * **Cancellation:** takes nothing.
   *
   * asyncio: `readline`.
   * @throws {RangeError} when the line is longer than the limit; it is dropped (`ERR_LIMIT_OVERRUN`).
   * @throws the error of the connection.
   */
  readLine(): Operation<Buffer> {
    return new ReadLine(this);
  }

  /** The lines, for `asyncFor`. Leaving the loop leaves the stream open. */
  [Symbol.asyncIterator](): { next(): Operation<IteratorResult<Buffer, undefined>> } {
    return { next: () => new NextLine(this) };
  }

  /** True when the stream has ended and everything was read. */
  atEof(): boolean {
    return this.ended && this.available === 0;
  }

  /** The error that every read raises, undefined when there is none. */
  exception(): unknown {
    return this.failure?.error;
  }

  /** Lets every read raise `error` from now on. For whoever feeds the reader. */
  setException(error: unknown): void {
    this.failure = { error };
    const { waiting } = this;
    if (waiting === undefined) return;
    this.waiting = undefined;
    waiting.finish(FAILED, error);
  }

  /**
   * Adds bytes, which are kept as they are. For whoever feeds the reader.
   * @throws {TypeError} for what is no bytes (`ERR_INVALID_ARG`).
   * @throws {RangeError} behind the end (`ERR_INVALID_ARG`).
   */
  feedData(data: Uint8Array): void {
    if (this.ended) throw rangeError("ERR_INVALID_ARG", "Cannot feed data: feedEof() came before");
    const chunk = toBuffer(data);
    if (chunk.length === 0) return;
    this.bytes.append(chunk);
    const { waiting } = this;
    if (waiting !== undefined) {
      if (waiting.ready()) this.#wake(waiting);
      return;
    }
    if (this.#paused || this.bytes.length <= 2 * this.limit) return;
    if (this.#source === undefined) return;
    this.#paused = true;
    this.#source.pause();
  }

  /** Says that no more bytes come. For whoever feeds the reader. */
  feedEof(): void {
    this.ended = true;
    if (this.waiting !== undefined) this.#wake(this.waiting);
  }

  #wake(waiting: ReadOperation<unknown>): void {
    this.waiting = undefined;
    waiting.finish(DONE, undefined);
  }

  /** @internal What was not read yet. */
  get bytes(): ByteQueue {
    this.#bytes ??= new ByteQueue();
    return this.#bytes;
  }

  /** @internal How much that is. */
  get available(): number {
    return this.#bytes === undefined ? 0 : this.#bytes.length;
  }

  /** @internal R3, after bytes were taken. */
  resumeWhenLow(): void {
    if (this.#paused && this.available <= this.limit) this.resumeForced();
  }

  /** @internal R3, when a read waits for more than there is. */
  resumeForced(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source?.resume();
  }

  /** @internal Gets the bytes from elsewhere from now on. */
  setSource(source: ReadSource): void {
    this.#source = source;
    if (this.#paused) source.pause();
  }

  /** @internal Where the bytes come from. */
  origin(): string | undefined {
    return this.#source?.describePeer?.();
  }

  toString(): string {
    const from = this.origin();
    const state = this.failure !== undefined ? " failed" : this.ended ? " eof" : "";
    return `<StreamReader${from === undefined ? "" : ` from ${from}`} ${this.available} bytes${state}${this.#paused ? " paused" : ""}>`;
  }
}

/** @internal The limit to use. */
export function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (typeof limit === "number" && limit > 0) return limit;
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot make a stream: limit must be a number above 0, got ${describeValue(limit)}`,
  );
}

function badSize(method: string, size: unknown): RangeError {
  return rangeError(
    "ERR_INVALID_ARG",
    `Cannot ${method}: size must be a number of bytes that is not negative, got ${describeValue(size)}`,
  );
}

function toBuffer(data: Uint8Array): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot feed data: expected a Uint8Array, got ${describeValue(data)}`,
  );
}

function toSeparator(given: unknown): Buffer {
  if (typeof given === "string" || given instanceof Uint8Array) return Buffer.from(given as string);
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot readUntil: expected a Uint8Array or a string as separator, got ${describeValue(given)}`,
  );
}

function toSeparators(given: Separator | readonly Separator[]): Separators {
  if (given === "\n") return 10;
  const list = Array.isArray(given) ? (given as readonly Separator[]) : [given as Separator];
  const separators = list.map(toSeparator);
  if (separators.length === 0) {
    throw rangeError(
      "ERR_INVALID_ARG",
      "Cannot readUntil: Separator should contain at least one element; pass text or bytes",
    );
  }
  separators.sort((a, b) => a.length - b.length);
  const [shortest] = separators as [Buffer];
  if (shortest.length === 0) {
    throw rangeError(
      "ERR_INVALID_ARG",
      "Cannot readUntil: Separator should be at least one-byte string; pass text or bytes",
    );
  }
  if (separators.length === 1 && shortest.length === 1) return shortest[0] as number;
  return separators;
}
