/** Workers and submitters of queues as processes of their own, on the built package. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

const started = new Set<QueueProgram>();

/** Ends what is left. */
export async function killPrograms(): Promise<void> {
  await Promise.all([...started].map((program) => program.kill()));
}

export class QueueProgram {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  output = "";

  constructor(file: string, ...args: string[]) {
    this.child = spawn(process.execPath, [file, ...args], { cwd: fixtures });
    started.add(this);
    this.child.stdout.on("data", (chunk) => this.#note(chunk));
    this.child.stderr.on("data", (chunk) => this.#note(chunk));
    this.ended = once(this.child, "close").then(([code, signal]) => {
      started.delete(this);
      return { code, signal };
    });
  }

  #note(chunk: unknown): void {
    this.output += String(chunk);
  }

  /** Waits until it has printed `text`. */
  async prints(text: string): Promise<this> {
    const isOver = this.ended.then(() => "over");
    while (!this.output.includes(text)) {
      const printed = Promise.race([
        once(this.child.stdout, "data"),
        once(this.child.stderr, "data"),
      ]);
      if ((await Promise.race([printed, isOver])) === "over") {
        throw new Error(`It ended without printing ${JSON.stringify(text)}:\n${this.output}`);
      }
    }
    return this;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

/** A worker that is ready. */
export function startWorker(
  options: Readonly<Record<string, unknown>>,
  module = "../jobs/queue-jobs.js",
): Promise<QueueProgram> {
  return new QueueProgram("queue-worker.js", module, JSON.stringify(options)).prints("Ready");
}
