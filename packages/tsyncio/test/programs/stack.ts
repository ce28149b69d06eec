/** Shows where a task stands. */
import { createTask, Future, run, sleep } from "../../src/index.js";

function* waitsHere() {
  yield* new Future();
}

await run(function* main() {
  const task = createTask(waitsHere(), { name: "t" });
  yield* sleep(0);
  const [place, ...more] = task.getStack();
  console.log(place?.functionName, more.length, (place?.line ?? 0) > 0);
  task.printStack();
});
