/** Waits; its cleanup waits as well. */
import { run, sleep } from "../../src/index.js";

await run(function* main() {
  try {
    console.log("ready");
    yield* sleep(1000);
  } finally {
    yield* sleep("5ms");
    console.log("cleaned up");
  }
});
console.log("not reached");
