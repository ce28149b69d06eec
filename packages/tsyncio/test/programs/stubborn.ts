/** A leftover needs longer than two seconds to end. */
import { createTask, run, sleep } from "../../src/index.js";

await run(function* main() {
  createTask(
    function* stubborn() {
      try {
        yield* sleep(1000);
      } finally {
        yield* sleep("2.1s");
      }
    },
    { name: "stubborn" },
  );
  yield* sleep(0);
});
