/** Programs in processes of their own, for what only a whole process shows: Ctrl-C, its end, its memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const SOURCES = fileURLToPath(new URL("programs/", import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: string[];
  readonly stderr: string;
}

/** A program that runs. */
export class Program {
  readonly #process: ChildProcess;
  readonly #exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  readonly #waiting = new Set<() => void>();
  #stdout = "";
  #stderr = "";

  constructor(file: string, nodeOptions: readonly string[]) {
    this.#process = spawn(process.execPath, [...nodeOptions, file], {
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, NODE_OPTIONS: "" },
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      for (const look of this.#waiting) look();
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#exit = new Promise((resolve) => {
      this.#process.on("close", (code, signal) => resolve([code, signal]));
    });
  }

  /** Waits until the program has printed `line`. */
  async printed(line: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.#stdout.split("\n").includes(line)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    const ended = this.#exit.then(() => {
      throw new Error(`The program ended without printing ${line}: ${this.#stdout}${this.#stderr}`);
    });
    await Promise.race([seen, ended]);
  }

  /** Does what Ctrl-C does. */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Waits for the end of the process. */
  async ended(): Promise<Ended> {
    const [code, signal] = await this.#exit;
    const lines = this.#stdout.split("\n").slice(0, -1);
    return { code, signal, lines, stderr: this.#stderr };
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}

/**
 * Starts the programs of `test/programs` by name. They are bundled with the sources of the package before the first
 * test of the file; what still runs after the last is killed.
 */
export function programs(): (name: string, ...nodeOptions: string[]) => Program {
  const running: Program[] = [];
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tsyncio-programs-"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    buildSync({
      entryPoints: readdirSync(SOURCES).map((name) => join(SOURCES, name)),
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["tsyncio-source"],
      keepNames: true,
      outdir: folder,
      logLevel: "error",
    });
  });
  afterAll(() => {
    for (const program of running) program.kill();
    rmSync(folder, { recursive: true });
  });
  return (name, ...nodeOptions) => {
    const program = new Program(join(folder, `${basename(name)}.js`), nodeOptions);
    running.push(program);
    return program;
  };
}
