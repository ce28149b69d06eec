/**
 * A coroutine need not wait: `print1` prints and is done, while `print2` waits 10 s first.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* print1() {
  console.log(1);
}

function* print2() {
  yield* asyncio.sleep(10);
  console.log(2);
}

/** Starts both, then waits for both. */
export function* main() {
  const task1 = asyncio.createTask(print1());
  const task2 = asyncio.createTask(print2());

  yield* task1;
  yield* task2;
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
