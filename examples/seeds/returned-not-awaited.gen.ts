/**
 * A coroutine that is returned and not awaited never runs: main ends at once and nothing is printed.
 * `return yield* asyncio.sleep(1)` would wait.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";

function* foo() {
  return asyncio.sleep(1); // as if something took its time
}

/** Awaits `foo`, and with it nothing of what `foo` returns. */
export function* main() {
  yield* foo();
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main());
}
