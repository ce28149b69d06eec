/** Answers the cancellation with an error of its own. */
import { run, sleep } from "../../src/index.js";

try {
  await run(function* main() {
    try {
      console.log("ready");
      yield* sleep(1000);
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: replacing the cancellation is the point
      throw new RangeError("cleanup failed");
    }
  });
} catch (error) {
  console.log(String(error));
}
