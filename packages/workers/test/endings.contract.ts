/** How jobs and workers end on every executor on this machine: cancelled, too late, dead, shut down. */
import {
  asyncWith,
  CancelledError,
  type Coroutine,
  createTask,
  isCancelled,
  run,
  sleep,
  type Task,
  TimeoutError,
  waitFor,
} from "tsyncio";
import { describe, expect, test } from "vitest";
import { type PoolExecutor, type PoolOptions, WorkerDiedError } from "../src/index.js";
import { jobs } from "./jobs/jobs.js";
import { errorOf, untilProgress } from "./waits.js";

/** The suite, for pools that `make` makes. */
export function describeEndings(make: (options: PoolOptions) => PoolExecutor): void {
  /** Runs `body` with a pool of its own. */
  function withPool<T>(
    options: PoolOptions,
    body: (pool: PoolExecutor) => Coroutine<T>,
  ): Promise<T> {
    return run(() => asyncWith(make(options), body) as Coroutine<T>);
  }

  describe("cancellation", () => {
    test("removes a queued job at once", () =>
      withPool({ size: 1 }, function* (pool) {
        yield* pool.submit(jobs.add, 1, 1);
        const running = pool.submit(jobs.nap, 0.05);
        const queued = pool.submit(jobs.mark, "must not run");
        yield* sleep(0);
        expect(queued.cancel()).toBe(true);
        expect(pool.stats()).toMatchObject({ queued: 0, cancelled: 1 });
        yield* running;
        expect(yield* pool.submit(jobs.marks)).toEqual([]);
      }));

    test("raises CancelledError at the coroutine's await and runs its finally", () =>
      withPool({ size: 1, concurrency: 2 }, function* (pool) {
        const handle = pool.submit(jobs.cancellable, "A");
        yield* pool.submit(jobs.untilMarked, "A waits");
        handle.cancel("no longer wanted");
        expect(isCancelled(yield* errorOf(handle))).toBe(true);
        const marks = yield* pool.submit(jobs.untilMarked, "A cleaned up");
        expect(marks).toEqual(["A waits", "CancelledError no longer wanted", "A cleaned up"]);
        expect(pool.stats()).toMatchObject({ cancelled: 1, died: 0 });
      }));

    test("releases a task that awaits the job at once, and ends the job", () =>
      withPool({ size: 1, concurrency: 2 }, function* (pool) {
        const task = createTask(function* () {
          yield* pool.submit(jobs.cancellable, "B");
        });
        yield* pool.submit(jobs.untilMarked, "B waits");
        yield* errorOf(waitFor(task, 0));
        yield* pool.submit(jobs.untilMarked, "B cleaned up");
      }));

    test("is seen by a function that computes and asks", () =>
      withPool({ size: 1, grace: 10 }, function* (pool) {
        const handle = pool.submit(jobs.computeUntilCancelled);
        yield* untilProgress(handle);
        handle.cancel();
        expect(yield* pool.submit(jobs.marks)).toEqual(["stopped by itself"]);
        expect(pool.stats().died).toBe(0);
      }));

    test("may be the job's own doing", () =>
      withPool({ size: 1 }, function* (pool) {
        const handle = pool.submit(jobs.cancelItself);
        expect(yield* errorOf(handle)).toMatchObject({ name: "CancelledError", reason: "enough" });
        expect(handle.cancelled()).toBe(true);
      }));

    test("does not hit a later job in the same place", () =>
      withPool({ size: 1, grace: 10 }, function* (pool) {
        for (let i = 0; i < 3; i++) {
          const handle = pool.submit(jobs.computeUntilCancelled);
          yield* untilProgress(handle);
          handle.cancel();
          expect(yield* pool.submit(jobs.compute, 20)).toBe(20);
        }
        expect(yield* pool.submit(jobs.marks)).toHaveLength(3);
      }));

    test.each([
      ["a function that computes on", () => jobs.compute.with({}), [60_000]],
      ["a coroutine that swallows it", () => jobs.stubborn.with({}), []],
    ] as const)("kills the worker of %s after the grace time", (_what, job, args) =>
      withPool({ size: 1, grace: "50ms" }, function* (pool) {
        const pid = yield* pool.submit(jobs.pid);
        const call = pool.submit as (...all: unknown[]) => ReturnType<typeof pool.submit>;
        const handle = call.call(pool, job(), ...args);
        const next = pool.submit(jobs.pid);
        yield* untilProgress(handle);
        handle.cancel();
        if (pid === process.pid) expect(yield* next).toBe(pid);
        else expect(yield* next).not.toBe(pid);
        expect(pool.stats()).toMatchObject({ completed: 2, cancelled: 1, died: 1, workers: 1 });
      }),
    );

    test("fails the other jobs that had begun in a killed worker, and says why", () =>
      withPool({ size: 1, concurrency: 2, grace: "20ms" }, function* (pool) {
        const innocent = pool.submit(jobs.untilMarked, "never");
        const stubborn = pool.submit(jobs.stubborn);
        yield* untilProgress(stubborn);
        stubborn.cancel();
        const error = yield* errorOf(innocent);
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error.message).toMatch(/"untilMarked" died: job "stubborn" in it was cancelled/);
        expect(yield* pool.submit(jobs.add, 1, 1)).toBe(2);
      }));
  });

  describe("deadline", () => {
    test("fails the job and ends it in the worker", () =>
      withPool({ size: 1, concurrency: 2 }, function* (pool) {
        yield* pool.submit(jobs.add, 1, 1);
        const late = pool.submit(jobs.cancellable.with({ deadline: "500ms" }), "C");
        yield* pool.submit(jobs.untilMarked, "C waits");
        const error = yield* errorOf(late);
        expect(error).toBeInstanceOf(TimeoutError);
        yield* pool.submit(jobs.untilMarked, "C cleaned up");
      }));

    test("counts the time in the queue: a job that is too late never runs", () =>
      withPool({ size: 1 }, function* (pool) {
        const running = pool.submit(jobs.nap, 0.2);
        const late = pool.submit(jobs.mark.with({ deadline: "20ms" }), "too late");
        expect(yield* errorOf(late)).toMatchObject({
          name: "TimeoutError",
          message: 'Job "mark" did not end within 20ms',
        });
        yield* running;
        expect(yield* pool.submit(jobs.marks)).toEqual([]);
      }));

    test("travels: the job knows what is left", () =>
      withPool({ size: 1 }, function* (pool) {
        const left = yield* pool.submit(jobs.remaining.with({ deadline: 30 }));
        expect(left).toBeGreaterThan(20);
        expect(left).toBeLessThanOrEqual(30);
        expect(yield* pool.submit(jobs.remaining)).toBe(Number.POSITIVE_INFINITY);
      }));
  });

  describe("a worker that dies", () => {
    test("fails its own job with what is known, and is replaced", () =>
      withPool({ size: 1 }, function* (pool) {
        const exit = pool.submit(jobs.exit, 3);
        const waiting = pool.submit(jobs.add, 1, 1);
        const error = yield* errorOf(exit);
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error).toMatchObject({ code: "ERR_WORKER_DIED" });
        expect(error.message).toMatch(/^The worker of job "exit" died: .*exit code 3/);
        expect(yield* waiting).toBe(2);
      }));

    test("by an error that nothing catches", () =>
      withPool({ size: 1 }, function* (pool) {
        expect(yield* errorOf(pool.submit(jobs.crashLater))).toBeInstanceOf(WorkerDiedError);
        expect(yield* pool.submit(jobs.add, 1, 1)).toBe(2);
      }));
  });

  describe("shutdown()", () => {
    test("waits for the jobs, refuses new ones, and leaves no worker", () =>
      run(function* () {
        const pool = make({ size: 2 });
        const handles = [0.02, 0.02, 0.02].map((seconds) => pool.submit(jobs.nap, seconds, "ok"));
        const ended = pool.shutdown();
        expect(() => pool.submit(jobs.add, 1, 1)).toThrow(/shut down/);
        yield* ended;
        expect(handles.map((handle) => handle.result())).toEqual(["ok", "ok", "ok"]);
        expect(pool.stats()).toMatchObject({ workers: 0, completed: 3 });
        yield* pool.shutdown();
      }));

    test("at the end of a block waits for a map under way, and cancels it after an error", () =>
      run(function* () {
        const block = function* (fails: boolean): Coroutine<Task<number[]>> {
          const mappings: Task<number[]>[] = [];
          const pool = asyncWith(make({ size: 1 }), function* (pool) {
            const items = [1, 2, 3, 4].map((n) => [n, n]);
            mappings.push(pool.map(jobs.sum, items as never[], { concurrency: 1 }));
            if (fails) throw new Error("left");
            yield* sleep(0);
          });
          if (fails) yield* errorOf(pool);
          else yield* pool;
          return mappings[0] as Task<number[]>;
        };
        expect((yield* block(false)).result()).toEqual([2, 4, 6, 8]);
        expect((yield* block(true)).cancelled()).toBe(true);
      }));

    test("cancels what is queued when it is told to", () =>
      run(function* () {
        const pool = make({ size: 1 });
        const running = pool.submit(jobs.nap, 0.05, "ok");
        while (pool.stats().running === 0) yield* sleep(0.005);
        const queued = pool.submit(jobs.nap, 0.05);
        yield* pool.shutdown({ cancelPending: true });
        expect(running.result()).toBe("ok");
        expect(queued.cancelled()).toBe(true);
      }));

    test("of a block that fails cancels everything", () =>
      run(function* () {
        const pool = make({ size: 1, grace: 10 });
        const block = asyncWith(pool, function* () {
          pool.submit(jobs.computeUntilCancelled);
          pool.submit(jobs.nap, 60);
          while (pool.stats().running === 0) yield* sleep(0.005);
          throw new RangeError("out of the block");
        });
        expect(yield* errorOf(block)).toMatchObject({ message: "out of the block" });
        expect(pool.stats()).toMatchObject({ workers: 0, cancelled: 2, died: 0 });
      }));

    test("that is cancelled kills what still runs", () =>
      run(function* () {
        const pool = make({ size: 1 });
        const block = createTask(
          asyncWith(pool, function* () {
            yield* untilProgress(pool.submit(jobs.compute, 60_000));
          }),
        );
        while (pool.stats().running === 0) yield* sleep(0.005);
        yield* sleep(0.05);
        block.cancel();
        expect(yield* errorOf(block)).toBeInstanceOf(CancelledError);
        yield* pool.shutdown();
        expect(pool.stats().workers).toBe(0);
      }));
  });
}
