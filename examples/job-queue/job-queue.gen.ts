/**
 * A queue of jobs: results, attempts, keys, progress, cancellation. Without arguments the jobs run on threads of this
 * process; with the URL of a Redis they run wherever a worker was started:
 *
 *     tsyncio worker examples/job-queue/jobs.ts --queue examples --redis redis://127.0.0.1:6379
 */

import { realpathSync } from "node:fs";
import { QueueExecutor } from "@tsyncio/workers/queue";
import * as asyncio from "tsyncio";
import { jobs } from "./jobs.js";

/** Submits a few jobs and prints what comes of them. */
export function* main(connection?: string) {
  const queue = new QueueExecutor(
    connection === undefined ? { embedded: { size: 2 } } : { queue: "examples", connection },
  );
  yield* asyncio.asyncWith(queue, function* () {
    const counts = yield* queue.map(jobs.primesBelow, [10, 100, 1000]);
    console.log(`primes below 10, 100 and 1000: ${counts.join(", ")}`);

    const sendInvoice = jobs.sendInvoice.with({
      attempts: 3,
      backoff: "50ms",
      key: `invoice ${Date.now()}`,
    });
    const [first, second] = yield* asyncio.gather(
      queue.submit(sendInvoice, "Ada"),
      queue.submit(sendInvoice, "Ada"),
    );
    console.log(first);
    console.log(first === second ? "and only once" : "and twice");

    const copy = queue.submit(jobs.copyPages, 3);
    yield* asyncio.asyncFor(copy.updates(), function* (page) {
      console.log(`copied ${page}`);
    });
    console.log(`found by its id: ${yield* queue.attach(jobs.copyPages, copy.id)} pages`);

    try {
      yield* asyncio.waitFor(queue.submit(jobs.primesBelow, 1e12), "300ms");
    } catch (error) {
      if (!(error instanceof asyncio.TimeoutError)) throw error;
      console.log("all primes: given up after 300 ms, and so has the worker");
    }
  });
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  await asyncio.run(main(process.argv[2]));
}
