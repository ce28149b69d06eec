/** What the inspector needs of Node. */
import { closeSync, createWriteStream, openSync, writeFileSync as writeAll } from "node:fs";
import type { TraceSink } from "../sinks/sink.js";

/** A file to write to. */
export function openFile(path: string): TraceSink {
  return createWriteStream(path) as unknown as TraceSink;
}

/** Writes pieces of text to a file, in this call. */
export function writeFileSync(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    for (const piece of pieces) writeAll(file, piece);
  } finally {
    closeSync(file);
  }
}

/** Signals that end a process without its `exit` event. Ctrl-C is the run's affair. */
const DEADLY: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/** Calls `fn` when the process ends, unless the returned function was called before. */
export function atExit(fn: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    fn();
    forget();
    // Nobody else wants it: the process dies of it, as it would have.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off("exit", fn);
    for (const signal of DEADLY) process.off(signal, onSignal);
  };
  process.on("exit", fn);
  for (const signal of DEADLY) process.on(signal, onSignal);
  return forget;
}
