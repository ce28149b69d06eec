/** Runs that overlap: each has a handler of its own for the same signal, and one has none. */
import { type Coroutine, Event, getRunningLoop, run, sleep } from "../../src/index.js";

function* waits(name: string): Coroutine<void> {
  const stop = new Event();
  getRunningLoop().addSignalHandler("SIGINT", () => stop.set());
  yield* stop.wait();
  console.log(`${name} ends`);
}

const first = run(waits("first"));
const second = run(waits("second"));
const without = run(function* third(): Coroutine<void> {
  yield* sleep(1000);
});
without.catch((error: unknown) => console.log(`third: ${String(error)}`));
setImmediate(() => console.log("ready"));
await Promise.all([first, second]);
console.log("their handlers are gone");
await without.catch(() => {});
