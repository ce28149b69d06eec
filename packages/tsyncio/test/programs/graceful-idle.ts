/** Has nothing to do but to wait for the signal. */
import { asyncWith, Event, run } from "../../src/index.js";
import { gracefulStop } from "../../src/node.js";

await run(function* main() {
  yield* asyncWith(gracefulStop(), function* () {
    console.log("ready");
    yield* new Event().wait();
  });
  console.log("stopped");
});
