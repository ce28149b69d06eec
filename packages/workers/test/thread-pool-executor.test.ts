import { asyncWith, FIRST_COMPLETED, run, wait } from "tsyncio";
import { describe, expect, test } from "vitest";
import {
  ThreadPoolExecutor,
  type ThreadPoolOptions,
  transfer,
  WorkerDiedError,
} from "../src/index.js";
import { describeEndings } from "./endings.contract.js";
import { jobs } from "./jobs/jobs.js";
import { describeJobs } from "./jobs.contract.js";
import { errorOf } from "./waits.js";

/** Without the options of the test runner, whose workers load sources that a plain Node cannot. */
function makePool(options: ThreadPoolOptions): ThreadPoolExecutor {
  return new ThreadPoolExecutor({ execArgv: [], ...options });
}

describe("ThreadPoolExecutor", () => {
  describeJobs(makePool);
  describeEndings(makePool);

  test("moves what transfer() marks, in both directions", () =>
    run(() =>
      asyncWith(makePool({ size: 1 }), function* (pool) {
        const bytes = new Uint8Array(1000).fill(1);
        expect(yield* pool.submit(jobs.sum, transfer(bytes, [bytes.buffer]))).toBe(1000);
        expect(bytes.length).toBe(0);
        expect(yield* pool.submit(jobs.giveMoved, 4)).toEqual(new Uint8Array([7, 7, 7, 7]));
      }),
    ));

  test("shares memory", () =>
    run(() =>
      asyncWith(makePool({ size: 2 }), function* (pool) {
        const shared = new SharedArrayBuffer(4);
        yield* pool.map(jobs.increment, Array(50).fill(shared));
        expect(new Int32Array(shared)[0]).toBe(50);
      }),
    ));

  test("fails a job that needs more memory than resourceLimits allow, and no other", () =>
    run(() =>
      asyncWith(
        makePool({ size: 1, resourceLimits: { maxOldGenerationSizeMb: 16 } }),
        function* (pool) {
          const error = yield* errorOf(pool.submit(jobs.exhaustMemory));
          expect(error).toBeInstanceOf(WorkerDiedError);
          expect(error.message).toMatch(/ran out of memory/);
          expect(error.cause).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
          expect(yield* pool.submit(jobs.add, 1, 1)).toBe(2);
        },
      ),
    ));

  test("takes jobs back that wait behind one that takes longer than it ever did", () =>
    run(() =>
      asyncWith(makePool({ size: 2, grace: 0 }), function* (pool) {
        yield* pool.map(jobs.compute, Array(200).fill(0));
        const long = pool.submit(jobs.compute, 60_000);
        const short = Array.from({ length: 20 }, () => pool.submit(jobs.compute, 0));
        for (const each of short) expect(yield* each).toBe(0);
        expect(long.done()).toBe(false);
        long.cancel();
        yield* wait([long], { returnWhen: FIRST_COMPLETED });
      }),
    ));

  test("runs elsewhere what had not begun in a worker that died", () =>
    run(() =>
      asyncWith(makePool({ size: 1 }), function* (pool) {
        yield* pool.map(jobs.add.with({}) as never, Array(200).fill(0));
        yield* errorOf(pool.submit(jobs.exit, 0));
        yield* pool.map(jobs.nap as never, Array(200).fill(0));
        const before = pool.stats().completed;
        const exit = pool.submit(jobs.exit, 0);
        const behind = Array.from({ length: 20 }, (_, i) => pool.submit(jobs.add, i, 0));
        yield* errorOf(exit);
        for (const [i, each] of behind.entries()) expect(yield* each).toBe(i);
        expect(pool.stats().completed).toBe(before + 20);
      }),
    ));
});
