import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { PROCESS_CODE } from "./bootstrap.js";
import { PoolExecutor, type PoolOptions } from "./pool-executor.js";
import { type Order, type Report, SLOTS } from "./protocol.js";
import type { WorkerEvents, WorkerLink, WorkerStart } from "./worker-link.js";

/** What a pool of processes can be told. */
export interface ProcessPoolOptions extends PoolOptions {
  /** The environment of the processes; this one's by default. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Their working folder; this one's by default. */
  readonly cwd?: string | undefined;
  /**
   * Node's own options for the processes, such as `--max-old-space-size`; those of this process by default, without the
   * debugger's.
   */
  readonly execArgv?: readonly string[] | undefined;
  /** How many bytes a result may have; 64 MiB by default. */
  readonly resultLimit?: number | undefined;
}

/** Milliseconds in which the messages of a process that has ended should have arrived. */
const LAST_MESSAGES = 1000;
/** Options that belong to the program as it was started, and not to its workers. */
const NOT_INHERITED =
  /^(?:-[ep]|-pe|--(?:eval|print|check|interactive|test|watch|inspect|input-type|require-main)\b.*)$/;

/**
 * Runs jobs in processes of their own, which share nothing: one that crashes takes nothing else with it. What travels is
 * copied; a message takes longer than to a thread.
 *
 * asyncio: `concurrent.futures.ProcessPoolExecutor`.
 */
export class ProcessPoolExecutor extends PoolExecutor {
  readonly #options: ProcessPoolOptions;

  constructor(options: ProcessPoolOptions = {}) {
    super(options, "one by one");
    this.#options = options;
  }

  protected startWorker(start: WorkerStart, events: WorkerEvents): WorkerLink {
    return new ProcessLink(start, events, this.#options);
  }
}

class ProcessLink implements WorkerLink {
  readonly #child: ChildProcess;
  #isOver = false;

  constructor(start: WorkerStart, events: WorkerEvents, options: ProcessPoolOptions) {
    const { cwd, env, resultLimit = 64 * 1024 * 1024 } = options;
    const child = spawn(
      process.execPath,
      [...(options.execArgv ?? inheritedArgv()), "--input-type=commonjs", "-e", PROCESS_CODE],
      {
        serialization: "advanced",
        stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
        windowsHide: true,
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env }),
      },
    );
    this.#child = child;
    const pipe = child.stdio[4] as Socket | null | undefined;
    pipe?.on("error", () => {});
    pipe?.unref();
    child.on("message", (batch: readonly Report[]) => events.received(batch));
    this.#watchEnd(events);
    child.send([{ ...start, bytes: SLOTS * 8, resultLimit }], ignore);
  }

  /** What it sent before it ended may come after the news of its end. */
  #watchEnd(events: WorkerEvents): void {
    const child = this.#child;
    let reason: string | undefined;
    let cause: unknown;
    const over = (): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      events.ended(reason ?? "its process ended", cause);
    };
    child.on("error", (error) => {
      cause ??= error;
      reason ??= error.message;
      // It never started; otherwise there is an exit to wait for.
      if (child.pid === undefined) setImmediate(over);
    });
    child.on("exit", (code, signal) => {
      reason ??=
        signal === null
          ? `its process ended with exit code ${code}`
          : `its process was ended by ${signal}`;
      if (child.connected) setTimeout(over, LAST_MESSAGES);
      else over();
    });
    child.on("disconnect", () => {
      if (reason !== undefined) over();
    });
  }

  post(batch: readonly Order[]): void {
    if (this.#child.connected) this.#child.send(batch as Order[], ignore);
  }

  sent(): void {}

  takeBack(): boolean {
    return false;
  }

  begun(): boolean {
    return true;
  }

  markCancelled(slot: number, id: number): void {
    const record = Buffer.alloc(8);
    record.writeInt32LE(slot, 0);
    record.writeInt32LE(id, 4);
    (this.#child.stdio[4] as Socket | null | undefined)?.write(record);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  hold(isBusy: boolean): void {
    const { channel } = this.#child;
    if (isBusy) {
      this.#child.ref();
      channel?.ref();
    } else {
      this.#child.unref();
      channel?.unref();
    }
  }
}

/** A message to a process that has just ended: its end is told otherwise. */
function ignore(): void {}

function inheritedArgv(): string[] {
  const { execArgv } = process;
  return execArgv.filter((option, index) => {
    if (NOT_INHERITED.test(option)) return false;
    return !/^(?:-[ep]|-pe|--eval|--print|--input-type)$/.test(execArgv[index - 1] ?? "");
  });
}
