/** How a queue of any kind comes to its end: `join` and `shutdown`. */
import { expect, it } from "vitest";
import {
  type Coroutine,
  createTask,
  gather,
  isCancelled,
  QueueShutDown,
  sleep,
  type Task,
} from "../index.js";
import { runVirtual } from "../testing.js";
import type { MakeQueue } from "./queue.contract.js";

export function endContract(make: MakeQueue): void {
  joinContract(make);
  shutdownContract(make);
}

function joinContract(make: MakeQueue): void {
  it("join() waits until every item was reported done", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      for (let item = 0; item < 4; item++) queue.putNowait(item);
      function* work(): Coroutine<void> {
        for (;;) {
          yield* queue.get();
          yield* sleep(1);
          queue.taskDone();
        }
      }
      const workers = [createTask(work()), createTask(work())];
      yield* queue.join();
      const time = workers[0]?.getLoop().time();
      for (const worker of workers) worker.cancel();
      yield* gather(workers, { returnExceptions: true });
      return [time, queue.qsize()];
    });
    expect(seen).toEqual([2, 0]);
  });

  it("join() releases everybody who waits, and does not wait when all is done", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      yield* queue.join();
      queue.putNowait(1);
      const joins = [createTask(queue.join()), createTask(queue.join())];
      yield* sleep(0);
      queue.getNowait();
      yield* sleep(0);
      const before = joins.map((join) => join.done());
      queue.taskDone();
      yield* gather(joins);
      return before;
    });
    expect(seen).toEqual([false, false]);
  });

  it("join() cancelled while waiting leaves the others waiting", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      queue.putNowait(1);
      const [first, second] = [createTask(queue.join()), createTask(queue.join())];
      yield* sleep(0);
      first.cancel();
      yield* sleep(0);
      const before = second.done();
      queue.getNowait();
      queue.taskDone();
      yield* second;
      return [before, first.cancelled()];
    });
    expect(seen).toEqual([false, true]);
  });

  it("taskDone() more often than items were put is an error", () => {
    const queue = make();
    const tooOften = expect.objectContaining({
      name: "RangeError",
      code: "ERR_TASK_DONE_TOO_OFTEN",
    });
    expect(() => queue.taskDone()).toThrow(tooOften);
    queue.putNowait(1);
    queue.taskDone();
    expect(() => queue.taskDone()).toThrow(tooOften);
  });
}

function shutdownContract(make: MakeQueue): void {
  it("shutdown() refuses puts, lets what is there be taken, then refuses gets", () => {
    const seen = runVirtual(function* main() {
      const queue = make(2);
      queue.putNowait(1);
      queue.putNowait(2);
      const blocked = createTask(queue.put(3));
      yield* sleep(0);
      queue.shutdown();
      queue.shutdown();
      const seen = [yield* errorOf(blocked), yield* errorOf(createTask(queue.put(4)))];
      expect(() => queue.putNowait(5)).toThrow(QueueShutDown);
      const items = [yield* queue.get(), queue.getNowait()];
      expect(() => queue.getNowait()).toThrow(QueueShutDown);
      seen.push(yield* errorOf(createTask(queue.get())));
      return [...seen, ...items.sort((a, b) => a - b)];
    });
    expect(seen).toEqual(["QueueShutDown", "QueueShutDown", "QueueShutDown", 1, 2]);
  });

  it("shutdown() releases getters that wait, also one that was woken for an item", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      const getters = [0, 1, 2].map(() => createTask(queue.get()));
      yield* sleep(0);
      queue.putNowait(1);
      queue.shutdown();
      const outcomes = yield* gather(getters, { returnExceptions: true });
      return outcomes.map((o) => (o instanceof QueueShutDown ? "shut down" : o));
    });
    expect(seen).toEqual([1, "shut down", "shut down"]);
  });

  it("shutdown(true) throws the items away and counts them as done", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      for (let item = 0; item < 3; item++) queue.putNowait(item);
      const joined = createTask(queue.join());
      yield* sleep(0);
      queue.shutdown(true);
      yield* joined;
      expect(() => queue.taskDone()).toThrow(RangeError);
      return [queue.qsize(), yield* errorOf(createTask(queue.get()))];
    });
    expect(seen).toEqual([0, "QueueShutDown"]);
  });

  it("shutdown(true) leaves join() waiting for the items that are being worked on", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      queue.putNowait(1);
      queue.putNowait(2);
      yield* queue.get();
      const joined = createTask(queue.join());
      yield* sleep(0);
      queue.shutdown(true);
      yield* sleep(0);
      yield* sleep(0);
      const before = joined.done();
      queue.taskDone();
      yield* joined;
      return before;
    });
    expect(seen).toBe(false);
  });
}

/** Waits for a task that must fail or be cancelled and gives the name of its error. */
function* errorOf(task: Task<unknown>): Coroutine<string> {
  try {
    yield* task;
  } catch (error) {
    return isCancelled(error) ? "cancelled" : (error as Error).name;
  }
  return "no error";
}
