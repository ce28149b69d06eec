import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Coroutine } from "../../kernel/coroutine.js";
import type { AsyncContextManager } from "../../structured/async-context-manager.js";
import type { File } from "./file.js";
import { makeFile } from "./open-file.js";
import { removeAtEnd, type TemporaryFolderOptions } from "./temporary-folder.js";

/** What `temporaryFile` takes. */
export interface TemporaryFileOptions extends TemporaryFolderOptions {
  /** What its name ends with, such as `.json`. */
  readonly suffix?: string | undefined;
}

class TemporaryFile implements AsyncContextManager<File> {
  readonly #path: string;
  #file: File | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  *enter(): Coroutine<File> {
    this.#file = yield* makeFile(this.#path, 0o600);
    return this.#file;
  }

  *exit(error: unknown): Coroutine<boolean> {
    try {
      yield* (this.#file as File).close();
    } finally {
      yield* removeAtEnd(this.#path, error);
    }
    return false;
  }
}

/**
 * A new empty file for the block of `asyncWith`, open for reading and writing and readable for its owner only; at the
 * end it is closed and removed. One that was renamed meanwhile stays.
 *
 * **Cancellation:** it is removed all the same, and one that is being made too.
 *
 * asyncio: none; as `tempfile.NamedTemporaryFile`.
 * @throws the system's error with the path.
 */
export function temporaryFile({
  prefix = "tsyncio-",
  suffix = "",
  folder = tmpdir(),
}: TemporaryFileOptions = {}): AsyncContextManager<File> {
  return new TemporaryFile(join(folder, `${prefix}${randomUUID()}${suffix}`));
}
