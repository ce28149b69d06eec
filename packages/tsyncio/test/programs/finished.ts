/** Ends with timers, waiters and tasks left over. */
import { createTask, Future, getRunningLoop, Runner, run, sleep } from "../../src/index.js";

function* main() {
  getRunningLoop().callLater(1000, () => {});
  createTask(sleep(1000));
  createTask(function* waits() {
    yield* new Future();
  });
  yield* sleep("1ms");
}
await run(main);
const runner = new Runner();
await runner.run(main);
await runner.close();
console.log(
  process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate/.test(kind)).length,
);
