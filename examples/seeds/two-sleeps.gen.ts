/**
 * Two coroutines that each wait 3 s, as two tasks: 3 s in all, because a task that waits lets the
 * others run. `two-sleeps-blocking` takes 6 s.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* fun1(x: number) {
  console.log(x ** 2);
  yield* asyncio.sleep(3);
  console.log("fun1 завершена");
}

function* fun2(x: number) {
  console.log((x ** 0.5).toFixed(1));
  yield* asyncio.sleep(3);
  console.log("fun2 завершена");
}

/** Starts both, then waits for both. */
export function* main() {
  const task1 = asyncio.createTask(fun1(4));
  const task2 = asyncio.createTask(fun2(4));

  yield* task1;
  yield* task2;
}

function timeOfDay(): string {
  return new Date().toLocaleTimeString("en-GB");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  console.log(timeOfDay());
  await asyncio.run(main());
  console.log(timeOfDay());
}
