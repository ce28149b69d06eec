/** The command as a process of its own, with pipes or at a terminal. */

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const BIN = fileURLToPath(new URL("../../tsyncio/bin/tsyncio.js", import.meta.url));

/** The folder with the programs. */
export const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

/** What moves the cursor or erases, but not what colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own
const MOVES = /\u001b(?:\[[0-9;?]*[A-Za-ln-z]|[78D])/g;

/** Milliseconds after which what is waited for will not come. */
const PATIENCE = 10_000;

/** What a process left behind. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** How a process is started. */
export interface Start {
  /** The folder with the programs by default. */
  readonly cwd?: string;
  /** On top of this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** At a terminal of 100 columns: what it prints is all in `output`, without moves of the cursor. */
  readonly terminal?: boolean;
}

const running = new Set<ChildProcess>();

/** Ends what tests that failed have left behind. */
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** A process that runs. */
export class Command {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #isTerminal: boolean;
  #output = "";
  #errors = "";
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], { cwd = fixtures, env, terminal = false }: Start = {}) {
    const command = [process.execPath, BIN, ...args];
    const quoted = command.map((one) => `'${one}'`).join(" ");
    const [file = "", ...rest] = terminal
      ? ["script", "-qec", `stty rows 40 cols 100; exec ${quoted}`, "/dev/null"]
      : command;
    this.#isTerminal = terminal;
    this.#child = spawn(file, rest, {
      cwd,
      // A group of its own, as a shell makes one for each job.
      detached: !terminal,
      env: {
        ...process.env,
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        // Node takes a CI for a terminal of few colours.
        CI: undefined,
        TERM: "xterm-256color",
        ...env,
      },
    });
    running.add(this.#child);
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text.replaceAll("\r\n", "\n").replaceAll(MOVES, "");
      this.#look();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
      this.#look();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        running.delete(this.#child);
        resolve({ code, signal, output: this.#output, errors: this.#errors });
        this.#look();
      });
    });
  }

  /** Resolves when it has printed something that matches, on either stream. */
  async printed(pattern: RegExp, patience = PATIENCE): Promise<void> {
    const late = new Promise<"late">((resolve) => setTimeout(resolve, patience, "late").unref());
    for (;;) {
      if (pattern.test(this.#output) || pattern.test(this.#errors)) return;
      const more = new Promise<void>((resolve) => this.#waiting.add(resolve));
      const news = await Promise.race([more, this.ended, late]);
      if (news === undefined || pattern.test(this.#output) || pattern.test(this.#errors)) continue;
      const what = news === "late" ? "It has not" : "It ended and never";
      throw new Error(`${what} printed ${pattern}:\n${this.#output}\n${this.#errors}`);
    }
  }

  /** Types at it. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends its input. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Reads no more of what it prints: the other end of the pipe is gone. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  /** Ctrl-C: at a terminal the key, otherwise the signal that it sends to the group. */
  interrupt(): void {
    if (this.#isTerminal) this.type("\x03");
    else process.kill(-(this.#child.pid ?? 0), "SIGINT");
  }

  /** Ctrl-C again and again, as somebody presses it who sees no effect. */
  async interruptUntilEnd(): Promise<Ending> {
    const pressing = setInterval(() => this.interrupt(), 100);
    this.interrupt();
    return this.ended.finally(() => clearInterval(pressing));
  }

  /** A signal to the process alone. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Runs the command to its end. */
export function run(args: readonly string[], start?: Start): Promise<Ending> {
  const command = new Command(args, start);
  command.endInput();
  return command.ended;
}

/** The path of a program. */
export function fixture(name: string): string {
  return join(fixtures, name);
}
