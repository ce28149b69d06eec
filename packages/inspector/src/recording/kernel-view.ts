/**
 * What a recorder reads of tasks beyond their published face, so that nothing it records has an effect: to ask
 * `exception()` would count as having seen the error, and to build a name for each task would cost more than the rest.
 */
import type { Task, Waitable } from "tsyncio";
import type { Outcome, Place } from "./recording.js";

interface TaskInside {
  /** A name, or the number of an unnamed task. */
  readonly label: string | number;
  readonly state: number;
  readonly value: unknown;
  readonly waitingOn: Waitable<unknown> | undefined;
}

interface LoweredInside {
  readonly info?: { name: string; file: string; line: number; column: number; sites: unknown };
  readonly stack?: { readonly top?: { place?(): string; readonly info?: { name: string } } };
}

const CANCELLED = 2;
const LOGGED = 5;
/** By state; what is beyond has failed. */
const OUTCOMES: readonly Outcome[] = ["pending", "returned", "cancelled"];

/** The task's name, or its number while it has none. */
export function labelOf(task: Task<unknown>): string | number {
  return (task as unknown as TaskInside).label;
}

/** The name behind a label. */
export function nameOf(label: string | number): string {
  return typeof label === "number" ? `Task-${label}` : label;
}

/** How the task ended, without looking at its error for anybody. */
export function outcomeOf(task: Task<unknown>): Outcome {
  const { state } = task as unknown as TaskInside;
  return OUTCOMES[state] ?? "raised";
}

/** The error of a task that failed, in one line. */
export function errorOf(task: Task<unknown>): string | undefined {
  const { state, value } = task as unknown as TaskInside;
  if (state <= CANCELLED) return undefined;
  return describeError(state === LOGGED ? (value as { error: unknown }).error : value);
}

const MAX_ERROR = 200;

function describeError(error: unknown): string {
  let text: string;
  try {
    text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    text = "an error that cannot be shown";
  }
  const [line = ""] = text.split("\n", 1);
  return line.length > MAX_ERROR ? `${line.slice(0, MAX_ERROR - 1)}…` : line;
}

/** What a waiting task waits for. */
export function waitedFor(task: Task<unknown>): Waitable<unknown> | undefined {
  return (task as unknown as TaskInside).waitingOn;
}

/** What that is, in words; a program's own kind may have none. */
export function describeWait(on: Waitable<unknown>): string {
  try {
    return (on as unknown as { describe(): string }).describe();
  } catch {
    return on.constructor.name;
  }
}

/** The function a task runs, where a front end has noted it: a lowered `async` function. */
export function functionOf(task: Task<unknown>): Place | undefined {
  const info = (task.getCoro() as LoweredInside | undefined)?.info;
  return info?.sites === undefined ? undefined : info;
}

/**
 * `function (file:line)` of where the task's coroutine stands. Of a generator only the engine's inspector knows, which
 * takes milliseconds to ask: only when `slowly`.
 */
export function standsAt(task: Task<unknown>, slowly: boolean): string | undefined {
  const top = (task.getCoro() as LoweredInside | undefined)?.stack?.top;
  if (top?.info !== undefined && top.place !== undefined)
    return `${top.info.name} (${top.place()})`;
  const [location] = slowly ? task.getStack() : [];
  if (location !== undefined) {
    return `${location.functionName} (${location.file}:${location.line})`;
  }
  const place = functionOf(task);
  return place === undefined ? undefined : `${place.name} (${place.file}:${place.line})`;
}
