/** A run on a host of its own that does not come to its end. */
import { run, sleep } from "../../src/index.js";
import { NodeHost } from "../../src/node.js";

await run(
  function* main() {
    try {
      console.log("ready");
      yield* sleep(1000);
    } finally {
      console.log("cleaning up");
      yield* sleep(1000);
    }
  },
  { host: new NodeHost() },
);
