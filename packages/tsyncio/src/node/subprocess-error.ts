/** What can go wrong with a child process. */
import { existsSync, statSync } from "node:fs";
import { AsyncioError } from "../kernel/errors.js";

/**
 * A child process could not be started. `code` is the system's (`ENOENT`, `EACCES`, …), the system's own error is the
 * `cause`.
 *
 * asyncio: the builtin `FileNotFoundError`, `PermissionError`, `NotADirectoryError`.
 */
export class SubprocessError extends AsyncioError {
  override get name(): string {
    return "SubprocessError";
  }

  /** The program, as it was given. */
  readonly program: string;

  constructor(code: string, message: string, program: string, options?: ErrorOptions) {
    super(code, message, options);
    this.program = program;
  }
}

/**
 * The process has ended: nothing can be sent to it any more.
 *
 * asyncio: the builtin `ProcessLookupError`.
 */
export class ProcessLookupError extends AsyncioError {
  override get name(): string {
    return "ProcessLookupError";
  }

  constructor(message: string, options?: ErrorOptions) {
    super("ESRCH", message, options);
  }
}

/** @internal Why `program` did not start in the folder `cwd`. */
export function notStarted(program: string, cwd: string | undefined, cause: unknown): Error {
  const { code, syscall } = cause as NodeJS.ErrnoException;
  // A bad argument, about which Node says enough.
  if (typeof code !== "string" || syscall?.startsWith("spawn") !== true) return cause as Error;
  const why = badFolder(cwd) ?? reason(code, program) ?? (cause as Error).message;
  const message = `Cannot start ${JSON.stringify(program)}: ${why}`;
  return new SubprocessError(code, message, program, { cause });
}

/** The system gives the same error for a folder that is not there as for a program. */
function badFolder(cwd: string | undefined): string | undefined {
  if (cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    return undefined;
  return `there is no folder ${cwd}; pass another cwd`;
}

function reason(code: string, program: string): string | undefined {
  switch (code) {
    case "ENOENT":
      return program.includes("/") && existsSync(program)
        ? "the interpreter that its first line names is missing (ENOENT); install it, or correct the line"
        : "there is no such program (ENOENT); check its name and PATH";
    case "EACCES":
      return "it may not be executed (EACCES); check its permissions, and that it is no folder";
    case "E2BIG":
      return "its arguments and its environment are too long (E2BIG); pass them by a file or by stdin";
    case "EMFILE":
    case "ENFILE":
      return `too many files are open (${code}); close some, or start fewer at once`;
    case "EAGAIN":
      return "the system has no room for another process (EAGAIN); start fewer at once";
    case "EPERM":
      return "the user may not be changed (EPERM); start it as root, or without user and group";
    default:
      return undefined;
  }
}
