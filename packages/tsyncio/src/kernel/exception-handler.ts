/** What the loop says about an error that nobody else will get. Counterpart: `BaseEventLoop.default_exception_handler`. */
import { currentContext } from "./context.js";
import { KeyboardInterrupt } from "./errors.js";
import type { Future } from "./future.js";
import type { Handle } from "./handle.js";
import type { Loop } from "./loop.js";
import type { Task } from "./task.js";

/** What an exception handler is told. */
export interface ExceptionContext {
  /** What happened. */
  readonly message: string;
  /** The error, when there is one. */
  readonly exception?: unknown;
  /** The future concerned. */
  readonly future?: Future<unknown>;
  /** The task concerned. */
  readonly task?: Task<unknown>;
  /** The callback concerned. */
  readonly handle?: Handle;
  /** Where the task, future or handle was made; debug mode only. */
  readonly sourceTraceback?: string;
  readonly [key: string]: unknown;
}

/** Called with the loop and what happened; what it raises is reported and does no harm. */
export type ExceptionHandler = (loop: Loop, context: ExceptionContext) => void;

const SPOKEN_FOR = new Set(["message", "exception", "sourceTraceback"]);

/** Prints the message, what is known beside it, and the error. */
export function printException(context: ExceptionContext): void {
  const lines = [context.message || "Unhandled exception in event loop"];
  for (const key of Object.keys(context).sort()) {
    if (!SPOKEN_FOR.has(key)) lines.push(`${key}: ${String(context[key])}`);
  }
  if (context.sourceTraceback !== undefined) {
    lines.push(context.sourceTraceback.replace(/^Error: /, ""));
  }
  const text = lines.join("\n");
  if (context.exception === undefined) console.error(text);
  else console.error(text, "\n", context.exception);
}

/** Runs the loop's own handler, the default one for what that raises. */
export function handleException(
  loop: Loop,
  handler: ExceptionHandler | null,
  context: ExceptionContext,
): void {
  if (handler === null) {
    loop.defaultExceptionHandler(context);
    return;
  }
  try {
    const task = context.task ?? (context.future as Task<unknown> | undefined);
    const owner = task?.context ?? context.handle?.context;
    if (owner === undefined || owner.entered || owner === currentContext()) handler(loop, context);
    else owner.run(handler, loop, context);
  } catch (error) {
    if (error instanceof KeyboardInterrupt) throw error;
    loop.defaultExceptionHandler({
      message: "Unhandled error in exception handler",
      exception: error,
      context: context.message,
    });
  }
}
