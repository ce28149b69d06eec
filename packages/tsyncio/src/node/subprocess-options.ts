/** What a subprocess may be given, and what of it becomes a stream. */
import type { StdioOptions } from "node:child_process";
import type { Duration } from "../kernel/duration.js";
import { describeValue, rangeError } from "../kernel/errors.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

/**
 * For `stdin`, `stdout` and `stderr`: a pipe, whose other end is the stream of that name of the `Process`.
 *
 * asyncio: `asyncio.subprocess.PIPE`.
 */
export const PIPE = -1;

/**
 * For `stderr`: the same as `stdout`.
 *
 * asyncio: `asyncio.subprocess.STDOUT`.
 */
export const STDOUT = -2;

/**
 * For `stdin`, `stdout` and `stderr`: nothing to read, and what is written is lost.
 *
 * asyncio: `asyncio.subprocess.DEVNULL`.
 */
export const DEVNULL = -3;

/** Where a stream of a process leads: `PIPE`, `DEVNULL`, a file that is open, or, without anything, where ours does. */
export type Redirection = number | { readonly fd: number } | null | undefined;

/** What a process may be given besides its arguments. */
export interface SubprocessOptions {
  /** What it reads from; what this process reads from when nothing is given. */
  readonly stdin?: Redirection;
  /** What it writes to; what this process writes to when nothing is given. */
  readonly stdout?: Redirection;
  /** What it writes errors to, also `STDOUT`; what this process writes them to when nothing is given. */
  readonly stderr?: Redirection;
  /** The folder in which it runs; that of this process when none is given. */
  readonly cwd?: string | undefined;
  /** All of its environment; that of this process when none is given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The limit of the streams, see `StreamReader`; 65,536 when none is given. */
  readonly limit?: number | undefined;
  /** How long it may take to end once it was told to, before it is killed; 5 s when nothing is given. */
  readonly grace?: Duration | undefined;
  /**
   * The process leads a session and a group of its own, so that all that it starts can be ended with it; true when nothing
   * is given. With false it can use the terminal, Ctrl-C reaches it too, and only it itself is ended.
   */
  readonly startNewSession?: boolean | undefined;
  /** The file to execute, where the name of the program is to be another; for a shell, the shell. */
  readonly executable?: string | undefined;
  /** The number of the user it runs as. */
  readonly user?: number | undefined;
  /** The number of the group of users it runs as. */
  readonly group?: number | undefined;
}

/** What a `Process` has where the option is `PIPE`. */
export interface Pipe {
  readonly writer: StreamWriter;
  readonly reader: StreamReader;
  readonly data: Buffer;
}

/** What a `Process` has where the option is anything else. */
export interface NoPipe {
  readonly writer: null;
  readonly reader: null;
  readonly data: null;
}

type PipeOf<V> = V extends typeof PIPE ? Pipe : number extends V ? Pipe | NoPipe : NoPipe;

/** What a `Process` with the options `O` has for the one of the three that is called `K`. */
export type Piped<O, K extends "stdin" | "stdout" | "stderr"> = O extends {
  readonly [P in K]: infer V;
}
  ? PipeOf<V>
  : K extends keyof O
    ? Pipe | NoPipe
    : NoPipe;

type Stdio = Extract<StdioOptions, unknown[]>[number];

/**
 * What Node takes for the three. `merged` stands in for stdout and stderr where they are one pipe.
 * @throws {RangeError} for what leads nowhere (`ERR_INVALID_ARG`).
 */
export function toStdio(options: SubprocessOptions, merged: Stdio | undefined): Stdio[] {
  const stdin = redirected("stdin", options.stdin, 0);
  const stdout = merged ?? redirected("stdout", options.stdout, 1);
  const stderr = options.stderr === STDOUT ? stdout : redirected("stderr", options.stderr, 2);
  return [stdin, stdout, stderr];
}

function redirected(name: string, to: Redirection, own: number): Stdio {
  if (to === undefined || to === null) return own;
  if (to === PIPE) return "pipe";
  if (to === DEVNULL) return "ignore";
  const fd = typeof to === "object" ? to.fd : to;
  if (Number.isInteger(fd) && fd >= 0) return fd;
  const found = to === STDOUT ? "STDOUT, which is for stderr only" : describeValue(to);
  throw rangeError(
    "ERR_INVALID_ARG",
    `Cannot start process: ${name} must be PIPE, DEVNULL, an open file or null, got ${found}`,
  );
}
