/** Programs as processes of their own, for what virtual time cannot show: clocks, codes, signals. */

import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a process left behind. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
  /** The seconds between its first line and its last. */
  readonly seconds: number;
}

/** What a running program can be told. */
export interface ChildOptions {
  /** Called at each line it prints; an error ends the program and fails the wait for it. */
  readonly onLine?: (line: string, child: ChildProcess) => unknown;
}

const examples = fileURLToPath(new URL("../", import.meta.url));
const { resolve: find } = createRequire(import.meta.url);
const command = join(dirname(find("tsyncio/package.json")), "bin/tsyncio.js");

/** Runs `npm start -- NAME` without npm, to its end. */
export function startChild(args: readonly string[], options: ChildOptions = {}): Promise<Ending> {
  return toItsEnd([join(examples, "dist/start.js"), ...args], options);
}

/** Runs `tsyncio run` with a file of this folder, to its end. */
export function tsyncioRun(args: readonly string[], options: ChildOptions = {}): Promise<Ending> {
  return toItsEnd([command, "run", ...args], options);
}

function toItsEnd(args: readonly string[], options: ChildOptions): Promise<Ending> {
  const child = spawn(process.execPath, args, { cwd: examples, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const times: number[] = [];
  const failures: unknown[] = [];
  let errors = "";
  async function hear(line: string): Promise<void> {
    try {
      await options.onLine?.(line, child);
    } catch (error) {
      failures.push(error);
      child.kill("SIGKILL");
    }
  }
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    times.push(performance.now());
    void hear(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (failures.length > 0) {
        reject(failures[0]);
        return;
      }
      const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
      resolve({ code, signal, lines, errors, seconds });
    });
  });
}
