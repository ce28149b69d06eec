/** Makes temporary files, folders and replacements without end, many at a time. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AsyncContextManager,
  asyncWith,
  type Coroutine,
  gather,
  run,
} from "../../src/index.js";
import { replaceFile, temporaryFile, temporaryFolder } from "../../src/node.js";

const folder = mkdtempSync(join(tmpdir(), "tsyncio-test-"));
const makers: (() => AsyncContextManager<unknown>)[] = [
  () => temporaryFile({ folder }),
  () => temporaryFolder({ folder }),
  () => replaceFile(join(folder, "target")),
];

function* endlessly(make: () => AsyncContextManager<unknown>): Coroutine<void> {
  for (let round = 0; ; round++) {
    yield* asyncWith(make(), function* block() {});
    if (round === 1 && make === makers[2]) console.log("ready");
  }
}

await run(function* main() {
  console.log(folder);
  yield* gather(Array.from({ length: 30 }, (_, n) => endlessly(makers[n % 3] as () => never)));
});
