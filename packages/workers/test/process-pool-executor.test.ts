import { asyncWith, run, sleep } from "tsyncio";
import { describe, expect, test } from "vitest";
import { ProcessPoolExecutor, type ProcessPoolOptions, WorkerDiedError } from "../src/index.js";
import { describeEndings } from "./endings.contract.js";
import { jobs } from "./jobs/jobs.js";
import { describeJobs } from "./jobs.contract.js";
import { errorOf } from "./waits.js";

/** Without the options of the test runner, whose workers load sources that a plain Node cannot. */
function makePool(options: ProcessPoolOptions): ProcessPoolExecutor {
  return new ProcessPoolExecutor({ execArgv: [], ...options });
}

describe("ProcessPoolExecutor", () => {
  describeJobs(makePool);
  describeEndings(makePool);

  test("runs jobs in processes of their own", () =>
    run(() =>
      asyncWith(makePool({ size: 1 }), function* (pool) {
        expect(yield* pool.submit(jobs.pid)).not.toBe(process.pid);
      }),
    ));

  test("fails a job whose result is larger than resultLimit", () =>
    run(() =>
      asyncWith(makePool({ size: 1, resultLimit: 10_000 }), function* (pool) {
        const error = yield* errorOf(pool.submit(jobs.giveBytes, 20_000));
        expect(error).toMatchObject({ name: "JobError", code: "ERR_JOB_RESULT_SIZE" });
        expect(error.message).toMatch(/limit is 10000;.*resultLimit/);
        expect((yield* pool.submit(jobs.giveBytes, 5_000)).length).toBe(5_000);
      }),
    ));

  test("fails a job whose process cannot be started, and says why", () =>
    run(() =>
      asyncWith(makePool({ size: 1, cwd: "/no/such/folder" }), function* (pool) {
        for (let i = 0; i < 2; i++) {
          const error = yield* errorOf(pool.submit(jobs.pid));
          expect(error).toBeInstanceOf(WorkerDiedError);
          expect(error.message).toMatch(/"pid" died: while it started: .*ENOENT/);
          expect(error.cause).toMatchObject({ code: "ENOENT" });
        }
      }),
    ));

  test("fails a job whose process is killed", () =>
    run(() =>
      asyncWith(makePool({ size: 1 }), function* (pool) {
        const pid = yield* pool.submit(jobs.pid);
        const victim = pool.submit(jobs.nap, 60);
        while (pool.stats().running === 0) yield* sleep(0);
        process.kill(pid, "SIGKILL");
        const error = yield* errorOf(victim);
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error.message).toMatch(/ended by SIGKILL/);
        expect(yield* pool.submit(jobs.pid)).not.toBe(pid);
      }),
    ));
});
