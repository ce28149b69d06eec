import { asyncWith, run } from "tsyncio";
import { describe, expect, test } from "vitest";
import { QueueExecutor } from "../src/queue.js";
import { jobs } from "./jobs/queue-jobs.js";
import { describeQueue } from "./queue.contract.js";
import { errorOf } from "./waits.js";

/** Without the options of the test runner, whose workers load sources that a plain Node cannot. */
const embedded = { size: 2, concurrency: 4, execArgv: [] };

describe("QueueExecutor, embedded", () => {
  describeQueue(() => ({ embedded }));

  test("forgets a result after the time that it is kept", () =>
    run(() => {
      const queue = new QueueExecutor({ embedded, keep: 0 });
      return asyncWith(queue, function* () {
        const handle = queue.submit(jobs.add, 1, 2);
        yield* handle;
        const error = yield* errorOf(queue.attach(jobs.add, handle.id));
        expect(error).toMatchObject({ code: "ERR_JOB_UNKNOWN" });
      });
    }));

  test.each([
    [{ queue: "" }, /must not be empty/],
    [{ queue: "a:b" }, /no colon/],
    [{ connection: "nowhere" }, /expected a URL/],
    [{ attempts: 0 }, /attempts: expected a whole number from 1/],
    [{ patience: -1 }, /patience/],
  ])("refuses %j", (options, message) => {
    expect(() => new QueueExecutor({ embedded, ...options })).toThrow(message);
  });
});
