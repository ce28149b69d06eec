/**
 * `gather` makes a task of each coroutine and waits for all of them: 2 s, the longer of the two.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* foo() {
  console.log("foo");
  yield* asyncio.sleep(1);
  console.log("foo done");
}

function* bar() {
  console.log("bar");
  yield* asyncio.sleep(2);
  console.log("bar done");
}

/** Waits for both at once. */
export function* main() {
  yield* asyncio.gather(foo(), bar());
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
