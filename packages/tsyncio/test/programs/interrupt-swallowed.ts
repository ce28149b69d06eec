/** Takes the cancellation for an answer. */
import { isCancelled, run, sleep } from "../../src/index.js";

const value = await run(function* main() {
  try {
    console.log("ready");
    yield* sleep(1000);
  } catch (error) {
    if (!isCancelled(error)) throw error;
  }
  yield* sleep("1ms");
  return "a value all the same";
});
console.log(value);
