/** What is done with an open file. Each action has its turn at the descriptor; see there for what holds between them. */
import { write } from "node:fs";
import type { Linked } from "../../collections/linked-list.js";
import type { CancelRequest } from "../../kernel/cancelled-error.js";
import { finished, type Suspension, suspend } from "../../kernel/current.js";
import { UsageError } from "../../kernel/errors.js";
import type { Loop } from "../../kernel/loop.js";
import { Operation } from "../../kernel/operation.js";
import type { Scope } from "../../kernel/scope.js";
import { DONE, FAILED, PENDING, type State } from "../../kernel/waitable.js";
import { type Descriptor, EMPTY } from "./descriptor.js";
import { type Done, errorAt } from "./file-operation.js";
import { unfinishedCall } from "./unfinished-calls.js";

/** The bytes that one call asks for, at first and at most. */
const CHUNK = 64 * 1024;
const LARGEST_CHUNK = 1024 * 1024;
const NEWLINE = 10;

export abstract class FileAction<T> extends Operation<T> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly file: Descriptor;
  #phase: "waiting" | "answered" | "over" = "waiting";
  #left = false;

  constructor(file: Descriptor) {
    super();
    this.file = file;
  }

  /** What it does, for messages: `read`. */
  protected abstract readonly verb: string;

  /** Has its turn, and ends what it does by `settle`. */
  abstract perform(): void;

  /** The task takes the result. */
  protected commit(): void {}

  /** Nobody takes the result. */
  protected keep(): void {}

  /** Nobody waits for it any more. */
  get abandoned(): boolean {
    return this.state !== PENDING || this.#left;
  }

  begin(loop: Loop): IteratorResult<Suspension, T> {
    this.checkOpen();
    loop.promisesPending++;
    this.file.enter(this as FileAction<unknown>);
    if (this.state === PENDING) return suspend(this);
    this.#endTurn();
    return finished(this.outcome());
  }

  protected checkOpen(): void {
    if (this.file.state === "open") return;
    throw new UsageError(
      "ERR_FILE_CLOSED",
      `Cannot ${this.verb} file ${this.file.path}: it is closed; open it again`,
    );
  }

  /** The system has answered. */
  protected settle(error: NodeJS.ErrnoException | null, value?: T): void {
    this.#phase = "answered";
    if (this.abandoned) {
      this.#endTurn();
      if (this.state === PENDING) this.finish(DONE, undefined);
    } else if (error === null) this.finish(DONE, value);
    else this.finish(FAILED, errorAt(this.file.path, error));
  }

  #endTurn(): void {
    if (this.#phase !== "answered") return;
    this.#phase = "over";
    if (this.state === DONE && !this.#left) this.commit();
    else this.keep();
    this.file.next();
  }

  override finish(state: State, value: unknown): void {
    // A file that was lost is closed outside any loop.
    if (this.loop !== undefined) this.loop.promisesPending--;
    super.finish(state, value);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.withdraw();
    return super.cancelWith(request);
  }

  override resume(): IteratorResult<Suspension, T> {
    this.#endTurn();
    return finished(this.outcome());
  }

  override leave(): void {
    this.#left = true;
    if (this.state === PENDING) this.withdraw();
    this.#endTurn();
  }

  /** Gives up its place in the line. */
  protected withdraw(): void {
    this.file.remove(this as FileAction<unknown>);
  }

  describe(): string {
    return `File.${this.verb}() of ${this.file.path}`;
  }
}

/** Reads until it has `size` bytes or the end has come; where there are no positions, until something has come. */
export class ReadBytes extends FileAction<Buffer> {
  protected readonly verb = "read";
  readonly #size: number;
  readonly #parts: Buffer[] = [];
  #length = 0;
  #seeks = 0;
  #start = 0;

  constructor(file: Descriptor, size: number) {
    super(file);
    this.#size = size;
  }

  perform(): void {
    const { ahead, seeks, position } = this.file;
    this.#seeks = seeks;
    this.#start = position;
    if (ahead.length > 0) this.#add(ahead.subarray(0, this.#size));
    this.#read(this.#size === Infinity ? CHUNK : LARGEST_CHUNK);
  }

