/** Its cleanup takes longer than anybody would wait. */
import { createTask, run, sleep } from "../../src/index.js";

await run(function* main() {
  createTask(function* leftover() {
    try {
      yield* sleep(1000);
    } finally {
      yield* sleep(1000);
    }
  });
  try {
    console.log("ready");
    yield* sleep(1000);
  } finally {
    console.log("cleaning up");
    yield* sleep(1000);
    console.log("cleaned up");
  }
});
