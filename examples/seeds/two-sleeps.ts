/**
 * Two coroutines that each wait 3 s, as two tasks: 3 s in all, because a task that waits lets the
 * others run. `two-sleeps-blocking` takes 6 s.
 */

import * as asyncio from "tsyncio";

async function fun1(x: number) {
  console.log(x ** 2);
  await asyncio.sleep(3);
  console.log("fun1 завершена");
}

async function fun2(x: number) {
  console.log((x ** 0.5).toFixed(1));
  await asyncio.sleep(3);
  console.log("fun2 завершена");
}

/** Starts both, then waits for both. */
async function main() {
  const task1 = asyncio.createTask(fun1(4));
  const task2 = asyncio.createTask(fun2(4));

  await task1;
  await task2;
}

function timeOfDay(): string {
  return new Date().toLocaleTimeString("en-GB");
}

console.log(timeOfDay());
await asyncio.run(main());
console.log(timeOfDay());
