/** Ends in good order at SIGTERM or SIGINT. */
import { asyncWith, run, sleep } from "../../src/index.js";
import { gracefulStop } from "../../src/node.js";

const stop = gracefulStop();
const value = await run(function* main() {
  const value = yield* asyncWith(stop, function* serve() {
    try {
      console.log("ready");
      yield* sleep(1000);
    } finally {
      console.log("cleaning up");
      yield* sleep("20ms");
      console.log("cleaned up");
    }
    return "not stopped";
  });
  yield* sleep("1ms");
  return value;
});
console.log(`${value} ${stop.signal}`);
console.log(`${process.listenerCount("SIGTERM") + process.listenerCount("SIGINT")} listeners`);
