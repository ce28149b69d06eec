/** `tsyncio worker` as a process of its own. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { asyncWith, fromPromise, gather, run, TimeoutError } from "tsyncio";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { QueueExecutor } from "../src/queue.js";
import { jobs } from "./jobs/queue-typed.js";
import { killPrograms, QueueProgram } from "./queue-programs.js";
import { RedisServer, redisProgram } from "./redis-server.js";
import { errorOf } from "./waits.js";

const COMMAND = fileURLToPath(new URL("../../tsyncio/bin/tsyncio.js", import.meta.url));
const FILE = "../jobs/queue-typed.ts";

function worker(...args: string[]): QueueProgram {
  return new QueueProgram(COMMAND, "worker", ...args);
}

describe.runIf(redisProgram !== undefined)("tsyncio worker", () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  afterEach(killPrograms);
  afterAll(() => redis.remove());

  test("does the jobs of a TypeScript file, async functions among them, until SIGTERM", async () => {
    const { connection } = redis;
    const program = worker(FILE, "--queue", "typed", "--concurrency", "2", "--redis", connection);
    await program.prints(`Ready: queue "typed" at 127.0.0.1:${redis.port}, 2 at once`);
    await run(() =>
      asyncWith(new QueueExecutor({ connection, queue: "typed" }), function* (queue) {
        const distance = queue.submit(jobs.distance, { x: 3, y: 4 });
        const waited = queue.submit(jobs.wait, 0.01);
        expect(yield* gather(distance, waited)).toEqual([5, "wait waited"]);
        const late = queue.submit(jobs.wait.with({ deadline: "300ms" }), 60);
        expect(yield* errorOf(late)).toBeInstanceOf(TimeoutError);
        yield* fromPromise(program.prints("finally after 60"));
        program.child.kill("SIGTERM");
        expect(yield* fromPromise(program.ended)).toEqual({ code: 0, signal: null });
      }),
    );
  });

  test("waits for Redis, and ends by Ctrl-C meanwhile", async () => {
    const program = worker(FILE, "--redis", "redis://127.0.0.1:1");
    await program.prints("Cannot reach Redis at 127.0.0.1:1");
    program.child.kill("SIGINT");
    const [code] = await once(program.child, "exit");
    expect(code).toBe(0);
    expect(program.output.match(/Cannot reach Redis/g)).toHaveLength(1);
  });
});

test.each([
  [["missing.ts"], 2, /there is no such file/],
  [[FILE, "--concurrency", "0"], 2, /expected a whole number from 1; see tsyncio worker --help/],
  [[FILE, "--lease", "soon"], 2, /expected a time such as "30s"/],
  [[FILE, "--redis", "nowhere"], 1, /expected a URL such as "redis:/],
  [["queue-unloadable.js"], 1, /Cannot load .*queue-unloadable\.js in a worker: no luck/],
])("tsyncio worker %j ends with code %d", async (args, code, message) => {
  const program = worker(...args);
  expect(await program.ended).toEqual({ code, signal: null });
  expect(program.output).toMatch(message);
});
