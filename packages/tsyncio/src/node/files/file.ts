import { fchmod, fstat, fsync, ftruncate, type Stats } from "node:fs";
import type { Coroutine } from "../../kernel/coroutine.js";
import { describeValue, rangeError, typeError, UsageError } from "../../kernel/errors.js";
import { Immediate } from "../../kernel/immediate.js";
import type { Operation } from "../../kernel/operation.js";
import { Routine } from "../../kernel/routine.js";
import type { AsyncContextManager } from "../../structured/async-context-manager.js";
import { Descriptor, EMPTY } from "./descriptor.js";
import { CloseFile, ReadBytes, ReadLine, SingleCall, WriteBytes } from "./file-action.js";

/** Files that were thrown away open. */
const lost = new FinalizationRegistry<Descriptor>((file) => file.closeLost(new CloseFile(file)));

/**
 * An open file, made by `openFile()`. What several tasks ask of it happens one after the other, in the order in which
 * they have awaited it. By `asyncWith` it is closed at the end of the block; by `asyncFor` it gives its lines.
 *
 * A pipe or a terminal can be opened too, but it has no positions, and what waits for it keeps one of the few threads
 * busy that all files share.
 *
 * **Cancellation:** releases the task at once; the call of the system goes on, and the next operation waits for its end.
 *
 * asyncio: none; as what `open(…, "rb")` gives.
 */
export class File implements AsyncContextManager<File> {
  /** Where the file was opened. */
  readonly path: string;
  readonly #descriptor: Descriptor;

