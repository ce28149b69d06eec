/** Programs as processes of their own, for what virtual time cannot show: clocks, codes, signals. */

import { type ChildProcess, spawn } from "node:child_process";
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
  /** Called at each line it prints. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

/** Runs `npm start -- NAME` without npm, to its end. */
export function startChild(args: readonly string[], options: ChildOptions = {}): Promise<Ending> {
  const file = fileURLToPath(new URL("../dist/start.js", import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const times: number[] = [];
  let errors = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    times.push(performance.now());
    options.onLine?.(line, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
      resolve({ code, signal, lines, errors, seconds });
    });
  });
}
