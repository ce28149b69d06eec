/** What every executor on this machine does with jobs, on threads and on processes. */
import {
  asyncFor,
  asyncWith,
  BREAK,
  type Coroutine,
  ExceptionGroup,
  gather,
  getRunningLoop,
  run,
  sleep,
  toThread,
} from "tsyncio";
import { describe, expect, test } from "vitest";
import { JobError, type PoolExecutor, type PoolOptions } from "../src/index.js";
import { jobs } from "./jobs/jobs.js";
import { jobs as differing } from "./jobs/main-only.js";
import { define } from "./jobs/no-jobs.js";
import { jobs as unloadable } from "./jobs/unloadable.js";
import { jobs as versioned } from "./jobs/versions.js";
import { errorOf } from "./waits.js";

/** The suite, for pools that `make` makes. */
export function describeJobs(make: (options: PoolOptions) => PoolExecutor): void {
  /** Runs `body` with a pool of its own. */
  function withPool<T>(
    options: PoolOptions,
    body: (pool: PoolExecutor) => Coroutine<T>,
  ): Promise<T> {
    return run(() => asyncWith(make(options), body) as Coroutine<T>);
  }

  describe("submit()", () => {
    test("gives the result of a function, a coroutine and a promise", () =>
      withPool({ size: 1 }, function* (pool) {
        expect(yield* pool.submit(jobs.add, 1, 2)).toBe(3);
        expect(yield* pool.submit(jobs.nap, 0.01, "rested")).toBe("rested");
        expect(yield* pool.submit(jobs.plainPromise, "promised")).toBe("promised");
        expect(pool.stats()).toMatchObject({ workers: 1, queued: 0, running: 0, completed: 3 });
      }));

    test("hands over structured data", () =>
      withPool({ size: 1 }, function* (pool) {
        const value = new Map([["a", new Date(5)]]);
        expect(yield* pool.submit(jobs.nap, 0, value)).toEqual(value);
        expect(yield* pool.submit(jobs.giveBytes, 3)).toEqual(new Uint8Array([7, 7, 7]));
      }));

    test("lets a job know its id and its name", () =>
      withPool({ size: 1 }, function* (pool) {
        const handle = pool.submit(jobs.self);
        expect(yield* handle).toEqual({ attempt: 1, id: handle.id, name: "self" });
        expect(handle.jobName).toBe("self");
      }));

    test("runs jobs in the order of their priority, then of their submission", () =>
      withPool({ size: 1 }, function* (pool) {
        const names = ["low", "a", "high", "b"];
        const priorities = [-1, 0, 1, 0];
        yield* pool.submit(jobs.add, 1, 1);
        const blocker = pool.submit(jobs.nap, 0.05);
        yield* sleep(0);
        const handles = names.map((name, i) =>
          pool.submit(jobs.mark.with({ priority: priorities[i] }), name),
        );
        yield* gather(blocker, ...handles);
        expect(yield* pool.submit(jobs.marks)).toEqual(["high", "a", "b", "low"]);
      }));

    test("gives a worker as many jobs at once as `concurrency` says", () =>
      withPool({ size: 1, concurrency: 3 }, function* (pool) {
        const waiting = pool.submit(jobs.untilMarked, "now");
        const other = pool.submit(jobs.untilMarked, "now");
        yield* pool.submit(jobs.mark, "now");
        expect(yield* gather(waiting, other)).toEqual([["now"], ["now"]]);
      }));

    test("refuses a closure and says how to make a job of it", () =>
      withPool({ size: 1 }, function* (pool) {
        const closure = () => 1;
        expect(() => pool.submit(closure as never)).toThrow(/closure.*do not travel.*defineJobs/);
        expect(() => pool.submit(closure as never)).toThrow(TypeError);
      }));
  });

  describe("arguments and results that cannot travel", () => {
    test.each([
      ["an argument", () => [jobs.nap, 0, () => {}] as const, "ERR_JOB_ARGUMENTS"],
      ["a result", () => [jobs.giveFunction] as const, "ERR_JOB_RESULT"],
      ["progress", () => [jobs.reportsFunction] as const, "ERR_JOB_RESULT"],
    ])("%s fails its own job and no other of the batch", (_what, call, code) =>
      withPool({ size: 1, concurrency: 4 }, function* (pool) {
        yield* pool.submit(jobs.add, 0, 0);
        const [job, ...args] = call();
        const before = pool.submit(jobs.add, 1, 1);
        const bad = (pool.submit as (...all: unknown[]) => PromiseLike<unknown>)(job, ...args);
        const after = pool.submit(jobs.add, 2, 2);
        const error = yield* errorOf(bad);
        expect(error).toBeInstanceOf(JobError);
        expect(error).toMatchObject({
          code,
          message: expect.stringMatching(/could not be cloned/),
        });
        expect(yield* gather(before, after)).toEqual([2, 4]);
      }),
    );
  });

  describe("jobs that a worker does not find", () => {
    test("a name that the module does not define there", () =>
      withPool({ size: 1 }, function* (pool) {
        const { here } = differing as { here: never };
        const error = yield* errorOf(pool.submit(here));
        expect(error).toMatchObject({ name: "JobError", code: "ERR_JOB_NOT_FOUND" });
        expect(error.message).toMatch(/"here".*main-only\.js.*: other;/);
        expect(yield* pool.submit(jobs.add, 1, 1)).toBe(2);
      }));

    test("another version of the jobs", () =>
      withPool({ size: 1 }, function* (pool) {
        const error = yield* errorOf(pool.submit(versioned.work));
        expect(error).toMatchObject({ code: "ERR_JOB_VERSION" });
        expect(error.message).toMatch(/version 1 .* has 2/);
      }));

    test.each([
      ["first", false],
      ["later", true],
    ])("a module that throws, loaded %s", (_when, isLater) =>
      withPool({ size: 1 }, function* (pool) {
        if (isLater) yield* pool.submit(jobs.add, 1, 1);
        for (let i = 0; i < 2; i++) {
          const error = yield* errorOf(pool.submit(unloadable.work));
          expect(error).toMatchObject({ name: "JobError", code: "ERR_JOB_MODULE" });
          expect(error.message).toMatch(/unloadable\.js.*no database configured/);
          expect(error.cause).toBeInstanceOf(TypeError);
        }
        expect(yield* pool.submit(jobs.add, 1, 1)).toBe(2);
      }),
    );

    const late = define();
    test.each([
      ["first", false],
      ["later", true],
    ])("a module that defines none when it is loaded, %s", (_when, isLater) =>
      withPool({ size: 1 }, function* (pool) {
        if (isLater) yield* pool.submit(jobs.add, 1, 1);
        const error = yield* errorOf(pool.submit(late.work));
        expect(error).toMatchObject({ name: "JobError" });
        expect(error.message).toMatch(/no-jobs\.js defines no/);
      }),
    );
  });

  describe("errors of a job", () => {
    test("arrive with class, message, code, properties, cause and the worker's stack", () =>
      withPool({ size: 1 }, function* (pool) {
        const error = yield* errorOf(pool.submit(jobs.throwOdd));
        expect(error).toBeInstanceOf(Error);
        expect(error).toMatchObject({ name: "Oddity", message: "odd", code: "ERR_ODD" });
        expect(error).toMatchObject({ details: { depth: 3 } });
        expect(error.cause).toBeInstanceOf(TypeError);
        expect(error.cause).toMatchObject({ message: "the cause" });
        expect(error.stack).toMatch(/^Oddity: odd\n {4}at throwOdd \(.*jobs\/jobs\.js:\d+/);
      }));

    test("keep the classes of the runtime", () =>
      withPool({ size: 1 }, function* (pool) {
        const error = yield* errorOf(pool.submit(jobs.throwGroup));
        expect(error).toBeInstanceOf(ExceptionGroup);
        const { errors } = error as ExceptionGroup;
        expect(errors.map(String)).toEqual(["RangeError: one", "Oddity: two"]);
      }));

    test("may be no errors", () =>
      withPool({ size: 1 }, function* (pool) {
        expect(yield* errorOf(pool.submit(jobs.throwText))).toBe("only text");
      }));
  });

  describe("progress and log", () => {
    test("reach the handle in order", () =>
      withPool({ size: 1 }, function* (pool) {
        const handle = pool.submit(jobs.report);
        const steps: unknown[] = [];
        yield* asyncFor(handle.updates(), function* (update) {
          steps.push(update);
        });
        expect(steps).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
        expect(handle.progress).toEqual({ step: 3 });
        expect(handle.log).toEqual(["half way", "nearly there"]);
        expect(yield* handle).toBe("reported");
      }));
  });

  describe("map()", () => {
    test("gives the results in the order of the items, with a bound on what is under way", () =>
      withPool({ size: 2 }, function* (pool) {
        let most = 0;
        function* items() {
          for (let i = 0; i < 20; i++) {
            const { queued, running } = pool.stats();
            most = Math.max(most, queued + running);
            yield i;
          }
        }
        const job = jobs.plainPromise;
        const results = yield* pool.map(job, items() as Iterable<number>, { concurrency: 4 });
        expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
        expect(most).toBeLessThanOrEqual(4);
      }));

    test("ends with the first error and cancels what is left", () =>
      withPool({ size: 1 }, function* (pool) {
        const error = yield* errorOf(pool.map(jobs.sum, [[1, 2], null, [3]] as never[]));
        expect(error).toBeInstanceOf(TypeError);
        const { cancelled, completed } = pool.stats();
        expect(cancelled + completed).toBe(2);
      }));
  });

  describe("stream()", () => {
    test("gives the items of an async generator, of a list and of a coroutine's iterable", () =>
      withPool({ size: 1 }, function* (pool) {
        const seen: unknown[] = [];
        function* note(item: unknown) {
          seen.push(item);
        }
        yield* asyncFor(pool.stream(jobs.numbers, 100), note);
        expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
        yield* asyncFor(pool.stream(jobs.list), note);
        expect(seen.slice(100)).toEqual(["a", "b"]);
        const broken = asyncFor(pool.stream(jobs.brokenNumbers), note);
        expect(yield* errorOf(broken)).toMatchObject({ message: "no more numbers" });
        expect(seen.at(-1)).toBe(1);
      }));

    test("holds the job back, and ends it when it is left early", () =>
      withPool({ size: 1, concurrency: 2 }, function* (pool) {
        yield* asyncFor(pool.stream(jobs.numbers, 1_000_000), function* (item) {
          // A round trip: whatever the job could make by now, it has made.
          yield* pool.submit(jobs.nap, 0.02);
          return item === 3 ? BREAK : undefined;
        });
        yield* pool.submit(jobs.untilMarked, "made 32");
      }));

    test("fails for a job that gives nothing to iterate", () =>
      withPool({ size: 1 }, function* (pool) {
        const error = yield* errorOf(asyncFor(pool.stream(jobs.add, 1, 1), function* () {}));
        expect(error).toMatchObject({ code: "ERR_NOT_A_STREAM" });
      }));
  });

  describe("as a loop's executor", () => {
    test("serves runInExecutor() and toThread()", () =>
      withPool({ size: 1 }, function* (pool) {
        const loop = getRunningLoop();
        expect(yield* loop.runInExecutor(pool, jobs.add, 1, 2)).toBe(3);
        loop.setDefaultExecutor(pool);
        try {
          expect(yield* toThread(jobs.add, 2, 3)).toBe(5);
          expect(yield* toThread(jobs.nap, 0.001, "rested")).toBe("rested");
          const error = yield* errorOf(toThread((n: number) => n, 1));
          expect(error).toMatchObject({ code: "ERR_NOT_A_JOB" });
        } finally {
          loop.setDefaultExecutor({ submit: () => Promise.reject(new Error("none")) });
        }
      }));
  });
}
