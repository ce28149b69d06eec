/** A task that failed is dropped; its error is reported while the run goes on. */
import { createTask, getRunningLoop, run, sleep } from "../../src/index.js";

declare const gc: () => void;

await run(function* main() {
  let reported = false;
  getRunningLoop().setExceptionHandler((_loop, { message }) => {
    console.log(message);
    reported = true;
  });
  createTask(
    function* fails() {
      throw new Error("dropped");
    },
    { name: "background" },
  );
  yield* sleep("1ms");
  for (let i = 0; i < 100 && !reported; i++) {
    gc();
    yield* sleep("1ms");
  }
  console.log("main ends");
});
