/** Waits for SIGTERM alone, then for a second one that nobody handles. */
import { Event, getRunningLoop, run } from "../../src/index.js";

await run(function* main() {
  const stop = new Event();
  getRunningLoop().addSignalHandler("SIGTERM", () => stop.set());
  console.log("ready");
  yield* stop.wait();
  console.log("told to stop");
});
setInterval(() => {}, 1_000_000);
console.log(`${process.listenerCount("SIGTERM")} listeners`);
