/**
 * What an `async` function returns is awaited, as its type says: main ends after 1 s. A generator
 * returns a coroutine as it is, and Python does, too: there nothing runs. Neither prints anything.
 */

import * as asyncio from "tsyncio";

async function foo() {
  return asyncio.sleep(1); // as if something took its time
}

async function main() {
  await foo();
}

await asyncio.run(main());
