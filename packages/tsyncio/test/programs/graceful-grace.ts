/** Does not come to an end by itself once it is told to, and has little time. */
import { asyncWith, run, sleep } from "../../src/index.js";
import { gracefulStop } from "../../src/node.js";

await run(function* main() {
  yield* asyncWith(gracefulStop({ grace: "50ms" }), function* () {
    try {
      console.log("ready");
      yield* sleep(1000);
    } finally {
      console.log("cleaning up");
      yield* sleep(1000);
    }
  });
});
