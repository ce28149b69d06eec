import { close, open, type PathLike, unlink } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Coroutine } from "../../kernel/coroutine.js";
import { Opening } from "../opening.js";
import { File } from "./file.js";
import { type FileCall, FileOperation } from "./file-operation.js";

/** What `openFile` takes besides the path and the flags. */
export interface OpenFileOptions {
  /** The permissions of a file that is made; 0o666 without the bits of the process's mask. */
  readonly mode?: number | undefined;
}

/**
 * Opens a file: `yield* asyncWith(openFile(path), function* (file) { … })` closes it too; `yield* openFile(path)` gives
 * it to be closed by its user.
 *
 * **Cancellation:** a file that is opened all the same is closed at once, before its run has ended; one that did not exist
 * may have been made, and one that is opened by `"w"` emptied.
 *
 * asyncio: none; as `open`.
 * @param flags - `"r"` to read (the default), `"r+"` to read and write, `"w"` to write a new or emptied file, `"a"` to
 * write at the end, `"wx"` to write a file that must not exist, with `+` to read too.
 * @throws the system's error with the path: `ENOENT`, `EACCES`, `EEXIST` …
 */
export function openFile(
  path: PathLike,
  flags = "r",
  { mode = 0o666 }: OpenFileOptions = {},
): Opening<File> {
  return new Opening("openFile", opened(openCall(path, flags, mode), flags));
}

/** @internal Makes a file that did not exist, and leaves none when it is cancelled. */
export function* makeFile(path: string, mode: number): Coroutine<File> {
  const call = openCall(path, "wx+", mode);
  const undo = (fd: number, done: () => void): void => close(fd, () => unlink(path, () => done()));
  return yield* opened({ ...call, undo, brief: true }, "wx+");
}

function openCall(path: PathLike, flags: string, mode: number): FileCall<number> {
  const text = toPathText(path);
  return {
    label: `opening ${text}`,
    path: text,
    start: (done) => open(path, flags, mode, done),
    undo: (fd, done) => close(fd, () => done()),
  };
}

function* opened(call: FileCall<number>, flags: string): Coroutine<File> {
  return new File(yield* new FileOperation(call), call.path, flags);
}

/** @internal A path as text: for messages, and to be put together with others. */
export function toPathText(path: PathLike): string {
  if (path instanceof URL) return fileURLToPath(path);
  return typeof path === "string" ? path : path.toString();
}
