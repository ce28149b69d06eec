import { close, open, type PathLike, write } from "node:fs";
import type { Operation } from "../../kernel/operation.js";
import { toBytes } from "./file.js";
import { type Done, FileOperation } from "./file-operation.js";
import { toPathText } from "./open-file.js";

/** What `writeFile` takes besides the path and the data. */
export interface WriteFileOptions {
  /** How the file is opened, as for `openFile`: `"w"` when none is given, `"a"` to add at the end. */
  readonly flags?: string | undefined;
  /** The permissions of a file that is made; 0o666 without the bits of the process's mask. */
  readonly mode?: number | undefined;
}

/**
 * Writes a whole file: makes it, or replaces what is in it. Who reads it meanwhile finds a part; `writeFileAtomic` never
 * shows one.
 *
 * **Cancellation:** stops writing; the file is closed, and holds a part of the data or nothing.
 *
 * asyncio: none; as `Path.write_bytes` and `Path.write_text`.
 * @param data - bytes, or text to be written as UTF-8.
 * @throws {TypeError} when `data` is neither text nor bytes (`ERR_INVALID_ARG`).
 * @throws the system's error with the path: `ENOENT`, `EACCES`, `ENOSPC` …
 */
export function writeFile(
  path: PathLike,
  data: string | Uint8Array,
  { flags = "w", mode = 0o666 }: WriteFileOptions = {},
): Operation<void> {
  const text = toPathText(path);
  const bytes = toBytes(data, "write");
  return new FileOperation<void>({
    label: `writing ${text}`,
    path: text,
    start: (done, signal) => {
      open(path, flags, mode, (error, fd) => {
        if (error !== null) done(error);
        else writeAll(fd, bytes, signal, (failure) => close(fd, (late) => done(failure ?? late)));
      });
    },
  });
}

/** The bytes of one call: what has begun cannot be stopped. */
const CHUNK = 1024 * 1024;

/** Node's own function hands over all bytes in one call. */
function writeAll(fd: number, bytes: Uint8Array, signal: AbortSignal, done: Done<void>): void {
  if (bytes.length === 0 || signal.aborted) {
    done(null);
    return;
  }
  write(fd, bytes, 0, Math.min(bytes.length, CHUNK), null, (error, count) => {
    if (error !== null) done(error);
    else writeAll(fd, bytes.subarray(count), signal, done);
  });
}
