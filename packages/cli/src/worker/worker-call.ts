/** The grammar of `tsyncio worker`, and its help. */

import { type Command, InvalidArgumentError } from "commander";

/** `tsyncio worker`. */
export interface WorkerCall {
  readonly command: "worker";
  /** The files that define the jobs. */
  readonly files: readonly string[];
  /** Those of `runWorker`. */
  readonly options: WorkerCallOptions;
}

/** What the command line can say of a worker; what it does not say is left to `runWorker`. */
export interface WorkerCallOptions {
  readonly queue?: string;
  readonly concurrency?: number;
  readonly threads?: number;
  readonly connection?: string;
  readonly prefix?: string;
  readonly drain?: string;
  readonly lease?: string;
}

/** Adds the command. */
export function addWorkerCommand(program: Command, onCall: (call: WorkerCall) => void): void {
  program
    .command("worker")
    .description("Do the jobs of a queue, until Ctrl-C or SIGTERM.")
    .usage("[options] FILES")
    .argument("<files...>", "the modules that define the jobs: .ts .mts .cts .tsx .js .mjs .cjs")
    .option("--queue <name>", 'the queue; "jobs" by default')
    .option("--concurrency <n>", "jobs at once; as many as the machine computes by default", whole)
    .option("--threads <n>", "threads that they are done on", whole)
    .option("--redis <url>", "where Redis is; $REDIS_URL or redis://127.0.0.1:6379 by default")
    .option("--prefix <text>", 'what keys in Redis begin with; "bull" by default')
    .option("--drain <time>", "when stopped, how long jobs may go on; 10s by default", duration)
    .option("--lease <time>", "after which a silent worker's jobs are taken; 30s", duration)
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .action((files: string[], { redis, ...options }: WorkerCallOptions & { redis?: string }) => {
      const connection = redis ?? process.env["REDIS_URL"];
      onCall({
        command: "worker",
        files,
        options: connection === undefined ? options : { ...options, connection },
      });
    });
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 1");
}

function duration(text: string): string {
  if (/^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(text)) return text;
  throw new InvalidArgumentError('expected a time such as "30s"');
}

const EXAMPLES = `
The jobs are those that the files define by defineJobs, or export. On Ctrl-C or SIGTERM the worker
takes no more jobs, lets those that it has go on for a while, and gives back what is left; a second
Ctrl-C ends it at once.

Examples:
  tsyncio worker jobs.ts --queue images --concurrency 8
  tsyncio worker jobs.ts --redis redis://queue.example.org:6379

Exit codes: 0 when it was stopped; 1 after an error, such as a module that throws; 2 for a bad call.`;
