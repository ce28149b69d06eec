/**
 * Replacing a file so that whoever reads it finds the old content or the new one and never a part, also after a crash:
 * a file beside it is written, brought to the disk and renamed.
 */
import { randomUUID } from "node:crypto";
import { type PathLike, realpath, rename, type Stats, stat } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isCancelled } from "../../kernel/cancelled-error.js";
import type { Coroutine } from "../../kernel/coroutine.js";
import type { Operation } from "../../kernel/operation.js";
import { Routine } from "../../kernel/routine.js";
import { type AsyncContextManager, asyncWith } from "../../structured/async-context-manager.js";
import { type File, toBytes } from "./file.js";
import { type Done, FileOperation } from "./file-operation.js";
import { makeFile, openFile, toPathText } from "./open-file.js";
import { remove } from "./remove.js";

/** What `writeFileAtomic` and `replaceFile` take besides. */
export interface ReplaceFileOptions {
  /** The permissions; those of the file that is replaced when none are given. */
  readonly mode?: number | undefined;
}

class Replacement implements AsyncContextManager<File> {
  readonly #path: string;
  readonly #mode: number | undefined;
  #target = "";
  #beside = "";
  #file: File | undefined;

  constructor(path: string, mode: number | undefined) {
    this.#path = path;
    this.#mode = mode;
  }

  *enter(): Coroutine<File> {
    const path = this.#path;
    const target = (yield* unlessMissing<string>(path, (done) => realpath(path, done))) ?? path;
    const old = yield* unlessMissing<Stats>(target, (done) => stat(target, done));
    const mode = this.#mode ?? (old === undefined ? undefined : old.mode & 0o7777);
    const name = basename(target).slice(0, 100);
    this.#target = target;
    this.#beside = join(dirname(target), `.${name}.${randomUUID()}.tmp`);
    try {
      this.#file = yield* makeFile(this.#beside, mode ?? 0o666);
      if (mode !== undefined) yield* this.#file.chmod(mode);
      return this.#file;
    } catch (error) {
      if (this.#file !== undefined) yield* this.#remove();
      throw this.#located(error);
    }
  }

  *exit(error: unknown): Coroutine<boolean> {
    if (error !== undefined) {
      yield* this.#remove();
      const located = this.#located(error);
      if (located !== error) throw located;
      return false;
    }
    try {
      yield* this.#replace();
    } catch (failure) {
      yield* this.#remove();
      throw this.#located(failure);
    }
    yield* syncFolder(dirname(this.#target));
    return false;
  }

  *#replace(): Coroutine<void> {
    const file = this.#file as File;
    if (!file.closed) yield* file.sync();
    yield* file.close();
    const [from, to] = [this.#beside, this.#target];
    yield* new FileOperation<void>({
      label: `renaming ${from} to ${to}`,
      path: to,
      start: (done) => rename(from, to, done),
      brief: true,
    });
  }

  /** An error about the file beside, with the path that the user knows. */
  #located(error: unknown): unknown {
    if (!(error instanceof Error) || !("path" in error) || error.path !== this.#beside)
      return error;
    const { errno, code, syscall } = error as NodeJS.ErrnoException;
    const path = this.#path;
    const located = new Error(
      error.message.replace(this.#beside, () => path),
      { cause: error },
    );
    return Object.assign(located, { errno, code, syscall, path });
  }

  /** Nothing is to be left, also when the wait here is cancelled. */
  *#remove(): Coroutine<void> {
    try {
      yield* (this.#file as File).close();
    } finally {
      yield* remove(this.#beside);
    }
  }
}

/** Asks the system about `path`; undefined when there is no such thing. */
function* unlessMissing<T>(path: string, start: (done: Done<T>) => void): Coroutine<T | undefined> {
  try {
    return yield* new FileOperation<T>({ label: `looking at ${path}`, path, start });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Brings the new name to the disk. Some systems cannot do that with a folder. */
function* syncFolder(path: string): Coroutine<void> {
  try {
    yield* asyncWith(openFile(path), (folder) => folder.sync());
  } catch (error) {
    if (isCancelled(error) || (error as NodeJS.ErrnoException).code === "EIO") throw error;
  }
}

/**
 * A file whose content takes the place of the one at `path` when the block ends well: by `asyncWith`, the block writes
 * it. Until then `path` stays as it is, and it does so when an error leaves the block. A symbolic link stays, and what
 * it leads to is replaced. The file keeps its permissions, but not its owner.
 *
 * **Cancellation:** of the block: `path` stays as it is and nothing is left beside it. Of the end: `path` holds the old
 * content or the new one.
 *
 * asyncio: none.
 * @throws the system's error with the path.
 */
export function replaceFile(
  path: PathLike,
  { mode }: ReplaceFileOptions = {},
): AsyncContextManager<File> {
  return new Replacement(toPathText(path), mode);
}

/**
 * Writes a whole file at once: whoever reads it finds the old content or the new one and never a part, also after a
 * crash. `replaceFile` does the same for content that comes bit by bit.
 *
 * **Cancellation:** the old content or the new one is there, and nothing beside it.
 *
 * asyncio: none.
 * @param data - bytes, or text to be written as UTF-8.
 * @throws {TypeError} when `data` is neither text nor bytes (`ERR_INVALID_ARG`).
 * @throws the system's error with the path.
 */
export function writeFileAtomic(
  path: PathLike,
  data: string | Uint8Array,
  options: ReplaceFileOptions = {},
): Operation<void> {
  const bytes = toBytes(data, "write");
  const replacement = replaceFile(path, options);
  return new Routine(
    "writeFileAtomic",
    asyncWith(replacement, (file) => file.write(bytes)),
  );
}
