/**
 * Reads the arguments and hands over to the command that they name. Each command is loaded when it
 * is called, so that a program which is only run starts without the console, the timeline and the
 * watcher.
 */

import type { Call, RunCall } from "./command-line.js";

/**
 * Does what the arguments of the command `tsyncio` ask for.
 *
 * Resolves with the exit code when the command has ended; for `run` with 0 as soon as the program
 * has been started, which from then on has the process and its exit code to itself. Does not wait
 * for the program.
 *
 * @param args - the arguments without those of Node: `["run", "delay.ts"]`.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { BadCall } = await import("./bad-call.js");
  try {
    return await obey(plainRun(args) ?? (await readArguments(args)));
  } catch (error) {
    if (!(error instanceof BadCall)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** `run FILE` and arguments that are no options: the most common call needs no parser. */
function plainRun([command, file, ...rest]: readonly string[]): RunCall | undefined {
  const isPlain = [file ?? "-", ...rest].every((arg) => !arg.startsWith("-"));
  if (command !== "run" || file === undefined || !isPlain) return undefined;
  const settings = { debug: false, virtual: false, watch: false };
  return {
    command,
    file,
    args: rest,
    settings: { ...settings, timeline: undefined, trace: undefined },
  };
}

async function readArguments(args: readonly string[]): Promise<Call> {
  const { readCommandLine } = await import("./command-line.js");
  return readCommandLine(args);
}

async function obey(call: Call): Promise<number> {
  switch (call.command) {
    case "none":
      return 0;
    case "run": {
      const { runCommand } = await import("./run/run-command.js");
      return runCommand(call);
    }
    case "worker": {
      const { workerCommand } = await import("./worker/worker-command.js");
      return workerCommand(call);
    }
    case "repl": {
      const { replCommand } = await import("./repl/repl-command.js");
      return replCommand(call);
    }
  }
}
