/** Several runs at once: Ctrl-C ends each of them. */
import { KeyboardInterrupt, run, sleep } from "../../src/index.js";

function* program(name: string) {
  try {
    yield* sleep(1000);
  } finally {
    console.log(`${name} cleaned up`);
  }
}

const runs = ["a", "b", "c"].map((name) => run(program(name)));
console.log("ready");
const outcomes = await Promise.allSettled(runs);
for (const outcome of outcomes) {
  console.log(outcome.status === "rejected" && outcome.reason instanceof KeyboardInterrupt);
}
