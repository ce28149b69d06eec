/** Main is done when Ctrl-C comes; a leftover refuses to end. */
import { createTask, run, sleep } from "../../src/index.js";

await run(function* main() {
  createTask(function* stubborn() {
    try {
      yield* sleep(1000);
    } finally {
      console.log("draining");
      yield* sleep(1000);
    }
  });
  yield* sleep(0);
});
