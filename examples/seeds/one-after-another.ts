/**
 * A task that is awaited where it is made is over before the next one exists: 1 + 2 = 3 s.
 */

import * as asyncio from "tsyncio";

async function delay(seconds: number) {
  console.log(`${seconds} -- started`);
  await asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Makes a task, waits for it, and only then makes the next. */
async function main() {
  const loop = asyncio.getRunningLoop();
  const start = loop.time();

  await asyncio.createTask(delay(1));
  await asyncio.createTask(delay(2));

  console.log(`Ended with ${loop.time() - start}`);
}

await asyncio.run(main());
