/**
 * `gather` makes a task of each coroutine and waits for all of them: 2 s, the longer of the two.
 */

import * as asyncio from "tsyncio";

async function foo() {
  console.log("foo");
  await asyncio.sleep(1);
  console.log("foo done");
}

async function bar() {
  console.log("bar");
  await asyncio.sleep(2);
  console.log("bar done");
}

/** Waits for both at once. */
async function main() {
  await asyncio.gather(foo(), bar());
}

await asyncio.run(main());
