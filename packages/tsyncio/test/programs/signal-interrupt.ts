/** Has Ctrl-C for itself three times, and leaves it to the run then. */
import { getRunningLoop, run, sleep } from "../../src/index.js";

let count = 0;
await run(function* main() {
  const loop = getRunningLoop();
  loop.addSignalHandler("SIGINT", () => {
    console.log(`handled ${++count}`);
    if (count < 3) return;
    console.log(`${loop.removeSignalHandler("SIGINT")} ${loop.removeSignalHandler("SIGINT")}`);
    console.log("removed");
  });
  try {
    console.log("ready");
    yield* sleep(1000);
  } finally {
    console.log("cleaned up");
  }
});
