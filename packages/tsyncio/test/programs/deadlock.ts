/** Can never go on: everybody waits for something that nobody will do. */
import { createTask, Future, Lock, run, sleep } from "../../src/index.js";

function* waitsForNobody() {
  try {
    yield* new Future();
  } finally {
    yield* sleep("1ms");
    console.log("cleaned up");
  }
}

await run(
  function* main() {
    const lock = new Lock();
    createTask(
      function* holds() {
        yield* lock.acquire();
        yield* waitsForNobody();
      },
      { name: "holder" },
    );
    yield* sleep(0);
    yield* lock.acquire();
  },
  { name: "main" },
);
console.log("not reached");