  /** @internal */
  constructor(fd: number, path: string, flags: string) {
    this.path = path;
    this.#descriptor = new Descriptor(fd, path, flags);
    lost.register(this, this.#descriptor);
  }

  /** The system's number for it. */
  get fd(): number {
    return this.#descriptor.fd;
  }

  /** True from the moment that somebody closes it. */
  get closed(): boolean {
    return this.#descriptor.state !== "open";
  }

  /**
   * The byte at which the next operation reads or writes; set it to seek. An operation that is under way then goes on
   * where it was. In append mode what is written goes to the end: with `"a+"` this is behind it then, with `"a"` it stays.
   *
   * asyncio: none; `tell()` and `seek()` of a file.
   * @throws {RangeError} for what is no place in a file (`ERR_INVALID_POSITION`), when it is set.
   * @throws {UsageError} for a pipe or a terminal (`ERR_NOT_SEEKABLE`), when it is set.
   */
  get position(): number {
    return this.#descriptor.position;
  }

  set position(position: number) {
    const file = this.#descriptor;
    checkSize(position, "set position", "ERR_INVALID_POSITION");
    if (file.seekable === false) {
      throw new UsageError(
        "ERR_NOT_SEEKABLE",
        `Cannot set position: ${this.path} is a pipe or a terminal; read it in order`,
      );
    }
    file.position = position;
    file.ahead = EMPTY;
    file.seeks++;
  }

  /**
   * Reads `size` bytes, fewer only before the end of the file, none at the end. Without a size, everything to the end.
   * From a pipe or a terminal it gives what is there as soon as there is something.
   *
   * **Cancellation:** nothing is lost: the bytes can be read again.
   *
   * @param size - how many bytes, a whole number from 0; -1 is to the end.
   * @throws {RangeError} for any other size (`ERR_INVALID_SIZE`).
   * @throws {UsageError} when it is closed (`ERR_FILE_CLOSED`).
   * @throws the system's error with the path, such as `EISDIR`.
   */
  read(size = -1): Operation<Buffer> {
    if (size !== -1) checkSize(size, "read", "ERR_INVALID_SIZE");
    return new ReadBytes(this.#descriptor, size === -1 ? Infinity : size);
  }

  /**
   * Reads one line with its `\n`, the last one perhaps without; nothing at the end of the file. Yields to the loop only
   * when it must ask the system.
   *
   * **Cancellation:** nothing is lost: the line can be read again.
   *
   * @throws {UsageError} when it is closed (`ERR_FILE_CLOSED`).
   * @throws the system's error with the path.
   */
  readLine(): Operation<Buffer> {
    return new ReadLine(this.#descriptor);
  }

  /** The lines from `position` on, each with its `\n`, for `asyncFor`. The file stays open. */
  [Symbol.asyncIterator](): { next(): Operation<IteratorResult<Buffer, undefined>> } {
    const line = (): Operation<Buffer> => this.readLine();
    return { next: () => new Routine("the next line of a file", nextLine(line)) };
  }

  /**
   * Writes all of `data` at `position`; text as UTF-8.
   *
   * **Cancellation:** some of it may have been written by then or soon after; `position` is behind that, and the next
   * operation waits for it.
   *
   * @throws {UsageError} when it is closed (`ERR_FILE_CLOSED`).
   * @throws {TypeError} when `data` is neither text nor bytes (`ERR_INVALID_ARG`).
   * @throws the system's error with the path, such as `ENOSPC`.
   */
  write(data: string | Uint8Array): Operation<void> {
    return new WriteBytes(this.#descriptor, toBytes(data, "write"));
  }

  /**
   * Makes the file `size` bytes long: cuts it off, or adds zeros. `position` stays.
   *
   * **Cancellation:** it may happen all the same.
   *
   * @param size - in bytes; `position` when none is given.
   * @throws {RangeError} for a size below zero or no whole number (`ERR_INVALID_SIZE`).
   * @throws the system's error with the path.
   */
  truncate(size?: number): Operation<void> {
    if (size !== undefined) checkSize(size, "truncate", "ERR_INVALID_SIZE");
    const file = this.#descriptor;
    return new SingleCall<void>(file, "truncate", (fd, done) => {
      file.dropAhead();
      ftruncate(fd, size ?? file.position, done);
    });
  }

  /**
   * Waits until what was written is on the disk.
   *
   * **Cancellation:** it may be or not.
   *
   * @throws the system's error with the path.
   */
  sync(): Operation<void> {
    return new SingleCall<void>(this.#descriptor, "sync", (fd, done) => fsync(fd, done));
  }

  /**
   * Sets the permissions.
   *
   * **Cancellation:** it may happen all the same.
   *
   * @param mode - such as `0o644`.
   * @throws the system's error with the path.
   */
  chmod(mode: number): Operation<void> {
    return new SingleCall<void>(this.#descriptor, "chmod", (fd, done) => fchmod(fd, mode, done));
  }

  /**
   * What the system knows about the file: its size, its times, its mode.
   *
   * **Cancellation:** nothing has happened.
   *
   * @throws the system's error with the path.
   */
  stat(): Operation<Stats> {
    return new SingleCall<Stats>(this.#descriptor, "stat", (fd, done) => fstat(fd, done));
  }

  /**
   * Closes it after the operations that were awaited before; later ones are refused. Closing twice does nothing.
   *
   * **Cancellation:** it is closed all the same.
   *
   * @throws the system's error with the path: what was written may be lost.
   */
  close(): Operation<void> {
    return new CloseFile(this.#descriptor);
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} when it is closed (`ERR_FILE_CLOSED`).
   */
  enter(): Operation<File> {
    return new Immediate(() => {
      if (!this.closed) return this;
      throw new UsageError(
        "ERR_FILE_CLOSED",
        `Cannot enter file ${this.path}: it is closed; open it again`,
      );
    });
  }

  /**
   * Closes the file; called by `asyncWith`.
   *
   * **Cancellation:** it is closed all the same.
   */
  *exit(_error: unknown): Coroutine<boolean> {
    yield* this.close();
    return false;
  }

  toString(): string {
    return `<File ${this.path}${this.closed ? " closed" : ""}>`;
  }
}

function* nextLine(
  readLine: () => Operation<Buffer>,
): Coroutine<IteratorResult<Buffer, undefined>> {
  const value = yield* readLine();
  return value.length === 0 ? { value: undefined, done: true } : { value, done: false };
}

function checkSize(size: number, action: string, code: string): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw rangeError(
    code,
    `Cannot ${action}: expected a whole number of bytes from 0, got ${describeValue(size)}`,
  );
}

/**
 * @internal
 * The bytes of `data`.
 * @throws {TypeError} when it is neither text nor bytes (`ERR_INVALID_ARG`).
 */
export function toBytes(data: string | Uint8Array, action: string): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot ${action} data: expected a string or a Uint8Array, got ${describeValue(data)}`,
  );
}
