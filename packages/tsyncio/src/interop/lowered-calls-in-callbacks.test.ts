/** Who may take a call that a callback of the loop has made: it is as lazy there as in a task. */
import { expect, test } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import {
  type Coroutine,
  createTask,
  type Future,
  getRunningLoop,
  sleep,
  type Task,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

const log: string[] = [];
const work = asyncFunction("work", function* (name: string) {
  log.push(`${name} begins`);
  yield sleep(1);
  log.push(`${name} ends`);
  return name;
});

/** What `callback` logs, called by the loop, and what is logged in the ten seconds after it. */
function logOf(callback: () => unknown): string[] {
  log.length = 0;
  runVirtual(function* main() {
    getRunningLoop().callSoon(callback);
    yield* sleep(10);
  });
  return [...log];
}

test("a call in a callback is lazy: createTask() starts it in the next turn", () => {
  const seen = logOf(() => {
    createTask(work("a"));
    log.push("made");
    getRunningLoop().callSoon(() => log.push("next turn"));
  });
  expect(seen).toEqual(["made", "a begins", "next turn", "a ends"]);
});

test("a call in a callback is left to the operation it is given to", () => {
  const seen = logOf(() => {
    const limited = waitFor(work("a"), 0.5);
    createTask(
      (function* later(): Coroutine<void> {
        yield* sleep(2);
        log.push("waits");
        yield* waitFor(limited, null);
      })(),
    ).addDoneCallback((task: Future<void>) => log.push(task.exception()?.constructor.name ?? ""));
  });
  expect(seen).toEqual(["waits", "a begins", "TimeoutError"]);
});

test("then() in a callback starts the call as a task of the run", () => {
  const seen = logOf(() => {
    void work("a").then(() => {});
  });
  expect(seen).toEqual(["a begins", "a ends"]);
});

test("a call in a callback can be awaited later, by any task", () => {
  let kept: ReturnType<typeof work> | undefined;
  let waiter: Task<string> | undefined;
  const seen = logOf(() => {
    kept = work("a");
    getRunningLoop().callLater(3, () => {
      waiter = createTask(kept as ReturnType<typeof work>);
      log.push("task");
    });
  });
  expect(seen).toEqual(["task", "a begins", "a ends"]);
  expect(waiter?.result()).toBe("a");
});
