import { describe, expect, test } from "vitest";
import { raisedBy, withCode } from "../../test/errors.js";
import {
  createTask,
  Event,
  gather,
  getRunningLoop,
  Lock,
  Operation,
  Queue,
  sleep,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

describe("an Operation", () => {
  test("does nothing before it is awaited", () => {
    runVirtual(function* main() {
      const lock = new Lock();
      const queue = new Queue<number>();
      const operations = [lock.acquire(), queue.put(1), sleep(1000)];
      yield* sleep(1);
      expect([lock.locked(), queue.qsize(), getRunningLoop().time()]).toEqual([false, 0, 1]);
      expect(operations.every((operation) => operation instanceof Operation)).toBe(true);
    });
  });

  test("is a coroutine: it can be a task, gathered and limited", () => {
    runVirtual(function* main() {
      expect(yield* createTask(sleep(1, "a task"))).toBe("a task");
      expect(yield* gather(sleep(1, "x"), sleep(2, "y"))).toEqual(["x", "y"]);
      expect(yield* waitFor(sleep(1, "limited"), 2)).toBe("limited");
    });
  });

  test.each([
    ["sleep()", () => sleep(1)],
    ["Event.wait()", () => new Event().wait()],
    ["Queue.get()", () => new Queue().get()],
  ])("throws outside a running loop: %s", (_name, make) => {
    expect(() => make().next()).toThrow(withCode("ERR_NO_RUNNING_LOOP"));
  });

  test("that was cancelled in its wait cannot be awaited again", () => {
    runVirtual(function* main() {
      const nap = sleep(10);
      const task = createTask(nap);
      yield* sleep(1);
      task.cancel();
      yield* raisedBy(task);
      expect(yield* raisedBy(nap)).toEqual(withCode("ERR_AWAITED_TWICE"));
    });
  });

  test("describes itself", () => {
    expect([String(sleep(2)), String(sleep("250ms"))]).toEqual(["<sleep(2)>", "<sleep(250ms)>"]);
  });
});