  #add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #read(chunk: number): void {
    const { file } = this;
    const missing = this.#size - this.#length;
    const some = this.#length > 0 && file.seekable === false && this.#size !== Infinity;
    if (missing === 0 || some) {
      this.settle(null, this.#bytes());
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(Math.min(missing, chunk));
    file.fetch(buffer, this.#start + this.#length, (error, count) => {
      if (error !== null) {
        this.settle(error);
        return;
      }
      if (count > 0) this.#add(buffer.subarray(0, count));
      const last = count === 0 || (count < buffer.length && this.#size !== Infinity);
      if (last || this.abandoned) this.settle(null, this.#bytes());
      else this.#read(Math.min(chunk * 2, LARGEST_CHUNK));
    });
  }

  #bytes(): Buffer {
    const [first] = this.#parts;
    return first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
  }

  protected override commit(): void {
    const { file } = this;
    file.consume(this.#seeks, this.#start + this.#length, file.ahead.subarray(this.#length));
  }

  /** Where there are positions it is simply read again. */
  protected override keep(): void {
    const { file } = this;
    if (file.seekable === false && this.#length > file.ahead.length) {
      file.consume(this.#seeks, this.#start, this.#bytes());
    }
  }
}

/** Reads to the end of a line, of which it gives a copy. */
export class ReadLine extends FileAction<Buffer> {
  protected readonly verb = "readLine";
  readonly #parts: Buffer[] = [];
  #length = 0;
  #rest: Buffer = EMPTY;
  #seeks = 0;
  #start = 0;

  perform(): void {
    const { ahead, seeks, position } = this.file;
    this.#seeks = seeks;
    this.#start = position;
    if (ahead.length > 0) this.#take(ahead);
    else this.#read();
  }

  #read(): void {
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    this.file.fetch(buffer, this.#start + this.#length, (error, count) => {
      if (error !== null) this.settle(error);
      else if (count > 0) this.#take(buffer.subarray(0, count));
      else this.settle(null, Buffer.concat(this.#parts));
    });
  }

  #take(bytes: Buffer): void {
    const end = bytes.indexOf(NEWLINE) + 1;
    const part = end > 0 ? bytes.subarray(0, end) : bytes;
    this.#rest = bytes.subarray(part.length);
    this.#parts.push(part);
    this.#length += part.length;
    if (end > 0 || this.abandoned) this.settle(null, Buffer.concat(this.#parts));
    else this.#read();
  }

  protected override commit(): void {
    this.file.consume(this.#seeks, this.#start + this.#length, this.#rest);
  }

  protected override keep(): void {
    this.file.consume(this.#seeks, this.#start, Buffer.concat([...this.#parts, this.#rest]));
  }
}

/** Writes all of the bytes; stops between two calls when nobody waits any more. */
export class WriteBytes extends FileAction<void> {
  protected readonly verb = "write";
  readonly #bytes: Uint8Array;
  #written = 0;
  #seeks = 0;
  #start = 0;

  constructor(file: Descriptor, bytes: Uint8Array) {
    super(file);
    this.#bytes = bytes;
  }

  perform(): void {
    const { file } = this;
    file.dropAhead();
    this.#seeks = file.seeks;
    this.#start = file.position;
    this.#write();
  }

  #write(): void {
    const { file } = this;
    const left = this.#bytes.length - this.#written;
    if (left === 0 || (this.abandoned && this.#written > 0)) {
      this.#end(null);
      return;
    }
    const nowhere = file.appends || file.seekable === false;
    const at = nowhere ? null : this.#start + this.#written;
    write(
      file.fd,
      this.#bytes,
      this.#written,
      Math.min(left, LARGEST_CHUNK),
      at,
      (error, count) => {
        if (!file.refusedPosition(error, at)) {
          if (error !== null) {
            this.#end(error);
            return;
          }
          this.#written += count;
        }
        this.#write();
      },
    );
  }

  #end(error: NodeJS.ErrnoException | null): void {
    const { file } = this;
    if (file.appends && this.#written > 0) {
      file.moveToEnd(this.#seeks, () => this.settle(error));
      return;
    }
    if (!file.appends) file.consume(this.#seeks, this.#start + this.#written, file.ahead);
    this.settle(error);
  }
}

/** One call of the system. */
export class SingleCall<T> extends FileAction<T> {
  protected readonly verb: string;
  readonly #call: (fd: number, done: Done<T>) => void;

  constructor(file: Descriptor, verb: string, call: (fd: number, done: Done<T>) => void) {
    super(file);
    this.verb = verb;
    this.#call = call;
  }

  perform(): void {
    this.#call(this.file.fd, (error, value) => this.settle(error, value));
  }
}

/** Closes the file, after what is under way. It keeps its place in the line when nobody waits for it. */
export class CloseFile extends FileAction<void> {
  protected readonly verb = "close";
  #scope: Scope | undefined;
  /** Says that the file is closed, which nobody waits for. */
  #closed: (() => void) | undefined;

  override begin(loop: Loop): IteratorResult<Suspension, void> {
    const { file } = this;
    this.#scope = loop.currentScope();
    if (file.state === "open") file.state = "closing";
    const { stuck } = file;
    const step = super.begin(loop);
    if (!stuck || step.done === true) return step;
    this.finish(DONE, undefined);
    return finished(undefined);
  }

  protected override checkOpen(): void {}

  protected override withdraw(): void {
    if (this.#scope !== undefined) this.#closed ??= unfinishedCall(this.#scope);
  }

  protected override settle(error: NodeJS.ErrnoException | null): void {
    super.settle(error);
    this.#closed?.();
  }

  perform(): void {
    if (this.file.state === "closed") this.settle(null);
    else this.file.release((error) => this.settle(error));
  }
}
