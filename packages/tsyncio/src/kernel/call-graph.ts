/**
 * Who waits for whom, as a snapshot: made of what tasks and futures know anyway, so that nothing is kept for it.
 * Counterpart: `asyncio.graph`.
 */
import { current, type Runnable } from "./current.js";
import { describeValue, typeError, UsageError } from "./errors.js";
import { Future } from "./future.js";
import type { CoroutineLocation } from "./host.js";
import { Task } from "./task.js";

/** A future or task with its place in the program and those who wait for it. */
export interface FutureCallGraph {
  /** The future or task. */
  readonly future: Future<unknown>;
  /** Where its coroutine is suspended, innermost call first, as far as can be told; empty for plain futures. */
  readonly callStack: readonly CoroutineLocation[];
  /** Those who wait for it, with those who wait for them in turn. */
  readonly awaitedBy: readonly FutureCallGraph[];
}

/**
 * A snapshot of who waits for `future`, for the current task when none is given; undefined when there is no current
 * task. In a circle of tasks that wait for each other the second mention of a task has no `awaitedBy`.
 *
 * asyncio: `capture_call_graph`; where a generator stands is asked of the host, one frame a task.
 * @throws {UsageError} without an argument outside a running loop (`ERR_NO_RUNNING_LOOP`).
 * @throws {TypeError} when `future` is no future (`ERR_INVALID_ARG`).
 */
export function captureCallGraph(future?: Future<unknown>): FutureCallGraph | undefined {
  if (future === undefined && current.loop === undefined) {
    throw new UsageError(
      "ERR_NO_RUNNING_LOOP",
      "Cannot capture call graph: no running event loop; pass a future",
    );
  }
  const start: unknown = future ?? current.task;
  if (start === undefined) return undefined;
  if (!(start instanceof Future)) {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot capture call graph: expected a future, got ${describeValue(start)}`,
    );
  }
  return capture(start, new Set());
}

function capture(future: Future<unknown>, seen: Set<unknown>): FutureCallGraph {
  const callStack = future instanceof Task ? future.getStack().reverse() : [];
  if (seen.has(future)) return { future, callStack, awaitedBy: [] };
  seen.add(future);
  const awaitedBy = awaitersOf(future).map((awaiter) => capture(awaiter, seen));
  seen.delete(future);
  return { future, callStack, awaitedBy };
}

/** The futures and tasks that wait for `future`, by way of whatever combines. */
function awaitersOf(future: Future<unknown>): Future<unknown>[] {
  const { waiters } = future;
  const list: Runnable[] =
    waiters === undefined ? [] : Array.isArray(waiters) ? waiters : [waiters];
  const awaiters: Future<unknown>[] = [];
  for (const waiter of list) {
    for (let next: unknown = waiter; next !== undefined; ) {
      if (next instanceof Future) {
        awaiters.push(next);
        break;
      }
      next = (next as Runnable).awaitedBy?.();
    }
  }
  return awaiters;
}

/**
 * The call graph of `future`, or of the current task, as text; an empty string when there is none.
 *
 * asyncio: `format_call_graph`.
 */
export function formatCallGraph(future?: Future<unknown>): string {
  const graph = captureCallGraph(future);
  return graph === undefined ? "" : formatGraph(graph, "").join("\n");
}

function formatGraph({ future, callStack, awaitedBy }: FutureCallGraph, indent: string): string[] {
  const lines = [`${indent}* ${future.describe()}`];
  if (callStack.length > 0) {
    lines.push(`${indent}  + Call stack:`);
    for (const { functionName, file, line } of callStack) {
      lines.push(`${indent}  |   at ${functionName} (${file}:${line})`);
    }
  }
  if (awaitedBy.length > 0) {
    lines.push(`${indent}  + Awaited by:`);
    for (const awaiter of awaitedBy) lines.push(...formatGraph(awaiter, `${indent}     `));
  }
  return lines;
}

/**
 * Prints the call graph of `future`, or of the current task, to the console.
 *
 * asyncio: `print_call_graph`.
 */
export function printCallGraph(future?: Future<unknown>): void {
  console.error(formatCallGraph(future));
}
