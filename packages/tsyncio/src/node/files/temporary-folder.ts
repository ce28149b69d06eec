import { mkdtemp, rm } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCancelled } from "../../kernel/cancelled-error.js";
import type { Coroutine } from "../../kernel/coroutine.js";
import { runningLoop } from "../../kernel/running-loop.js";
import type { AsyncContextManager } from "../../structured/async-context-manager.js";
import { FileOperation } from "./file-operation.js";
import { remove } from "./remove.js";

/** What `temporaryFolder` takes. */
export interface TemporaryFolderOptions {
  /** What its name begins with; `tsyncio-` when nothing is given. */
  readonly prefix?: string | undefined;
  /** Where it is made; the system's folder for such when none is given. */
  readonly folder?: string | undefined;
}

class TemporaryFolder implements AsyncContextManager<string> {
  readonly #start: string;
  #path = "";

  constructor(start: string) {
    this.#start = start;
  }

  *enter(): Coroutine<string> {
    this.#path = yield* new FileOperation<string>({
      label: `making a folder ${this.#start}…`,
      path: this.#start,
      start: (done) => mkdtemp(this.#start, done),
      undo: (path, done) => rm(path, { recursive: true, force: true }, () => done()),
      brief: true,
    });
    return this.#path;
  }

  *exit(error: unknown): Coroutine<boolean> {
    yield* removeAtEnd(this.#path, error);
    return false;
  }
}

/** @internal Removes what a block had. A failure does not hide the error of the block. */
export function* removeAtEnd(path: string, error: unknown): Coroutine<void> {
  try {
    yield* remove(path);
  } catch (exception) {
    if (error === undefined || isCancelled(exception)) throw exception;
    runningLoop("remove").callExceptionHandler({ message: `Cannot remove ${path}`, exception });
  }
}

/**
 * A new folder for the block of `asyncWith`, which gets its path; at the end it is removed with all that is in it.
 *
 * **Cancellation:** it is removed all the same, and one that is being made too.
 *
 * asyncio: none; as `tempfile.TemporaryDirectory`.
 * @throws the system's error with the path.
 */
export function temporaryFolder({
  prefix = "tsyncio-",
  folder = tmpdir(),
}: TemporaryFolderOptions = {}): AsyncContextManager<string> {
  return new TemporaryFolder(join(folder, prefix));
}
