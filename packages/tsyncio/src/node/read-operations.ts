/**
 * The reads of a `StreamReader`: what each of them waits for, and what it takes.
 *
 * A read whose bytes are there takes them at once. One that waits is woken when it can be answered, not by every chunk,
 * and takes the bytes in its own step: cancelled before that, it has taken nothing.
 */
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { finished, type Suspension, suspend } from "../kernel/current.js";
import {
  IncompleteReadError,
  LimitOverrunError,
  rangeError,
  UsageError,
} from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import type { StreamReader } from "./stream-reader.js";

/** A read that waits or is about to. */
export abstract class ReadOperation<T> extends Operation<T> {
  readonly reader: StreamReader;

  constructor(reader: StreamReader) {
    super();
    this.reader = reader;
  }

  /** The method, for reports. */
  protected abstract readonly method: string;

  /** True when it can be answered: by bytes, by the end, or by an error of its own. */
  abstract ready(): boolean;

  /** Takes what it is to give; only when it is ready. */
  protected abstract take(): T;

  begin(_loop: Loop): IteratorResult<Suspension, T> {
    return this.attempt();
  }

  protected attempt(): IteratorResult<Suspension, T> {
    const { reader } = this;
    if (reader.failure !== undefined) throw reader.failure.error;
    if (!this.ready()) return this.wait();
    const value = this.take();
    reader.resumeWhenLow();
    return finished(value);
  }

  private wait(): IteratorResult<Suspension, T> {
    const { reader } = this;
    if (reader.waiting !== undefined) {
      throw new UsageError(
        "ERR_READER_BUSY",
        `Cannot ${this.method}: ${this.method}() called while another coroutine is already waiting for incoming data; read in one task at a time`,
      );
    }
    this.state = PENDING;
    reader.waiting = this as ReadOperation<unknown>;
    reader.resumeForced();
    return suspend(this);
  }

  /** Woken: another task may have been faster, then it waits again. */
  override resume(): IteratorResult<Suspension, T> {
    this.leave();
    if (this.state !== DONE) this.outcome();
    return this.attempt();
  }

  override leave(): void {
    if (this.reader.waiting === this) this.reader.waiting = undefined;
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.leave();
    return super.cancelWith(request);
  }

  describe(): string {
    const from = this.reader.origin();
    return `${this.method}()${from === undefined ? "" : ` from ${from}`}`;
  }
}

/** At least one byte, at most `size`. */
export class Read extends ReadOperation<Buffer> {
  readonly #size: number;

  constructor(reader: StreamReader, size: number) {
    super(reader);
    this.#size = size;
  }

  protected get method(): string {
    return "read";
  }

  ready(): boolean {
    return this.reader.available > 0 || this.reader.ended || this.#size === 0;
  }

  protected take(): Buffer {
    const { bytes } = this.reader;
    return bytes.length <= this.#size ? bytes.takeAll() : bytes.take(this.#size);
  }
}

/** Everything up to the end. */
export class ReadToEnd extends ReadOperation<Buffer> {
  protected get method(): string {
    return "read";
  }

  ready(): boolean {
    return this.reader.ended;
  }

  protected take(): Buffer {
    return this.reader.bytes.takeAll();
  }
}

/** A number of bytes. */
export class ReadExactly extends ReadOperation<Buffer> {
  readonly #size: number;

  constructor(reader: StreamReader, size: number) {
    super(reader);
    this.#size = size;
  }

  protected get method(): string {
    return "readExactly";
  }

  ready(): boolean {
    return this.reader.available >= this.#size || this.reader.ended;
  }

