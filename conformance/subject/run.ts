/** Runs a program on tsyncio, on virtual time, and returns its trace. */
import * as asyncio from "tsyncio";
import { runVirtual } from "tsyncio/testing";
import type { Program } from "../program/program.js";
import { GeneratorInterpreter } from "./generator-interpreter.js";
import { errorText, Trace } from "./trace.js";

const WATCHDOG = 1000;
const WATCHDOG_AGAIN = 100;
const LATEST = 3000;

/** The trace of a program; see `oracle/interpreter.py` for what is the same there. */
export function runSubject(program: Program): readonly string[] {
  let trace: Trace | undefined;
  function* main(): asyncio.Coroutine<unknown> {
    const loop = asyncio.getRunningLoop();
    const task = asyncio.currentTask();
    if (task === null || task === undefined) throw new Error("No current task in main");
    trace = new Trace(loop, task);
    loop.setExceptionHandler(trace.handler);
    guard(loop, trace);
    const interpreter = new GeneratorInterpreter(program, loop, trace);
    interpreter.slots.set("main", task);
    return yield* interpreter.runBody("main");
  }
  let outcome: { readonly value: unknown } | { readonly error: unknown };
  try {
    outcome = { value: runVirtual(main()) };
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
