/**
 * `tsyncio run --watch`: the program runs in a process of its own, which names the files that it
 * loads; when one of them changes, the program is ended as by Ctrl-C, so that its cleanup runs, and
 * started again.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunCall } from "../command-line.js";
import { HEARD, REPORT_VARIABLE } from "../modules/report-files.js";
import { FileWatcher } from "./file-watcher.js";

/** Milliseconds that a program has for its cleanup, after which it is told once more, and killed. */
const PATIENCE = 5000;
const LAST_PATIENCE = 1000;
/** Milliseconds in which a program that a signal reaches as well says so. */
const HEARING = 300;

/** Runs the program as often as it changes, until Ctrl-C. Resolves with the exit code. */
export function watchCommand(call: RunCall): Promise<number> {
  return new Watch(call).run();
}

class Watch {
  readonly #call: RunCall;
  readonly #watcher = new FileWatcher((file) => this.#onChange(file));
  #child: ChildProcess | undefined;
  #state: "running" | "restarting" | "waiting" | "leaving" = "waiting";
  #heard = false;
  #leave: (code: number) => void = () => {};

  constructor(call: RunCall) {
    this.#call = call;
  }

  run(): Promise<number> {
    const { file } = this.#call;
    this.#watcher.add(file);
    process.on("SIGINT", () => this.#end("SIGINT", 130));
    process.on("SIGTERM", () => this.#end("SIGTERM", 143));
    this.#start();
    return new Promise((resolve) => {
      this.#leave = (code) => {
        this.#watcher.close();
        resolve(code);
      };
    });
  }

  #start(): void {
    const child = spawn(process.execPath, this.#arguments(), {
      stdio: ["inherit", "inherit", "inherit", "pipe"],
      env: { ...process.env, [REPORT_VARIABLE]: "3" },
    });
    this.#child = child;
    this.#state = "running";
    this.#heard = false;
    this.#listen(child.stdio[3] as Readable);
    child.on("exit", (code, signal) => {
      this.#child = undefined;
      if (this.#state === "restarting") this.#start();
      else if (this.#state === "running") {
        this.#state = "waiting";
        this.#watcher.wide = code !== 0;
        note(
          `ended ${signal === null ? `with code ${code}` : `by ${signal}`}; waiting for changes`,
        );
      }
    });
  }

  #arguments(): string[] {
    const { file, args, settings } = this.#call;
    const options = ["debug", "virtual"].filter((name) => {
      return settings[name as "debug" | "virtual"];
    });
    const flags = options.map((name) => `--${name}`);
    if (settings.timeline !== undefined) {
      flags.push(settings.timeline === "live" ? "--timeline=live" : "--timeline");
    }
    if (settings.trace !== undefined) flags.push("--trace", settings.trace);
    const [, command = ""] = process.argv;
    return [...process.execArgv, command, "run", ...flags, file, "--", ...args];
  }

  /** The files that the program loads, one a line. */
  #listen(reports: Readable): void {
    let rest = "";
    reports.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === HEARD) this.#heard = true;
        else this.#watcher.add(line);
      }
    });
  }

  #onChange(file: string): void {
    if (this.#state === "restarting" || this.#state === "leaving") return;
    note(`${basename(file)} has changed; starting again`);
    this.#watcher.wide = false;
    const child = this.#child;
    if (child === undefined) {
      this.#start();
      return;
    }
    this.#state = "restarting";
    void endWithCleanup(child);
  }

  /** A terminal's Ctrl-C reaches the program as well; another signal is passed on. */
  #end(signal: NodeJS.Signals, code: number): void {
    const child = this.#child;
    if (this.#state !== "leaving") child?.once("exit", () => this.#leave(code));
    this.#state = "leaving";
    if (child === undefined) {
      this.#leave(code);
      return;
    }
    if (signal !== "SIGINT") child.kill(signal);
    else {
      setTimeout(() => {
        if (!this.#heard && isRunning(child)) child.kill("SIGINT");
      }, HEARING).unref();
    }
  }
}

/** Ends the program as Ctrl-C does, and by other means when it takes too long. */
async function endWithCleanup(child: ChildProcess): Promise<void> {
  child.kill("SIGINT");
  await sleep(PATIENCE, undefined, { ref: false });
  if (isRunning(child)) child.kill("SIGINT");
  await sleep(LAST_PATIENCE, undefined, { ref: false });
  if (isRunning(child)) child.kill("SIGKILL");
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function note(text: string): void {
  console.error(`[tsyncio] ${text}`);
}
