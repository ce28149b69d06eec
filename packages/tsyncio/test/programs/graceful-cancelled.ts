/** Is cancelled by its run's signal and by SIGTERM at once. */
import { asyncWith, run, sleep } from "../../src/index.js";
import { gracefulStop } from "../../src/node.js";

const controller = new AbortController();
process.on("SIGTERM", () => controller.abort(new Error("aborted")));
try {
  await run(
    function* main() {
      yield* asyncWith(gracefulStop(), function* () {
        console.log("ready");
        yield* sleep(1000);
      });
      console.log("not reached");
    },
    { signal: controller.signal },
  );
} catch (error) {
  console.log(String(error));
}
