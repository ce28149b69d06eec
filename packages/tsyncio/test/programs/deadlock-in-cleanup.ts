/** Can never go on, and its cleanup neither. Nobody awaits the run. */
import { Future, run } from "../../src/index.js";

void run(
  function* main() {
    try {
      yield* new Future();
    } finally {
      yield* new Future();
    }
  },
  { name: "stuck for good" },
);
