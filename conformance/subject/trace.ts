/** What is written down of a program's run on tsyncio; oracle/trace.py writes the same for CPython. */
import * as asyncio from "tsyncio";
import type { CaughtKind, RaisedKind } from "../program/program.js";

export class ErrA extends Error {}
export class ErrB extends Error {}

/**
 * Ends a program that needs more lines than any that CPython gave a trace for: one that CPython
 * closed its loop over, and that would go on for ever.
 */
class Overrun extends Error {}

const LINES = 3000;
const DEFAULT_NAME = /^Task-(\d+)$/;

const CATEGORIES: readonly (readonly [part: string, category: string])[] = [
  ["Exception in callback", "callback"],
  ["run() shutdown", "shutdown"],
  ["in shielded future", "shielded"],
  ["parent task", "orphan"],
];

/** The error a program raises. */
export function raised(kind: RaisedKind, msg: string): Error {
  switch (kind) {
    case "A":
      return new ErrA(msg);
    case "B":
      return new ErrB(msg);
    case "Cancelled":
      return new asyncio.CancelledError(msg);
    case "Timeout":
      return new asyncio.TimeoutError(msg);
    case "Interrupt":
      return new asyncio.KeyboardInterrupt(msg);
  }
}

/** Whether an `except` clause of this kind catches the error. */
export function caught(kind: CaughtKind, error: unknown): boolean {
  switch (kind) {
    case "Any":
      return true;
    case "Error":
      return !(
        error instanceof asyncio.CancelledError || error instanceof asyncio.KeyboardInterrupt
      );
    case "Cancelled":
      return error instanceof asyncio.CancelledError;
    case "Timeout":
      return error instanceof asyncio.TimeoutError;
    case "Group":
      return error instanceof asyncio.ExceptionGroup;
    case "A":
      return error instanceof ErrA;
    case "B":
      return error instanceof ErrB;
  }
}

/** An error as its kind in Python; with its text only if the program wrote it. */
export function errorText(error: unknown): string {
  if (error instanceof asyncio.ExceptionGroup)
    return `Group[${error.errors.map(errorText).join(", ")}]`;
  if (error instanceof asyncio.CancelledError) return withText("Cancelled", error);
  if (error instanceof ErrA) return withText("ErrA", error);
  if (error instanceof ErrB) return withText("ErrB", error);
  if (error instanceof asyncio.UsageError) return "RuntimeError";
  if (error instanceof RangeError) return "ValueError";
  return error instanceof Error ? error.name : String(error);
}

function withText(kind: string, error: Error): string {
  return error.message === "" ? kind : `${kind}(${error.message})`;
}

export class Trace {
  readonly lines: string[] = [];
  readonly #loop: asyncio.Loop;
  readonly #start: number;
  readonly #labels = new Map<unknown, string>();
  readonly #uses = new Map<string, number>();
  readonly #unretrieved: string[] = [];
  readonly #firstName: number;
  #time: number | undefined;

  constructor(loop: asyncio.Loop, main: asyncio.Task<unknown>) {
    this.#loop = loop;
    this.#start = loop.time();
    this.#firstName = Number(DEFAULT_NAME.exec(main.name)?.[1]);
    this.label(main, "main");
  }

  /** Seconds since the program's start. */
  now(): number {
    return this.#loop.time() - this.#start;
  }

  /** The loop's time so many seconds after the program's start. */
  at(seconds: number): number {
    return this.#start + seconds;
  }

  /** Seconds from the program's start to a time of the loop. */
  since(when: number | null): number | null {
    return when === null ? null : when - this.#start;
  }

  add(text: string, who: string = this.#who()): void {
    const now = this.now();
    if (now !== this.#time) {
      this.#time = now;
      this.lines.push(`@${now}`);
    }
    this.lines.push(`${who} ${text}`);
    if (this.#full) throw new Overrun("The trace is too long");
  }

  get #full(): boolean {
    return this.lines.length > LINES;
  }

  #who(): string {
    const task = asyncio.currentTask(this.#loop);
    return task === null || task === undefined ? "-" : (this.#labels.get(task) ?? "?");
  }

  label(thing: unknown, base: string): string {
    const known = this.#labels.get(thing);
    if (known !== undefined) return known;
    const uses = (this.#uses.get(base) ?? 0) + 1;
    this.#uses.set(base, uses);
    const label = uses === 1 ? base : `${base}.${uses}`;
    this.#labels.set(thing, label);
    return label;
  }

  value(value: unknown): string {
    if (value === undefined || value === null) return "None";
    if (value === true) return "True";
    if (value === false) return "False";
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return `'${value}'`;
    if (Array.isArray(value)) return `[${value.map((x) => this.value(x)).join(", ")}]`;
    if (value instanceof Error) return errorText(value);
    if (asyncio.isFuture(value)) {
      return this.label(value, value instanceof asyncio.Task ? "task" : "future");
    }
    return "object";
  }

  /** Default names are counted per thread: relative to that of the main task. */
  taskName(task: asyncio.Task<unknown>): string {
    const number = DEFAULT_NAME.exec(task.name)?.[1];
    return number === undefined ? task.name : `Task+${Number(number) - this.#firstName}`;
  }

  /** The loop's exception handler. */
  readonly handler = (_loop: unknown, context: asyncio.ExceptionContext): void => {
    if (this.#full) return;
    const error = context.exception === undefined ? "-" : errorText(context.exception);
    if (context.message.includes("never retrieved")) {
      if (!(context.exception instanceof asyncio.KeyboardInterrupt)) this.#unretrieved.push(error);
      return;
    }
    // CPython says this in a warning, as late as it likes.
    if (context.message.includes("never awaited")) return;
    const category = CATEGORIES.find(([part]) => context.message.includes(part))?.[1];
    // The context of a failed done callback names its future here, not in CPython.
    const about = category === "callback" ? undefined : (context.task ?? context.future);
    const label = about === undefined ? "-" : (this.#labels.get(about) ?? "?");
    this.add(`handler ${category ?? context.message} ${label} ${error}`);
  };

  /** The last lines, about the run as a whole. */
  end(line: string): readonly string[] {
    this.lines.push(line);
    if (this.#unretrieved.length > 0) {
      this.lines.push(`unretrieved ${this.#unretrieved.toSorted().join(" ")}`);
    }
    return this.lines;
  }
}
