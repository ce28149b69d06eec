/** Starting child processes. Counterpart: `asyncio.subprocess`, on `node:child_process`. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fromPromise } from "../interop/from-promise.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { toSeconds } from "../kernel/duration.js";
import { runningLoop } from "../kernel/running-loop.js";
import { Child } from "./child.js";
import { Opening } from "./opening.js";
import { Process } from "./process.js";
import { ProcessPipes } from "./process-pipes.js";
import { type SocketPair, socketPair } from "./socket-pair.js";
import { checkLimit } from "./stream-reader.js";
import { notStarted } from "./subprocess-error.js";
import {
  type NoPipe,
  PIPE,
  type Piped,
  STDOUT,
  type SubprocessOptions,
  toStdio,
} from "./subprocess-options.js";

/** Seconds. */
const GRACE = 5;
/** Characters of a command in messages. */
const LABEL = 80;

/** The process that the options `O` make. */
export type ProcessWith<O> = Process<Piped<O, "stdin">, Piped<O, "stdout">, Piped<O, "stderr">>;

/** What is to be started. */
interface Command {
  /** For messages. */
  readonly program: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly own: SpawnOptions;
}

/**
 * Starts a program: `createSubprocessExec("ls", "-l", { stdout: PIPE })`. By `asyncWith` it ends with the block at the
 * latest; see `Process`.
 *
 * Yields to the loop only when it fails, and for `stderr: STDOUT` with a pipe.
 *
 * **Cancellation:** leaves nothing begun.
 *
 * asyncio: `create_subprocess_exec`.
 * @param args - the arguments of the program, and at the end, if need be, the options.
 * @throws {SubprocessError} when it cannot be started, with the system's code: `ENOENT`, `EACCES` …
 * @throws {RangeError} for a `stdin`, `stdout` or `stderr` that leads nowhere (`ERR_INVALID_ARG`).
 */
export function createSubprocessExec(
  program: string,
  ...args: string[]
): Opening<Process<NoPipe, NoPipe, NoPipe>>;
export function createSubprocessExec<const O extends SubprocessOptions>(
  program: string,
  ...args: [...args: string[], options: O]
): Opening<ProcessWith<O>>;
export function createSubprocessExec(
  program: string,
  ...given: (string | SubprocessOptions)[]
): Opening<Process> {
  const last = given.at(-1);
  const options = typeof last === "object" && last !== null ? last : {};
  const args = (options === last ? given.slice(0, -1) : given) as string[];
  const { executable } = options;
  const command: Command = {
    program,
    file: executable ?? program,
    args,
    own: executable === undefined ? {} : { argv0: program },
  };
  return new Opening("createSubprocessExec", started(command, options));
}

/**
 * Starts a command line in a shell: `createSubprocessShell("ls | wc -l", { stdout: PIPE })`. By `asyncWith` the shell
 * and all that it has started end with the block at the latest; see `Process`. Text from elsewhere does not belong in a
 * command line: pass it as an argument of `createSubprocessExec`.
 *
 * Yields to the loop only when it fails, and for `stderr: STDOUT` with a pipe.
 *
 * **Cancellation:** leaves nothing begun.
 *
 * asyncio: `create_subprocess_shell`.
 * @throws {SubprocessError} when the shell cannot be started. A command that does not exist gives the return code 127.
 * @throws {RangeError} for a `stdin`, `stdout` or `stderr` that leads nowhere (`ERR_INVALID_ARG`).
 */
export function createSubprocessShell(command: string): Opening<Process<NoPipe, NoPipe, NoPipe>>;
export function createSubprocessShell<const O extends SubprocessOptions>(
  command: string,
  options: O,
): Opening<ProcessWith<O>>;
export function createSubprocessShell(
  command: string,
  options: SubprocessOptions = {},
): Opening<Process> {
  const shell = {
    program: command,
    file: command,
    args: [],
    own: { shell: options.executable ?? true },
  };
  return new Opening("createSubprocessShell", started(shell, options));
}

function* started(command: Command, options: SubprocessOptions): Coroutine<Process> {
  runningLoop("start process");
  checkLimit(options.limit);
  const grace = toSeconds(options.grace ?? GRACE, "grace");
  toStdio(options, undefined);
  const joined = options.stdout === PIPE && options.stderr === STDOUT;
  const pair = joined ? yield* socketPair() : undefined;
  const leads = options.startNewSession ?? true;
  const { process, error } = start(command, options, leads, pair);
  if (process?.pid === undefined) {
    const cause = error ?? (yield* fromPromise(spawnError(process as ChildProcess)));
    pair?.ours.destroy();
    throw notStarted(command.program, options.cwd, cause);
  }
  const label = [command.program, ...command.args].join(" ");
  const short = label.length > LABEL ? `${label.slice(0, LABEL)}…` : label;
  const child = new Child(process, short, leads, grace);
  const pipes = new ProcessPipes(process, pair?.ours ?? process.stdout, short, options.limit);
  return new Process(child, pipes);
}

/** Node throws some errors and gives others to a listener. */
function start(
  { file, args, own }: Command,
  options: SubprocessOptions,
  leads: boolean,
  pair: SocketPair | undefined,
): { readonly process?: ChildProcess; readonly error?: unknown } {
  const { cwd, env, user, group } = options;
  try {
    return {
      process: spawn(file, args, {
        stdio: toStdio(options, pair?.theirs),
        cwd,
        detached: leads && globalThis.process.platform !== "win32",
        ...(env === undefined ? {} : { env: { ...env } }),
        ...(user === undefined ? {} : { uid: user }),
        ...(group === undefined ? {} : { gid: group }),
        ...own,
      }),
    };
  } catch (error) {
    return { error };
  } finally {
    // The process has its own now.
    pair?.theirs.destroy();
  }
}

function spawnError(process: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => process.once("error", resolve));
}
