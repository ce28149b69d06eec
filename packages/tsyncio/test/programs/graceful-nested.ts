/** Blocks in blocks and in several tasks, and a handler of the run besides. */
import {
  asyncWith,
  type Coroutine,
  getRunningLoop,
  run,
  sleep,
  TaskGroup,
} from "../../src/index.js";
import { gracefulStop } from "../../src/node.js";

function* worker(name: string): Coroutine<void> {
  yield* asyncWith(gracefulStop(), function* () {
    yield* asyncWith(gracefulStop(), function* () {
      yield* sleep(1000);
    });
    console.log("not reached: the signal ends the outer block too");
  });
  console.log(`${name} stopped`);
}

await run(function* main() {
  getRunningLoop().addSignalHandler("SIGTERM", () => console.log("handled"));
  yield* asyncWith(new TaskGroup(), function* (group) {
    group.createTask(worker("a"));
    group.createTask(worker("b"));
    yield* sleep("1ms");
    console.log("ready");
  });
  console.log("all stopped");
});