  protected take(): Buffer {
    const { bytes } = this.reader;
    if (bytes.length >= this.#size) return bytes.take(this.#size);
    throw new IncompleteReadError(bytes.takeAll(), this.#size);
  }
}

/** What separates: one byte, or separators of which the shortest comes first. */
export type Separators = number | readonly Buffer[];

const NEWLINE = 10;

/** Everything up to a separator, which is looked for in each byte once. */
abstract class ReadSeparated<T> extends ReadOperation<T> {
  readonly #separators: Separators;
  /** So many bytes hold no beginning of a separator. */
  #searched = 0;
  /** `bytes.taken` when that was found. */
  #since = 0;
  #start = -1;
  #end = -1;

  constructor(reader: StreamReader, separators: Separators) {
    super(reader);
    this.#separators = separators;
  }

  ready(): boolean {
    const { available, ended, limit } = this.reader;
    if (available === 0) return ended;
    const { bytes } = this.reader;
    if (this.#since !== bytes.taken) {
      this.#since = bytes.taken;
      this.#searched = 0;
      this.#end = -1;
    }
    return this.#end >= 0 || this.#search() || this.#searched > limit || ended;
  }

  #search(): boolean {
    const { bytes } = this.reader;
    const separators = this.#separators;
    if (typeof separators === "number") {
      if (bytes.length <= this.#searched) return false;
      const start = bytes.peek().indexOf(separators, this.#searched);
      if (start < 0) this.#searched = bytes.length;
      else {
        this.#start = start;
        this.#end = start + 1;
      }
      return start >= 0;
    }
    const all = bytes.peek();
    if (all.length - this.#searched < (separators[0] as Buffer).length) return false;
    for (const separator of separators) {
      const start = all.indexOf(separator, this.#searched);
      const end = start + separator.length;
      if (start < 0 || (this.#end >= 0 && end >= this.#end)) continue;
      this.#start = start;
      this.#end = end;
    }
    if (this.#end >= 0) return true;
    const longest = (separators[separators.length - 1] as Buffer).length;
    this.#searched = Math.max(0, all.length + 1 - longest);
    return false;
  }

  /** How many bytes stand before the separator, where they are too many. */
  protected get excess(): number | undefined {
    const { limit } = this.reader;
    if (this.#end >= 0) return this.#start > limit ? this.#start : undefined;
    return this.#searched > limit ? this.#searched : undefined;
  }

  protected get found(): boolean {
    return this.#end >= 0;
  }

  /** The bytes with their separator. */
  protected takeFound(): Buffer {
    return this.reader.bytes.take(this.#end);
  }

  protected overrun(consumed: number): LimitOverrunError {
    const what = this.found
      ? "Separator is found, but chunk is longer than limit"
      : "Separator is not found, and chunk exceed the limit";
    const from = this.reader.origin();
    return new LimitOverrunError(
      `${what}: Cannot ${this.method}${from === undefined ? "" : ` from ${from}`}: ${consumed} bytes stand before the separator, the limit is ${this.reader.limit}; open the stream with a higher limit`,
      consumed,
    );
  }
}

/** Everything up to a separator, with it. */
export class ReadUntil extends ReadSeparated<Buffer> {
  protected get method(): string {
    return "readUntil";
  }

  protected take(): Buffer {
    const consumed = this.excess;
    if (consumed !== undefined) throw this.overrun(consumed);
    if (this.found) return this.takeFound();
    throw new IncompleteReadError(this.reader.bytes.takeAll(), null);
  }
}

abstract class ReadNewline<T> extends ReadSeparated<T> {
  constructor(reader: StreamReader) {
    super(reader, NEWLINE);
  }

  protected get method(): string {
    return "readLine";
  }

  /** The line with its end; what there is at the end of the stream. One that is too long is dropped. */
  protected takeLine(): Buffer {
    const { bytes } = this.reader;
    const consumed = this.excess;
    if (consumed === undefined) return this.found ? this.takeFound() : bytes.takeAll();
    const cause = this.overrun(consumed);
    if (this.found) this.takeFound();
    else bytes.clear();
    this.reader.resumeWhenLow();
    throw Object.assign(rangeError("ERR_LIMIT_OVERRUN", cause.message), { cause });
  }
}

/** A line. */
export class ReadLine extends ReadNewline<Buffer> {
  protected take(): Buffer {
    return this.takeLine();
  }
}

/** A line, as an iterator gives it. */
export class NextLine extends ReadNewline<IteratorResult<Buffer, undefined>> {
  protected take(): IteratorResult<Buffer, undefined> {
    const line = this.takeLine();
    return line.length === 0 ? { value: undefined, done: true } : { value: line, done: false };
  }
}
