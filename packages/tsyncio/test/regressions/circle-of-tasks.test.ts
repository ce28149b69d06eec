/**
 * Tasks that await each other in a circle: a cancellation went round and round until the stack was used up, so that the
 * report of the deadlock, and Ctrl-C, ended in a RangeError.
 */
import { expect, test } from "vitest";
import { type Coroutine, createTask, gather, sleep, type Task } from "../../src/index.js";
import { runVirtual } from "../../src/testing.js";
import { errorOf, withCode } from "../errors.js";

test.each([1, 2, 50])("a circle of %i tasks is a deadlock whose cleanup runs", (size) => {
  let cleanups = 0;
  const error = errorOf(() =>
    runVirtual(function* main() {
      const tasks: Task<void>[] = [];
      const member = function* (n: number): Coroutine<void> {
        try {
          // A member that awaited itself would be told so: it goes through another task.
          yield* size === 1
            ? createTask(awaits(tasks[0] as Task<void>))
            : (tasks[(n + 1) % size] as Task<void>);
        } finally {
          yield* sleep(1);
          cleanups++;
        }
      };
      const awaits = function* (task: Task<void>): Coroutine<void> {
        yield* task;
      };
      for (let n = 0; n < size; n++) tasks.push(createTask(member(n)));
      yield* gather(tasks);
    }),
  );
  expect(error).toEqual(withCode("ERR_DEADLOCK"));
  expect(cleanups).toBe(size);
});
