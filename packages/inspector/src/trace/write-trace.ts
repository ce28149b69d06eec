import { openFile, writeFileSync } from "#platform";
import type { Recording } from "../recording/recording.js";
import type { TraceSink } from "../sinks/sink.js";
import { type TraceOptions, traceText } from "./trace-events.js";

/** Characters that are handed over at a time. */
const PIECE = 65_536;

/**
 * Writes a recording as a trace file, to be opened at ui.perfetto.dev or in the Performance panel of Chrome's DevTools: a
 * track for each task, arrows from the step that woke a task to the step that followed.
 *
 * A path is created or overwritten; a stream of Node's is written to and left open. It is written piece by piece, at the
 * pace of the target.
 *
 * **Cancellation:** it is plain promise code and cannot be cancelled.
 * @throws what the target fails with; the file may be incomplete then.
 */
export async function writeTrace(
  recording: Recording,
  target: string | TraceSink,
  options: TraceOptions = {},
): Promise<void> {
  const sink = typeof target === "string" ? openFile(target) : target;
  const output = new Output(sink);
  try {
    for (const piece of piecesOf(traceText(recording, options))) await output.write(piece);
    if (sink !== target) await output.end();
  } finally {
    output.release();
  }
}

/**
 * As `writeTrace`, to a path and in one synchronous call: for the end of a process, which waits for nothing.
 * @throws what the file system fails with.
 */
export function writeTraceSync(
  recording: Recording,
  path: string,
  options: TraceOptions = {},
): void {
  writeFileSync(path, piecesOf(traceText(recording, options)));
}

/** The text in fewer pieces. */
function* piecesOf(texts: Iterable<string>): Generator<string, void, void> {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** A sink whose failure is told to who writes to it. */
class Output {
  readonly #sink: TraceSink;
  #fail: (error: unknown) => void = () => {};
  readonly #failed: Promise<never>;
  readonly #onError = (error: unknown): void => this.#fail(error);

  constructor(sink: TraceSink) {
    this.#sink = sink;
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    sink.on("error", this.#onError);
  }

  /** Resolves when the piece has been taken. */
  write(piece: string): Promise<void> {
    return this.#settles((done) => this.#sink.write(piece, done));
  }

  end(): Promise<void> {
    return this.#settles((done) => this.#sink.end(done));
  }

  release(): void {
    this.#sink.off("error", this.#onError);
  }

  #settles(start: (done: (error?: Error | null) => void) => unknown): Promise<void> {
    const settled = new Promise<void>((resolve, reject) => {
      start((error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
    return Promise.race([settled, this.#failed]);
  }
}
