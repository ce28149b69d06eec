/** Catches the interrupt and goes on; afterwards Ctrl-C is the engine's again. */
import { KeyboardInterrupt, run, sleep } from "../../src/index.js";

try {
  await run(function* main() {
    console.log("ready");
    yield* sleep(1000);
  });
} catch (error) {
  console.log(error instanceof KeyboardInterrupt);
}
console.log(await run(sleep("1ms", "went on")));
console.log(`${process.listenerCount("SIGINT")} handlers`);
setTimeout(() => {}, 1_000_000);
console.log("idle");
