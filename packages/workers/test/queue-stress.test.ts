/**
 * Jobs while their workers and Redis die: one of two workers is killed in the middle, Redis as well, and both are started
 * again. `STRESS=1` does ten thousand.
 */
import { readFileSync } from "node:fs";
import { asyncWith, fromPromise, run, sleep } from "tsyncio";
import { afterAll, describe, expect, test } from "vitest";
import { QueueExecutor } from "../src/queue.js";
import { jobs } from "./jobs/queue-jobs.js";
import { freshFile } from "./queue.contract.js";
import { killPrograms, startWorker } from "./queue-programs.js";
import { RedisServer, redisProgram } from "./redis-server.js";

const JOBS = process.env["STRESS"] === "1" ? 10_000 : 400;

describe.runIf(redisProgram !== undefined)("QueueExecutor under stress", () => {
  afterAll(killPrograms);

  test(`gives each of ${JOBS} results once, whatever dies`, async () => {
    const redis = await RedisServer.start();
    const place = { connection: redis.connection, concurrency: 8, lease: 1 };
    const doomed = await startWorker(place);
    await startWorker(place);
    const file = freshFile();
    const results = new Map<number, number>();
    try {
      await run(() =>
        asyncWith(new QueueExecutor({ connection: redis.connection }), function* (queue) {
          const handles = Array.from({ length: JOBS }, (_, i) => {
            const handle = queue.submit(jobs.noted, file, i, i % 100 === 0 ? 0.05 : 0);
            handle.addDoneCallback(() => results.set(i, (results.get(i) ?? 0) + 1));
            return handle;
          });
          const untilDone = function* (count: number) {
            while (results.size < count) yield* sleep(0.01);
          };
          yield* untilDone(JOBS / 4);
          yield* fromPromise(doomed.kill());
          yield* untilDone(JOBS / 3);
          yield* fromPromise(redis.kill());
          yield* fromPromise(redis.start());
          yield* untilDone(JOBS / 2);
          yield* fromPromise(startWorker(place));
          for (const [i, handle] of handles.entries()) expect(yield* handle).toBe(i);
          const { active, completed, failed, waiting } = yield* (queue as QueueExecutor).counts();
          expect({ active, failed, waiting }).toEqual({ active: 0, failed: 0, waiting: 0 });
          expect(completed).toBe(JOBS);
        }),
      );
    } finally {
      await killPrograms();
      await redis.remove();
    }
    expect([...results.values()]).toEqual(Array(JOBS).fill(1));
    const runs = readFileSync(file, "utf8").trim().split("\n");
    expect(new Set(runs).size).toBe(JOBS);
    expect(runs.length).toBeLessThan(JOBS + 100);
  });
});
