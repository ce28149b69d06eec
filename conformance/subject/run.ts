/** Runs a program on tsyncio, on virtual time, and returns its trace. */
import * as asyncio from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import type { Program } from "../program/program.js";
import { mainAsync } from "./async-interpreter.js";
import { mainGenerator } from "./generator-interpreter.js";
import type { Begin } from "./steps.js";
import { errorText, Trace } from "./trace.js";

const WATCHDOG = 1000;
const WATCHDOG_AGAIN = 100;
const LATEST = 3000;

const MAINS = { generator: mainGenerator, async: mainAsync } as const;

/** The style that the interpreter of programs is written in. */
export type Form = keyof typeof MAINS;
/** Both of them. */
export const FORMS = Object.keys(MAINS) as readonly Form[];

/** The trace of a program; see `oracle/interpreter.py` for what is the same there. */
export function runSubject(program: Program, form: Form): readonly string[] {
  let trace: Trace | undefined;
  const begin: Begin = (Interpreter) => {
    const loop = asyncio.getRunningLoop();
    const task = asyncio.currentTask();
    if (task === null || task === undefined) throw new Error("No current task in main");
    trace = new Trace(loop, task);
    loop.setExceptionHandler(trace.handler);
    guard(loop, trace);
    const interpreter = new Interpreter(program, loop, trace);
    interpreter.slots.set("main", task);
    return interpreter;
  };
  let outcome: { readonly value: unknown } | { readonly error: unknown };
  const main: () => asyncio.Coroutine<unknown> | Promise<unknown> = () => MAINS[form](begin);
  try {
    outcome = { value: runVirtual(main) };
  } catch (error) {
    outcome = { error };
  }
  if (trace === undefined) throw new Error("The program did not start", { cause: outcome });
  const how =
    "error" in outcome ? `! ${errorText(outcome.error)}` : `= ${trace.value(outcome.value)}`;
  return trace.end(`end ${how}`);
}

/** Cancels every task at 1000 seconds and every 100 seconds from then on. */
function guard(loop: asyncio.Loop, trace: Trace): void {
  const watchdog = (): void => {
    trace.add("watchdog");
    if (trace.now() < LATEST) loop.callLater(WATCHDOG_AGAIN, watchdog);
    for (const task of asyncio.allTasks(loop)) task.cancel();
  };
  loop.callLater(WATCHDOG, watchdog);
}
