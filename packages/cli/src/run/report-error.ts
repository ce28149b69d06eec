/**
 * How an error that ends the program is shown: the line of the program it comes from, the error,
 * and the stack of the program's own functions and coroutines. Node's report would show the line of
 * a generated or of an inner file, and the frames of the event loop between those of the program.
 *
 * A program that listens for uncaught errors itself gets them as without this.
 */

import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import type { ExceptionHandler } from "tsyncio";
import { isError, trimStack, withPaths } from "../stack-frames.js";
import { adviceOn } from "./advice.js";

/** What is known of the program's surroundings. */
export interface ReportOptions {
  /** The folder of the runtime, whose frames are left out; undefined to show all. */
  readonly runtimeFolder: string | undefined;
  /** What the runtime exports, as far as it is loaded. */
  readonly names: () => object;
  /** Called when the program ends by Ctrl-C: the process then has no orderly end. */
  readonly onInterrupt: () => void;
}

/** Reports errors that only the loop gets, as it does, but without the frames of the runtime in `folder`. */
export function reportWithout(folder: string): ExceptionHandler {
  return (loop, context) => {
    if (isError(context.exception)) trimStack(context.exception, folder);
    loop.defaultExceptionHandler(context);
  };
}

/** Listens for errors that nobody catches. */
export function reportErrors(options: ReportOptions): void {
  const onError = (error: unknown): void => {
    if (isInterrupt(error)) {
      options.onInterrupt();
      // The runtime ends the process by the signal, unless the error is not from one of its runs.
      if (process.listenerCount("uncaughtException") === 1) endBySignal();
      return;
    }
    if (othersListen(onError)) return;
    const advice = isError(error) ? adviceOn(error, options.names()) : undefined;
    console.error(describeError(error, options.runtimeFolder) + (advice ? `\n\n${advice}` : ""));
    process.exit(1);
  };
  process.on("uncaughtException", onError);
}

/** True when the program has a listener of its own; the runtime's is for its interrupts. */
function othersListen(own: unknown): boolean {
  const others = process.listeners("uncaughtException").filter((one) => one !== own);
  return others.some((listener) => listener.name !== "endByInterrupt");
}

function isInterrupt(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_KEYBOARD_INTERRUPT";
}

function endBySignal(): void {
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
}

/** The whole report. */
function describeError(error: unknown, runtimeFolder: string | undefined): string {
  const colors = process.stderr.hasColors?.() === true;
  if (!isError(error)) return `Uncaught ${inspect(error, { colors })}`;
  const { code } = error as { code?: unknown };
  if (code === "ERR_SOURCE_SYNTAX") return withPaths(error.stack ?? "").replace(/\n {4}at .*/s, "");
  if (/^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(code))) return withPaths(String(error));
  if (runtimeFolder !== undefined) trimStack(error, runtimeFolder);
  const [, place] = /^ {4}at (.*)$/m.exec(error.stack ?? "") ?? [];
  // Without a frame left it is the runtime's own message, and says all there is.
  if (place === undefined) return error.stack ?? String(error);
  return `${excerptAt(place)}${inspect(error, { colors })}`;
}

/** The line at a stack frame, and a mark below; empty when it cannot be read. */
function excerptAt(frame: string): string {
  const [, file = "", line = "", column = ""] = /\(?([^()]+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
  try {
    const text = readFileSync(file, "utf8").split("\n")[Number(line) - 1];
    if (text === undefined) return "";
    const mark = text.slice(0, Number(column) - 1).replaceAll(/[^\t]/g, " ");
    return `${file}:${line}\n${text}\n${mark}^\n\n`;
  } catch {
    return "";
  }
}
