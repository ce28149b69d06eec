/**
 * Tasks begin at the first wait of main, not where they are made. Each ends just as main comes to
 * wait for it.
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
  const task1 = asyncio.createTask(delay(1));
  const task2 = asyncio.createTask(delay(2));
  const task3 = asyncio.createTask(delay(3));
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
