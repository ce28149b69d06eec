/** What docs/differences.md says of executors; the number of its row begins the name of each test. */
import { asyncWith, copyContext, getRunningLoop, isCancelled, run, sleep, toThread } from "tsyncio";
import { expect, test } from "vitest";
import { ProcessPoolExecutor, ThreadPoolExecutor, WorkerDiedError } from "../src/index.js";
import { jobs, variable } from "./jobs/jobs.js";
import { errorOf, untilProgress } from "./waits.js";

const options = { size: 1, execArgv: [] };

test("D57 toThread() and runInExecutor() take jobs, no closures", () =>
  run(() =>
    asyncWith(new ThreadPoolExecutor(options), function* (pool) {
      const loop = getRunningLoop();
      const closure = (n: number) => n;
      expect(() => loop.runInExecutor(pool, closure, 1)).toThrow(/only jobs/);
      expect(yield* loop.runInExecutor(pool, jobs.add, 1, 2)).toBe(3);
      loop.setDefaultExecutor(pool);
      expect(yield* errorOf(toThread(closure, 1))).toMatchObject({ code: "ERR_NOT_A_JOB" });
      loop.setDefaultExecutor({ submit: () => Promise.reject(new Error("none")) });
    }),
  ));

test("D58 cancelling a job that runs ends it", () =>
  run(() =>
    asyncWith(new ThreadPoolExecutor({ ...options, grace: 10 }), function* (pool) {
      const handle = pool.submit(jobs.computeUntilCancelled);
      yield* untilProgress(handle);
      expect(handle.cancel()).toBe(true);
      expect(isCancelled(yield* errorOf(handle))).toBe(true);
      expect(yield* pool.submit(jobs.marks)).toEqual(["stopped by itself"]);
    }),
  ));

test("D59 a process that dies fails its own job, and the executor works on", () =>
  run(() =>
    asyncWith(new ProcessPoolExecutor(options), function* (pool) {
      const exit = pool.submit(jobs.exit, 1);
      const next = pool.submit(jobs.add, 1, 1);
      expect(yield* errorOf(exit)).toBeInstanceOf(WorkerDiedError);
      expect(yield* next).toBe(2);
    }),
  ));

test("D60 map() takes its items when there is room for them", () =>
  run(() =>
    asyncWith(new ThreadPoolExecutor(options), function* (pool) {
      let taken = 0;
      function* items() {
        for (;;) yield taken++;
      }
      const mapped = pool.map(jobs.plainPromise, items() as Iterable<number>, { concurrency: 3 });
      yield* sleep(0);
      yield* sleep(0);
      expect(taken).toBe(4);
      mapped.cancel();
    }),
  ));

test("D61 the context of who submits does not travel to the job", () =>
  run(() =>
    asyncWith(new ThreadPoolExecutor(options), function* (pool) {
      const context = copyContext();
      context.run(() => variable.set("here"));
      const handle = context.run(() => pool.submit(jobs.readVariable));
      expect(context.get(variable)).toBe("here");
      expect(yield* handle).toBe("not set");
    }),
  ));

test("D62 an error in the block cancels the jobs", () =>
  run(function* () {
    const pool = new ThreadPoolExecutor(options);
    const block = asyncWith(pool, function* () {
      pool.submit(jobs.nap, 60);
      throw new RangeError("out");
    });
    expect(yield* errorOf(block)).toMatchObject({ message: "out" });
    expect(pool.stats()).toMatchObject({ cancelled: 1, workers: 0 });
  }));
