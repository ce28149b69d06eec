/** A task raises KeyboardInterrupt itself. */
import { createTask, KeyboardInterrupt, run, sleep } from "../../src/index.js";

await run(function* main() {
  createTask(function* interrupts() {
    yield* sleep("1ms");
    throw new KeyboardInterrupt();
  });
  try {
    yield* sleep(1000);
  } finally {
    console.log("cleaned up");
  }
});
