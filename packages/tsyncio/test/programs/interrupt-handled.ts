/** Has a handler of its own for Ctrl-C. */
import { Future, run } from "../../src/index.js";

const interrupted = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
const value = await run(function* main() {
  const future = new Future<string>();
  void interrupted.then(() => future.setResult("the program's own handler"));
  setTimeout(() => {}, 1_000_000).unref();
  const alive = setInterval(() => {}, 1_000_000);
  console.log("ready");
  const value = yield* future;
  clearInterval(alive);
  return value;
});
console.log(value);
