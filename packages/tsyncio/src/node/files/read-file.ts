import { type PathLike, readFile as readWhole } from "node:fs";
import type { Operation } from "../../kernel/operation.js";
import { Routine } from "../../kernel/routine.js";
import { FileOperation } from "./file-operation.js";
import { toPathText } from "./open-file.js";

/**
 * Reads a whole file.
 *
 * **Cancellation:** stops reading; the file is closed.
 *
 * asyncio: none; as `Path.read_bytes`.
 * @throws the system's error with the path: `ENOENT`, `EACCES`, `EISDIR` …
 */
export function readFile(path: PathLike): Operation<Buffer> {
  const text = toPathText(path);
  return new FileOperation<Buffer>({
    label: `reading ${text}`,
    path: text,
    start: (done, signal) => readWhole(path, { signal }, done),
  });
}

/**
 * Reads a whole file as text.
 *
 * **Cancellation:** stops reading; the file is closed.
 *
 * asyncio: none; as `Path.read_text`, except that bytes which are no text of the encoding become `\ufffd`.
 * @param encoding - UTF-8 when none is given.
 * @throws the system's error with the path: `ENOENT`, `EACCES`, `EISDIR` …
 */
export function readTextFile(path: PathLike, encoding: BufferEncoding = "utf8"): Operation<string> {
  return new Routine("readTextFile", decoded(readFile(path), encoding));
}

function* decoded(bytes: Operation<Buffer>, encoding: BufferEncoding) {
  return (yield* bytes).toString(encoding);
}
