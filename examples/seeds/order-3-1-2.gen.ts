/**
 * The order of waiting is not the order of ending: main waits 3 s for the longest task, and the two
 * others are done by then, so that waiting for them takes no time.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* delay(seconds: number) {
  console.log(`${seconds} -- started`);
  yield* asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Starts three tasks, then waits for them in the order in which they were made. */
export function* main() {
  console.log("Before creating tasks");
  const task1 = asyncio.createTask(delay(3));
  const task2 = asyncio.createTask(delay(1));
  const task3 = asyncio.createTask(delay(2));
  console.log("After creating tasks");

  console.log("Before first 'await'");
  yield* task1;
  console.log("After 1 task");
  yield* task2;
  console.log("After 2 task");
  yield* task3;
  console.log("After 3 task");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
