/** Waits for half a second and prints how many milliseconds of the processor that took. */
import { createTask, Event, run, sleep } from "../../src/index.js";

await run(function* main() {
  const event = new Event();
  for (let i = 0; i < 100; i++) createTask(event.wait());
  for (let i = 0; i < 100; i++) createTask(sleep(1000));
  yield* sleep("100ms");
  const before = process.cpuUsage();
  yield* sleep("500ms");
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);
});
