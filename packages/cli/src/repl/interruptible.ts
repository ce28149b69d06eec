/** Computations that Ctrl-C ends: only code that the engine runs as a script of its own can be. */

import { Script } from "node:vm";

const KEY = Symbol.for("tsyncio.interruptible");
const holder = globalThis as { [KEY]?: () => unknown };
const script = new Script(`globalThis[Symbol.for("tsyncio.interruptible")]()`, {
  filename: import.meta.filename,
});

/**
 * Calls `fn` and returns what it returns.
 * @throws {Error} when Ctrl-C came meanwhile; see `wasInterrupted`.
 */
export function interruptible<T>(fn: () => T): T {
  holder[KEY] = fn;
  try {
    return script.runInThisContext({ breakOnSigint: true, displayErrors: false }) as T;
  } finally {
    delete holder[KEY];
  }
}

/** True for the error of a computation that Ctrl-C ended. */
export function wasInterrupted(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
