/**
 * A task that nobody waits for is cancelled when main ends: `2 -- finished` is never printed.
 */

import * as asyncio from "tsyncio";

async function delay(seconds: number) {
  console.log(`${seconds} -- started`);
  await asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Starts two tasks and waits for the shorter one. */
async function main() {
  const loop = asyncio.getRunningLoop();
  const start = loop.time();

  // Runs from the first wait on, and would have to be done within 1 s to get to its end.
  asyncio.createTask(delay(2));
  const task2 = asyncio.createTask(delay(1));
  await task2;

  console.log(`Ended with ${loop.time() - start}`);
}

await asyncio.run(main());
