import { expect } from "vitest";
import { type Coroutine, createTask, getRunningLoop, type Loop, sleep } from "../src/index.js";

/** A loop that was misused is none the worse for it: callbacks, timers and tasks run on it. */
export function* stillWorks(): Coroutine<void> {
  const log: string[] = [];
  const loop = getRunningLoop();
  loop.callSoon(() => log.push("soon"));
  loop.callLater(0.001, () => log.push("timer"));
  const value = yield* createTask(sleep(0.002, "task"));
  expect([...log, value]).toEqual(["soon", "timer", "task"]);
}

/** The same for a loop on virtual time that is not running. */
export function expectStillWorks(loop: Loop): void {
  loop.runUntilComplete(stillWorks());
}
