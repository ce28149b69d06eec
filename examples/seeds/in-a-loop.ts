/**
 * Any number of tasks: ten are made, then main waits for each. 9 s in all, the longest of them.
 */

import * as asyncio from "tsyncio";

async function delay(seconds: number) {
  console.log(`${seconds} -- started`);
  await asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Starts ten tasks, then waits for them in order. */
async function main() {
  const tasks = Array.from({ length: 10 }, (_, seconds) => asyncio.createTask(delay(seconds)));

  for (const task of tasks) await task;
}

await asyncio.run(main());
