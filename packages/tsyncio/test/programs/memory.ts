/** Prints by how many bytes the heap has grown after 100,000 timers and waiters were made and cancelled. */
import {
  type Coroutine,
  createTask,
  Event,
  Future,
  getRunningLoop,
  run,
  sleep,
} from "../../src/index.js";

const COUNT = 100_000;
declare const gc: () => void;

function* cancelled(make: (event: Event) => Coroutine<unknown>): Coroutine<void> {
  const event = new Event();
  const tasks = Array.from({ length: COUNT }, () => createTask(make(event)));
  yield* sleep(0);
  for (const task of tasks) task.cancel();
  yield* sleep(0);
  yield* sleep(0);
}

function* round(): Coroutine<void> {
  yield* cancelled(() => sleep(1000));
  yield* cancelled((event) => event.wait());
  const loop = getRunningLoop();
  const future = new Future();
  const handles = Array.from({ length: COUNT }, () => loop.callLater(1000, () => {}));
  for (const handle of handles) handle.cancel();
  const callback = (): void => {};
  for (let i = 0; i < COUNT; i++) future.addDoneCallback(callback);
  future.removeDoneCallback(callback);
}

function heap(): number {
  gc();
  return process.memoryUsage().heapUsed;
}

await run(function* main() {
  yield* round();
  yield* sleep("1ms");
  const before = heap();
  yield* round();
  yield* sleep("1ms");
  console.log(heap() - before);
});
