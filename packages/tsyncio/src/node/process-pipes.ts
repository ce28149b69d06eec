/** The pipes of a process: its streams while it runs, and what becomes of them when it is ended. */
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import type { Coroutine } from "../kernel/coroutine.js";
import { Future } from "../kernel/future.js";
import { wait } from "../structured/wait.js";
import { streamWriterFrom } from "./node-streams.js";
import { feedFrom } from "./node-transport.js";
import { type ReadSource, StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

/** One of stdout and stderr. */
class OutputPipe implements ReadSource {
  readonly stream: Readable;
  readonly reader: StreamReader;
  readonly #label: string;
  #state: "flowing" | "paused" | "ending" | "discarding" = "flowing";

  constructor(stream: Readable, label: string, limit: number | undefined) {
    this.stream = stream;
    this.#label = label;
    // When the process has exited, Node lets its pipes flow: a program in the background may still write into them.
    stream.on("resume", () => {
      if (this.#state === "paused") stream.pause();
    });
    this.reader = new StreamReader(this, { limit });
    feedFrom(stream, this.reader);
  }

  describePeer(): string {
    return this.#label;
  }

  pause(): void {
    if (this.#state === "ending") this.#discard();
    if (this.#state !== "flowing") return;
    this.#state = "paused";
    this.stream.pause();
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "flowing";
    this.stream.resume();
  }

  /** Nothing is held back any more, so that the process can say its last words: who reads gets what fits, then the end. */
  ending(): void {
    const paused = this.#state === "paused";
    this.#state = "ending";
    if (paused) this.#discard();
  }

  #discard(): void {
    this.#state = "discarding";
    this.stream.removeAllListeners("data");
    this.stream.on("data", () => {});
    this.stream.resume();
  }
}

/** The pipes that a process was given. */
export class ProcessPipes {
  readonly stdin: StreamWriter | null;
  readonly stdout: StreamReader | null;
  readonly stderr: StreamReader | null;
  readonly #process: ChildProcess;
  readonly #outputs: OutputPipe[] = [];

  constructor(
    process: ChildProcess,
    stdout: Readable | null,
    label: string,
    limit: number | undefined,
  ) {
    this.#process = process;
    const { stdin, stderr } = process;
    this.stdin = stdin === null ? null : streamWriterFrom(stdin, { label: `stdin of ${label}` });
    this.stdout = this.#output(stdout, `stdout of ${label}`, limit);
    this.stderr = this.#output(stderr, `stderr of ${label}`, limit);
  }

  #output(stream: Readable | null, label: string, limit: number | undefined): StreamReader | null {
    if (stream === null) return null;
    const pipe = new OutputPipe(stream, label, limit);
    this.#outputs.push(pipe);
    return pipe.reader;
  }

  /** The process is about to be ended. */
  ending(): void {
    for (const output of this.#outputs) output.ending();
  }

  /** Waits for their ends, at most so many seconds: the system may tell of an exit before it gives the last words. */
  *drained(seconds: number): Coroutine<void> {
    const open = this.#outputs.filter(({ stream }) => !stream.readableEnded && !stream.destroyed);
    if (open.length === 0) return;
    const ends = open.map(({ stream }) => {
      const end = new Future<void>();
      stream.once("close", () => {
        if (!end.done()) end.setResult();
      });
      return end;
    });
    yield* wait(ends, { timeout: seconds });
  }

  /** Closes them, whoever else has them open. */
  close(): void {
    this.#process.stdin?.destroy();
    for (const { stream } of this.#outputs) stream.destroy();
  }
}
