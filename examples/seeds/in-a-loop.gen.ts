/**
 * Any number of tasks: ten are made, then main waits for each. 9 s in all, the longest of them.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* delay(seconds: number) {
  console.log(`${seconds} -- started`);
  yield* asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Starts ten tasks, then waits for them in order. */
export function* main() {
  const tasks = Array.from({ length: 10 }, (_, seconds) => asyncio.createTask(delay(seconds)));

  for (const task of tasks) yield* task;
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
