/** Two tasks await each other. */
import { createTask, run, type Task } from "../../src/index.js";

await run(
  function* main() {
    const tasks: Task<void>[] = [];
    const awaits = function* (n: number): Generator<never, void, unknown> {
      yield* tasks[n] as unknown as Iterable<never>;
    };
    tasks.push(createTask(awaits(1), { name: "a" }), createTask(awaits(0), { name: "b" }));
    yield* tasks[0] as Task<void>;
  },
  { name: "main" },
);
