/** Caught an interrupt once; later errors are the program's own affair, as before. */
import { run, sleep } from "../../src/index.js";

process.on("uncaughtException", (error) => {
  console.log(`handled: ${error.message}`);
});
await run(function* main() {
  console.log("ready");
  yield* sleep(1000);
}).catch(() => console.log("caught"));
setTimeout(() => {
  throw new Error("somebody's mistake");
}, 1);
setTimeout(() => console.log("still here"), 20);
