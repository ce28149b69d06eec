/**
 * The order of waiting is not the order of ending: main waits 3 s for the longest task, and the two
 * others are done by then, so that waiting for them takes no time.
 */

import * as asyncio from "tsyncio";

async function delay(seconds: number) {
  console.log(`${seconds} -- started`);
  await asyncio.sleep(seconds);
  console.log(`${seconds} -- finished`);
}

/** Starts three tasks, then waits for them in the order in which they were made. */
async function main() {
  console.log("Before creating tasks");
  const task1 = asyncio.createTask(delay(3));
  const task2 = asyncio.createTask(delay(1));
  const task3 = asyncio.createTask(delay(2));
  console.log("After creating tasks");

  console.log("Before first 'await'");
  await task1;
  console.log("After 1 task");
  await task2;
  console.log("After 2 task");
  await task3;
  console.log("After 3 task");
}

await asyncio.run(main());
