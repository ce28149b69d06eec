/**
 * A task that is awaited where it is made is over before the next one exists: 1 + 2 = 3 s.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* delay(seconds: number) {
  console.log(`${seconds} -- started`);
  yield* asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Makes a task, waits for it, and only then makes the next. */
export function* main() {
  const loop = asyncio.getRunningLoop();
  const start = loop.time();

  yield* asyncio.createTask(delay(1));
  yield* asyncio.createTask(delay(2));

  console.log(`Ended with ${loop.time() - start}`);
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
