/** Main fails. */
import { run, sleep } from "../../src/index.js";

await run(function* main() {
  yield* sleep("1ms");
  throw new RangeError("main failed");
});
