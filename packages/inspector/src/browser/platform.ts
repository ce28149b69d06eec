/** What the inspector needs of its engine, in one without files and processes. */
import type { TraceSink } from "../sinks/sink.js";

/** @throws {Error} always (`ERR_NO_FILES`). */
export function openFile(path: string): TraceSink {
  throw noFiles(path);
}

/** @throws {Error} always (`ERR_NO_FILES`). */
export function writeFileSync(path: string, _pieces: Iterable<string>): void {
  throw noFiles(path);
}

/** There is no exit to wait for. */
export function atExit(_fn: () => void): () => void {
  return () => {};
}

function noFiles(path: string): Error {
  return Object.assign(
    new Error(
      `Cannot write trace to ${JSON.stringify(path)}: this engine has no files; pass a stream`,
    ),
    { code: "ERR_NO_FILES" },
  );
}
