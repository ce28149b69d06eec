/** What a `QueueExecutor` does with jobs, embedded and on Redis. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  asyncFor,
  asyncWith,
  CancelledError,
  type Coroutine,
  gather,
  run,
  shield,
  sleep,
  TimeoutError,
} from "tsyncio";
import { afterEach, describe, expect, test } from "vitest";
import { JobError } from "../src/index.js";
import { QueueExecutor, type QueueExecutorOptions } from "../src/queue.js";
import { jobs } from "./jobs/queue-jobs.js";
import { errorOf, untilProgress } from "./waits.js";

const folders: string[] = [];

/** The path of a file that is not there yet. */
export function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "tsyncio-queue-"));
  folders.push(folder);
  return join(folder, "notes");
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Until the file holds `text`: a job in another process has written it. */
export function* untilWritten(file: string, text: string): Coroutine<void> {
  for (;;) {
    try {
      if (readFileSync(file, "utf8").includes(text)) return;
    } catch {
      // Nothing has been written yet.
    }
    yield* sleep(0.01);
  }
}

/** The suite, for executors of a queue that has a worker. */
export function describeQueue(optionsFor: () => QueueExecutorOptions): void {
  function withQueue<T>(
    body: (queue: QueueExecutor) => Coroutine<T>,
    options: QueueExecutorOptions = {},
  ): Promise<T> {
    return run(() => {
      const queue = new QueueExecutor({ ...optionsFor(), ...options });
      return asyncWith(queue, () => body(queue)) as Coroutine<T>;
    });
  }

  describe("submit()", () => {
    test("gives the result of a function and of a coroutine", () =>
      withQueue(function* (queue) {
        const sum: number = yield* queue.submit(jobs.add, 1, 2);
        expect(sum).toBe(3);
        expect(yield* queue.submit(jobs.nap, 0.01)).toBe("rested");
        expect(queue.stats()).toMatchObject({ completed: 2, failed: 0, queued: 0, running: 0 });
      }));

    test("copies what structuredClone copies", () =>
      withQueue(function* (queue) {
        const circle: unknown[] = [];
        circle.push(circle);
        const value = {
          map: new Map([[new Date(5), new Set([1n])]]),
          bytes: new Uint8Array([1, 2, 3]),
          numbers: [-0, Number.NaN, Number.POSITIVE_INFINITY],
          hole: [undefined],
          circle,
        };
        expect(yield* queue.submit(jobs.echo, value)).toStrictEqual(value);
        expect(yield* queue.submit(jobs.echo, undefined)).toBe(undefined);
        const plain = { a: [1, "ü\ud800", null, true], __proto__: null };
        expect(yield* queue.submit(jobs.echo, plain)).toEqual({ a: plain.a });
      }));

    test("lets a job know its id, its name and the attempt", () =>
      withQueue(function* (queue) {
        const handle = queue.submit(jobs.self);
        expect(yield* handle).toEqual({ attempt: 1, id: handle.id, name: "self" });
      }));

    test("raises the job's error with its class, code, cause and stack", () =>
      withQueue(function* (queue) {
        const error = yield* errorOf(queue.submit(jobs.fails));
        expect(error).toBeInstanceOf(RangeError);
        expect(error).toMatchObject({ message: "too far", code: "ERR_FAR" });
        expect(error.stack).toMatch(/at fails .*queue-jobs\.js/);
        expect(error.cause).toEqual(new TypeError("inner"));
        expect(error.cause).toBeInstanceOf(TypeError);
      }));

    test("hands over progress and log in their order", () =>
      withQueue(function* (queue) {
        const handle = queue.submit(jobs.reports);
        const seen: unknown[] = [];
        yield* asyncFor(handle.updates(), function* (value) {
          seen.push(value);
        });
        expect(seen).toEqual([{ part: 1 }, { part: 2 }, new Date(3)]);
        expect(handle.progress).toEqual(new Date(3));
        expect(handle.log).toEqual(["line 1", "line 2", "line 3"]);
      }));

    test("refuses arguments that cannot be copied", () =>
      withQueue(function* (queue) {
        expect(() => queue.submit(jobs.echo, () => 1)).toThrow(/arguments of job "echo".*cloned/);
        expect(yield* queue.submit(jobs.echo, 1)).toBe(1);
      }));

    test("refuses what is no job", () =>
      withQueue(function* (queue) {
        // @ts-expect-error
        expect(() => queue.submit(() => 1)).toThrow(/only jobs can be run elsewhere/);
        expect(() => queue.stream(jobs.nap, 1)).toThrow(/one result for each job/);
      }));

    test("fails for a result that cannot be copied or is over the limit", () =>
      withQueue(
        function* (queue) {
          const unsendable = yield* errorOf(queue.submit(jobs.unsendable));
          expect(unsendable).toMatchObject({ code: expect.stringMatching(/^ERR_JOB_RESULT$/) });
          const large = yield* errorOf(queue.submit(jobs.large, 20_000));
          expect(large).toBeInstanceOf(JobError);
          expect(large).toMatchObject({ code: "ERR_JOB_RESULT_SIZE" });
          expect(large.message).toMatch(/200\d\d bytes, the limit is 10000;/);
          expect(yield* queue.submit(jobs.large, 9000)).toHaveLength(9000);
        },
        { resultLimit: 10_000 },
      ));
  });

  describe("attempts", () => {
    test("tries a job again that failed, after a pause", () =>
      withQueue(function* (queue) {
        const third = jobs.third.with({ attempts: 3, backoff: "10ms" });
        expect(yield* queue.submit(third)).toBe(3);
        const error = yield* errorOf(queue.submit(third.with({ attempts: 2 })));
        expect(error).toEqual(new Error("attempt 2"));
      }));

    test("tries an UnrecoverableError once", () =>
      withQueue(
        function* (queue) {
          expect(yield* errorOf(queue.submit(jobs.never))).toMatchObject({ attempt: 1 });
        },
        { attempts: 3, backoff: "10ms" },
      ));
  });

  describe("keys", () => {
    test("make a repeated submit one job", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        const noted = jobs.noted.with({ key: `once: ${file}` });
        const both = [queue.submit(noted, file, 1, 0.05), queue.submit(noted, file, 2, 0.05)];
        expect(yield* gather(both)).toEqual([1, 1]);
        expect(yield* queue.submit(noted, file, 3, 0)).toBe(1);
        expect(readFileSync(file, "utf8")).toBe("1\n");
      }));

    test("are free again once their job was cancelled", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        const noted = jobs.noted.with({ key: `again: ${file}` });
        const first = queue.submit(noted, file, 1, 60);
        const other = queue.submit(noted, file, 1, 60);
        yield* untilProgress(first);
        first.cancel("not needed");
        const error = yield* errorOf(other);
        expect(error).toBeInstanceOf(CancelledError);
        expect(error.message).toBe("not needed");
        expect(yield* queue.submit(noted, file, 2, 0)).toBe(2);
      }));
  });

  describe("attach()", () => {
    test("gives the result by the id of the job or by its key", () =>
      withQueue(function* (queue) {
        const key = freshFile();
        const handle = queue.submit(jobs.nap.with({ key }), 0.05, "found");
        const attached = queue.attach(jobs.nap, handle.id);
        expect(yield* attached).toBe("found");
        expect(yield* handle).toBe("found");
        expect(yield* queue.attach(jobs.nap, { key })).toBe("found");
      }));

    test("gives what was reported before", () =>
      withQueue(function* (queue) {
        const handle = queue.submit(jobs.reports);
        yield* handle;
        const attached = queue.attach(jobs.reports, handle.id);
        yield* attached;
        expect(attached.log).toEqual(["line 1", "line 2", "line 3"]);
        expect(attached.progress).toEqual(new Date(3));
      }));

    test("fails for an id that the queue does not know", () =>
      withQueue(function* (queue) {
        const error = yield* errorOf(queue.attach(jobs.nap, "nowhere"));
        expect(error).toMatchObject({ code: "ERR_JOB_UNKNOWN" });
        expect(error.message).toMatch(/none with the id "nowhere"/);
      }));
  });

  describe("cancellation", () => {
    test("raises CancelledError in a coroutine, whose cleanup runs", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        const handle = queue.submit(jobs.waits, file, 1);
        yield* untilProgress(handle);
        expect(queue.stats()).toMatchObject({ running: 1, queued: 0 });
        handle.cancel();
        expect(yield* errorOf(handle)).toBeInstanceOf(CancelledError);
        yield* untilWritten(file, "cleaned 1");
        expect(queue.stats()).toMatchObject({ cancelled: 1, running: 0 });
      }));

    test("is seen by a function that computes", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        const handle = queue.submit(jobs.computes, file);
        yield* untilProgress(handle);
        handle.cancel();
        yield* untilWritten(file, "heard");
      }));

    test("of a shield leaves the job alone", () =>
      withQueue(function* (queue) {
        const handle = queue.submit(jobs.nap, 0.05);
        const shielded = shield(handle);
        shielded.cancel();
        expect(yield* handle).toBe("rested");
      }));

    test("before the job was sent means that it never runs", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        const handle = queue.submit(jobs.noted, file, 1, 0);
        handle.cancel();
        expect(yield* errorOf(handle)).toBeInstanceOf(CancelledError);
        yield* queue.submit(jobs.noted, file, 2, 0);
        expect(readFileSync(file, "utf8")).toBe("2\n");
      }));

    test("by a deadline ends the job with a TimeoutError", () =>
      withQueue(function* (queue) {
        const file = freshFile();
        yield* queue.submit(jobs.echo, "the worker is there");
        const error = yield* errorOf(queue.submit(jobs.waits.with({ deadline: "1s" }), file, 3));
        expect(error).toBeInstanceOf(TimeoutError);
        yield* untilWritten(file, "cleaned 3");
      }));
  });

  describe("map()", () => {
    test("gives the results in the order of the items", () =>
      withQueue(function* (queue) {
        const items = Array.from({ length: 40 }, (_, i) => i);
        expect(yield* queue.map(jobs.echo, items, { concurrency: 7 })).toEqual(items);
      }));
  });

  describe("shutdown()", () => {
    test("waits for the jobs, and refuses further ones", () =>
      withQueue(function* (queue) {
        const handle = queue.submit(jobs.nap, 0.05);
        yield* queue.shutdown();
        expect(handle.result()).toBe("rested");
        expect(() => queue.submit(jobs.nap, 1)).toThrow(/the executor was shut down/);
      }));

    test("cancels the jobs when its block raises", async () => {
      const file = freshFile();
      const fault = new Error("the block");
      const failing = withQueue(function* (queue) {
        const handle = queue.submit(jobs.waits, file, 9);
        yield* untilProgress(handle);
        throw fault;
      });
      await expect(failing).rejects.toBe(fault);
      await run(() => untilWritten(file, "cleaned 9"));
    });
  });

  test("counts() tells how many jobs the queue has", () =>
    withQueue(function* (queue) {
      const before = yield* queue.counts();
      const handle = queue.submit(jobs.waits, freshFile(), 4);
      yield* untilProgress(handle);
      const counts = yield* queue.counts();
      expect(counts.active).toBe(before.active + 1);
      expect(counts.workers).toBeGreaterThan(0);
      handle.cancel();
    }));
}
