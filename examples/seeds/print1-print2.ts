/**
 * A coroutine need not wait: `print1` prints and is done, while `print2` waits 10 s first.
 */

import * as asyncio from "tsyncio";

async function print1() {
  console.log(1);
}

async function print2() {
  await asyncio.sleep(10);
  console.log(2);
}

/** Starts both, then waits for both. */
async function main() {
  const task1 = asyncio.createTask(print1());
  const task2 = asyncio.createTask(print2());

  await task1;
  await task2;
}

await asyncio.run(main());
