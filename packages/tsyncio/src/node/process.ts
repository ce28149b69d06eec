/**
 * A child process. `wait` looks at the process alone and the streams at the pipes alone, so that neither waits for a
 * program in the background that has inherited the pipes. Counterpart: `asyncio.subprocess.Process`.
 */
import type { Coroutine } from "../kernel/coroutine.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { Immediate } from "../kernel/immediate.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { gather } from "../structured/gather.js";
import type { Child } from "./child.js";
import { ConnectionError } from "./connection-error.js";
import type { ProcessPipes } from "./process-pipes.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";
import { ProcessLookupError } from "./subprocess-error.js";
import type { NoPipe, Pipe } from "./subprocess-options.js";

/** Seconds for what is still on its way out of a process that has ended. */
const LAST_WORDS = 0.1;

/**
 * A child process, made by `createSubprocessExec()` and `createSubprocessShell()`. By `asyncWith` it and all that it has
 * started end with the block at the latest: they are told to (SIGTERM), and killed after its time of grace.
 *
 * A process that still runs when its run ends is ended in the same way, and one that runs when this process ends, by a
 * signal too, is killed. What a program starts in a session of its own escapes all that.
 *
 * **Cancellation:** of the task that waits for it leaves it running; of the block ends it.
 *
 * asyncio: `Process`, which is no context manager; there a process outlives its parent.
 */
export class Process<
  In extends Pipe | NoPipe = Pipe | NoPipe,
  Out extends Pipe | NoPipe = Pipe | NoPipe,
  Err extends Pipe | NoPipe = Pipe | NoPipe,
> implements AsyncContextManager<Process<In, Out, Err>>
{
  /** The system's number for it, and for its group. */
  readonly pid: number;
  /** Writes to its stdin; null when that is no `PIPE`. */
  readonly stdin: In["writer"];
  /** Reads its stdout; null when that is no `PIPE`. */
  readonly stdout: Out["reader"];
  /** Reads its stderr; null when that is no `PIPE`. */
  readonly stderr: Err["reader"];
  readonly #child: Child;
  readonly #pipes: ProcessPipes;

  /** @internal */
  constructor(child: Child, pipes: ProcessPipes) {
    this.pid = child.pid;
    this.#child = child;
    this.#pipes = pipes;
    this.stdin = pipes.stdin;
    this.stdout = pipes.stdout;
    this.stderr = pipes.stderr;
  }

  /** The code with which it has exited, the negative number of the signal that has ended it, null while it runs. */
  get returncode(): number | null {
    return this.#child.returncode;
  }

  /**
   * Waits until it has exited, and gives its `returncode`. Its output may still be there to be read. A process that
   * writes into a pipe which nobody reads does not exit: `communicate()` reads too.
   *
   * **Cancellation:** leaves it running.
   *
   * asyncio: `wait`; there it also waits for others that have the pipes open.
   */
  wait(): Operation<number> {
    return this.#child.wait();
  }

  /**
   * Writes `input` to its stdin and closes that, reads stdout and stderr to their ends, and waits until it has exited.
   * What is no pipe gives null. A process that does not read its input is no error.
   *
   * **Cancellation:** leaves it running. What was read stays to be read; some of the input may have been written.
   *
   * asyncio: `communicate`; there a cancelled one loses what was read.
   * @param input - text, to be written as UTF-8, or bytes; without a pipe for stdin it is ignored.
   */
  communicate(input?: string | Uint8Array): Operation<[stdout: Out["data"], stderr: Err["data"]]> {
    return new Routine("communicate", exchange(this.#child, this.#pipes, input));
  }

  /**
   * Sends it a signal; to it alone, not to what it has started.
   *
   * asyncio: `send_signal`.
   * @throws {ProcessLookupError} when it has exited (`ESRCH`).
   */
  sendSignal(signal: NodeJS.Signals | number): void {
    if (this.returncode !== null) {
      throw new ProcessLookupError(
        `Cannot send ${signal} to ${String(this)}: it has exited; look at returncode first`,
      );
    }
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It has just exited, and nobody could know.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /**
   * Sends it SIGTERM; to it alone, not to what it has started.
   *
   * asyncio: `terminate`.
   * @throws {ProcessLookupError} when it has exited (`ESRCH`).
   */
  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  /**
   * Sends it SIGKILL; to it alone, not to what it has started: `end(0)` kills that too.
   *
   * asyncio: `kill`.
   * @throws {ProcessLookupError} when it has exited (`ESRCH`).
   */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /**
   * Ends it and all that it has started, as the end of a block does, and gives its `returncode`: sends SIGTERM, waits,
   * and sends SIGKILL to what is left after the time of grace.
   *
   * **Cancellation:** kills at once.
   *
   * asyncio: none.
   * @param grace - seconds, or a string with its unit; the option `grace` when none is given, 0 kills at once.
   * @throws {RangeError} when it is no duration (`ERR_INVALID_DURATION`).
   */
  end(grace?: Duration): Operation<number> {
    const seconds = grace === undefined ? this.#child.grace : toSeconds(grace, "grace");
    return new Routine("the end of a process", this.#child.end(seconds));
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Operation<Process<In, Out, Err>> {
    return new Immediate<Process<In, Out, Err>>(() => {
      this.#child.held = true;
      return this;
    });
  }

  /**
   * Ends it and all that it has started, and closes the pipes; called by `asyncWith`.
   *
   * **Cancellation:** kills at once.
   */
  *exit(_error: unknown): Coroutine<boolean> {
    try {
      this.#pipes.ending();
      yield* this.#child.end(this.#child.grace);
      yield* this.#pipes.drained(LAST_WORDS);
    } finally {
      this.#pipes.close();
      this.#child.letGo();
    }
    return false;
  }

  toString(): string {
    return String(this.#child);
  }
}

function* exchange(
  child: Child,
  { stdin, stdout, stderr }: ProcessPipes,
  input: string | Uint8Array | undefined,
): Coroutine<[Buffer | null, Buffer | null]> {
  const [out, err] = yield* gather(readAll(stdout), readAll(stderr), feed(stdin, input));
  yield* child.wait();
  return [out, err];
}

function* readAll(stream: StreamReader | null): Coroutine<Buffer | null> {
  return stream === null ? null : yield* stream.read();
}

/** Counterpart of `Process._feed_stdin`. */
function* feed(
  stdin: StreamWriter | null,
  input: string | Uint8Array | undefined,
): Coroutine<void> {
  if (stdin === null) return;
  try {
    if (input !== undefined) stdin.write(input);
    yield* stdin.drain();
  } catch (error) {
    // It does not want to know.
    const code = error instanceof ConnectionError ? error.code : undefined;
    if (code !== "EPIPE" && code !== "ECONNRESET") throw error;
  }
  stdin.close();
}
