/** Where a task is in the source, as reports say it. */
import type { FunctionInfo } from "./function-info.js";
import type { CoroutineLocation } from "./host.js";
import type { Task } from "./task.js";

/**
 * ` in NAME (FILE:LINE)`: where `task` stands, or the function of its coroutine when that has ended. Empty where nobody
 * can tell.
 */
export function placeOfTask(task: Task<unknown>): string {
  const location = task.done() ? definition(task) : task.getStack().at(-1);
  if (location === undefined) return "";
  return ` in ${location.functionName} (${location.file}:${location.line})`;
}

function definition({ coroutine, loop }: Task<unknown>): CoroutineLocation | undefined {
  if (coroutine === undefined) return undefined;
  const { info } = coroutine as { readonly info?: FunctionInfo };
  if (info === undefined) return loop.host.locate?.(coroutine);
  return { functionName: info.name, file: info.file, line: info.line };
}
