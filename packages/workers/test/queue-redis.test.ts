/** `QueueExecutor` on a Redis of its own, with workers that are processes. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import {
  asyncFor,
  asyncWith,
  BREAK,
  type Coroutine,
  createTask,
  fromPromise,
  gather,
  run,
  sleep,
} from "tsyncio";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { JobError, WorkerDiedError } from "../src/index.js";
import { QueueExecutor, type QueueExecutorOptions } from "../src/queue.js";
import { jobs } from "./jobs/queue-jobs.js";
import { jobs as versioned } from "./jobs/queue-versions.js";
import { describeQueue, freshFile, untilWritten } from "./queue.contract.js";
import { fixtures, killPrograms, QueueProgram, startWorker } from "./queue-programs.js";
import { RedisServer, redisProgram } from "./redis-server.js";
import { errorOf, untilProgress } from "./waits.js";

// Servers and workers start, end and are waited for.
vi.setConfig({ testTimeout: 60_000 });

let redis: RedisServer;
let queues = 0;

function freshPlace(): { readonly connection: string; readonly queue: string } {
  queues++;
  return { connection: redis.connection, queue: `test-${queues}` };
}

function withQueue<T>(
  options: QueueExecutorOptions,
  body: (queue: QueueExecutor) => Coroutine<T>,
): Promise<T> {
  return run(() => {
    const queue = new QueueExecutor(options);
    return asyncWith(queue, () => body(queue)) as Coroutine<T>;
  });
}

describe.runIf(redisProgram !== undefined)("QueueExecutor on Redis", () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterAll(async () => {
    await killPrograms();
    await redis.remove();
  });

  describe("with a worker", () => {
    const queue = "contract";

    beforeAll(async () => {
      await startWorker({ connection: redis.connection, queue, concurrency: 8, threads: 2 });
    });

    afterAll(killPrograms);

    describeQueue(() => ({ connection: redis.connection, queue }));

    test("its parts do not read each other's results", () =>
      withQueue({ connection: redis.connection, queue }, function* (first) {
        const second = new QueueExecutor({ connection: redis.connection, queue });
        const items = Array.from({ length: 50 }, (_, i) => i);
        const both = gather(
          first.map(jobs.echo, items),
          second.map(
            jobs.echo,
            items.map((i) => -i),
          ),
        );
        const [plus, minus] = yield* both;
        expect(plus).toEqual(items);
        expect(minus.map((i) => 0 - (i as number))).toEqual(items);
        yield* second.shutdown();
      }));
  });

  describe("and its workers", () => {
    afterEach(killPrograms);

    test("a job whose submitter was killed is awaited by its id", async () => {
      const place = freshPlace();
      const submitter = new QueueProgram("queue-submitter.js", JSON.stringify(place), "0.2");
      await submitter.prints("\n");
      await submitter.kill();
      await startWorker(place);
      await withQueue(place, function* (queue) {
        const handle = queue.attach(jobs.nap, submitter.output.trim());
        expect(yield* handle).toBe("from the one that died");
      });
    });

    test("a job whose worker was killed is done by another", async () => {
      const place = freshPlace();
      const doomed = await startWorker({ ...place, lease: 0.3 });
      const file = freshFile();
      await withQueue(place, function* (queue) {
        const handle = queue.submit(jobs.noted, file, 1, 1);
        yield* untilProgress(handle);
        yield* fromPromise(doomed.kill());
        yield* fromPromise(startWorker({ ...place, lease: 0.3 }));
        expect(yield* handle).toBe(1);
        expect(queue.stats().died).toBe(1);
      });
      expect(readFileSync(file, "utf8")).toBe("1\n1\n");
    });

    test("a job whose lease has ended is interrupted, and done again", async () => {
      const place = freshPlace();
      await startWorker({ ...place, lease: 0.4 });
      const file = freshFile();
      const client = new Redis(place.connection);
      await withQueue(place, function* (queue) {
        const handle = queue.submit(jobs.waits, file, 1);
        yield* untilProgress(handle);
        yield* fromPromise(client.del(`bull:${place.queue}:${handle.id}:lock`));
        yield* untilWritten(file, "cleaned 1\n");
        expect(handle.done()).toBe(false);
        yield* asyncFor(handle.updates(), function* () {
          return BREAK;
        });
        handle.cancel();
        yield* untilWritten(file, "cleaned 1\ncleaned 1\n");
      });
      client.disconnect();
    });

    test("a job that ends its thread fails after as many takeovers as are allowed", async () => {
      const place = freshPlace();
      await startWorker({ ...place, takeovers: 1, concurrency: 1 });
      await withQueue(place, function* (queue) {
        const error = yield* errorOf(queue.submit(jobs.exits));
        expect(error).toBeInstanceOf(WorkerDiedError);
        expect(error.message).toMatch(/"exits" died: its thread ended with exit code 3/);
        expect(yield* queue.submit(jobs.add, 1, 2)).toBe(3);
      });
    });

    test("a worker of another version, or without the job, is a clear error", async () => {
      const place = freshPlace();
      await startWorker(place, "../jobs/newer/queue-versions.js");
      await withQueue({ ...place, attempts: 3 }, function* (queue) {
        const version = yield* errorOf(queue.submit(versioned.which));
        expect(version).toBeInstanceOf(JobError);
        expect(version).toMatchObject({ code: "ERR_JOB_VERSION" });
        expect(version.message).toMatch(/version 1 of queue-versions, the worker .* has 2;/);
        const missing = yield* errorOf(queue.submit(jobs.add, 1, 2));
        expect(missing).toMatchObject({ code: "ERR_JOB_NOT_FOUND" });
        expect(missing.message).toMatch(/"queue-jobs.add": .* serves queue-versions.which;/);
      });
    });

    test.each([
      ["queue-unloadable.js", /Cannot load .*queue-unloadable\.js in a worker: no luck/],
      ["queue-no-jobs.js", /Cannot serve .*queue-no-jobs\.js: it defines no jobs/],
    ])("a worker of %s ends with an error", async (module, message) => {
      const place = freshPlace();
      const worker = new QueueProgram("queue-worker.js", module, JSON.stringify(place));
      expect(await worker.ended).toMatchObject({ code: 1 });
      expect(worker.output).toMatch(message);
    });

    test("a worker that is stopped ends what it does and gives back the rest", async () => {
      const place = freshPlace();
      const stopped = await startWorker({ ...place, concurrency: 3, threads: 1, drain: 0.5 });
      const file = freshFile();
      await withQueue(place, function* (queue) {
        const long = queue.submit(jobs.waits, file, 1);
        const short = queue.submit(jobs.noted, file, 2, 0.2);
        yield* gather(untilProgress(long), untilProgress(short));
        stopped.child.kill("SIGTERM");
        expect(yield* short).toBe(2);
        yield* untilWritten(file, "cleaned 1");
        expect(yield* fromPromise(stopped.ended)).toEqual({ code: 0, signal: null });
        expect(long.done()).toBe(false);
        const next = yield* fromPromise(startWorker(place));
        long.cancel();
        expect(next.output).toMatch(/Ready/);
      });
    });

    test("cancellation reaches 100 jobs that wait and 10 that run", async () => {
      const place = freshPlace();
      await startWorker({ ...place, concurrency: 10, threads: 1 });
      const file = freshFile();
      await withQueue(place, function* (queue) {
        const running = Array.from({ length: 10 }, (_, i) => queue.submit(jobs.waits, file, i));
        yield* gather(running.map(untilProgress));
        const waiting = Array.from({ length: 100 }, (_, i) => queue.submit(jobs.noted, file, i, 0));
        expect((yield* queue.counts()).active).toBe(10);
        for (const handle of [...waiting, ...running]) handle.cancel("enough");
        for (let i = 0; i < 10; i++) yield* untilWritten(file, `cleaned ${i}\n`);
        yield* queue.submit(jobs.add, 1, 2);
        const { active, delayed, waiting: left } = yield* queue.counts();
        expect({ active, delayed, left }).toEqual({ active: 0, delayed: 0, left: 0 });
        expect(queue.stats()).toMatchObject({ cancelled: 110, queued: 0, running: 0 });
      });
      expect(readFileSync(file, "utf8").split("\n").sort().slice(1)).toEqual(
        Array.from({ length: 10 }, (_, i) => `cleaned ${i}`),
      );
    });

    test("a program that leaves an idle executor open ends", async () => {
      const place = freshPlace();
      await startWorker(place);
      const program = new QueueProgram("queue-leaves-open.js", JSON.stringify(place));
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(program.output).toBe("3\n");
    });

    test("jobs are begun in the order of their priority, then of their submission", async () => {
      const place = freshPlace();
      const file = freshFile();
      await withQueue(place, function* (queue) {
        const handles = [0, 1, 0, -1, 5].map((priority, i) =>
          queue.submit(jobs.noted.with({ priority }), file, i, 0),
        );
        yield* queue.flush();
        yield* fromPromise(startWorker({ ...place, concurrency: 1 }));
        yield* gather(handles);
      });
      expect(readFileSync(file, "utf8").split("\n")).toEqual(["4", "1", "0", "2", "3", ""]);
    });

    test("a result arrives although its event was cut off before it was read", async () => {
      const place = freshPlace();
      await startWorker(place);
      const gate = freshFile();
      await withQueue(place, function* (queue) {
        const handle = queue.submit(jobs.waitsFor, gate);
        yield* untilProgress(handle);
        const { id } = handle;
        const { stderr } = spawnSync(
          process.execPath,
          ["queue-floods-events.js", place.connection, `bull:${place.queue}`, id, gate],
          { cwd: fixtures, encoding: "utf8" },
        );
        expect(stderr).toBe("");
        expect(yield* handle).toBe("open");
      });
    });

    test("detach() leaves the jobs to the queue", async () => {
      const place = freshPlace();
      const id = await run(function* main() {
        const queue = new QueueExecutor(place);
        const handle = queue.submit(jobs.nap, 0, "later");
        yield* queue.flush();
        queue.detach();
        expect((yield* errorOf(handle)).message).toContain(`detached from job "${handle.id}"`);
        return handle.id;
      });
      await startWorker(place);
      await withQueue(place, function* (queue) {
        expect(yield* queue.attach(jobs.nap, id)).toBe("later");
      });
    });
  });
});

describe.runIf(redisProgram !== undefined)("QueueExecutor while Redis is away", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
    await server.kill();
  });

  afterEach(killPrograms);
  afterAll(() => server.remove());

  test("fails after its patience, and works when Redis is there", async () => {
    await server.kill();
    const { connection } = server;
    await withQueue({ connection, patience: "200ms" }, function* (queue) {
      const error = yield* errorOf(queue.submit(jobs.add, 1, 2));
      expect(error).toBeInstanceOf(JobError);
      expect(error).toMatchObject({ code: "ERR_QUEUE_UNREACHABLE" });
      expect(error.message).toMatch(
        /Redis at 127\.0\.0\.1:\d+ for 0\.2 s: connect ECONNREFUSED .*; job "add" was not submitted/,
      );
      expect(yield* errorOf(queue.counts())).toMatchObject({ code: "ERR_QUEUE_UNREACHABLE" });
      yield* fromPromise(server.start());
      yield* fromPromise(startWorker({ connection }));
      expect(yield* queue.submit(jobs.add, 1, 2)).toBe(3);
      expect((yield* queue.counts()).completed).toBe(1);
    });
  });

  test("waits within its patience, at the start and later", async () => {
    await server.kill();
    const { connection } = server;
    const worker = new QueueProgram(
      "queue-worker.js",
      "../jobs/queue-jobs.js",
      JSON.stringify({ connection, lease: 1 }),
    );
    await withQueue({ connection, patience: "10s" }, function* (queue) {
      const first = queue.submit(jobs.nap, 0.01, "at the start");
      yield* fromPromise(worker.prints("Cannot reach Redis"));
      yield* fromPromise(server.start());
      expect(yield* first).toBe("at the start");
      const running = queue.submit(jobs.nap, 0.5, "while it was away");
      yield* queue.flush();
      yield* fromPromise(server.kill());
      const unsent = queue.submit(jobs.nap, 0.01, "not sent yet");
      yield* fromPromise(worker.prints("trying again"));
      yield* sleep(0);
      yield* fromPromise(server.start());
      expect(yield* gather(running, unsent)).toEqual(["while it was away", "not sent yet"]);
    });
  });

  test("says of a job that was sent that it may still be done", async () => {
    await server.start();
    const { connection } = server;
    await withQueue({ connection, patience: "100ms", queue: "later" }, function* (queue) {
      const handle = queue.submit(jobs.nap, 0, "done later");
      yield* queue.flush();
      yield* fromPromise(server.kill());
      const error = yield* errorOf(handle);
      expect(error.message).toContain(`may still be done: await it later by its id "${handle.id}"`);
      yield* fromPromise(server.start());
      yield* fromPromise(startWorker({ connection, queue: "later" }));
      expect(yield* queue.attach(jobs.nap, handle.id)).toBe("done later");
    });
  });

  test("says what Redis objects to, and goes on", async () => {
    await server.start();
    const admin = new Redis(server.connection);
    await admin.acl("SETUSER", "limited", "on", "nopass", "~*", "&*", "+@all", "-xrevrange");
    await admin.acl("SETUSER", "nobody", "on", ">secret", "~*", "&*", "+@all");
    const options = { queue: "refused", patience: "300ms" } as const;
    const address = `127.0.0.1:${server.port}`;
    const limited = `redis://limited:any@${address}`;
    await withQueue({ ...options, connection: limited }, function* (queue) {
      const error = yield* errorOf(queue.submit(jobs.nap, 0));
      expect(error).toMatchObject({ code: "ERR_QUEUE_REFUSED" });
      expect(error.message).toMatch(/^Cannot submit job "nap": NOPERM .*xrevrange/);
      yield* fromPromise(admin.acl("SETUSER", "limited", "+@all"));
      const again = queue.submit(jobs.nap, 0);
      expect((yield* queue.counts()).waiting).toBe(1);
      again.cancel();
    });
    const wrong = `redis://nobody:wrong@${address}`;
    await withQueue({ ...options, connection: wrong }, function* (queue) {
      const error = yield* errorOf(queue.submit(jobs.nap, 0));
      expect(error).toMatchObject({ code: "ERR_QUEUE_UNREACHABLE" });
      expect(error.message).toMatch(/WRONGPASS/);
      expect(error.message).not.toContain("wrong");
    });
    admin.disconnect();
  });

  test("says so when Redis has come back without its data", async () => {
    await server.start();
    const { connection } = server;
    await withQueue({ connection, queue: "lost" }, function* (queue) {
      const handle = queue.submit(jobs.nap, 0);
      yield* queue.counts();
      const client = new Redis(connection);
      yield* fromPromise(client.flushall());
      client.disconnect();
      yield* fromPromise(server.kill());
      yield* fromPromise(server.start());
      const error = yield* errorOf(handle);
      expect(error).toMatchObject({ code: "ERR_JOB_LOST" });
    });
  });

  test("can be shut down, and its waits cancelled", async () => {
    await server.kill();
    const { connection } = server;
    await run(function* main() {
      const queue = new QueueExecutor({ connection, patience: "1h" });
      const task = createTask(asyncWith(queue, () => queue.submit(jobs.add, 1, 2)));
      yield* sleep(0.05);
      task.cancel();
      yield* errorOf(task);
      expect(task.cancelled()).toBe(true);
    });
  });
});
