/**
 * The same work one after another, as tasks, on threads and on processes: how long it takes, and how long it keeps
 * another task of the program waiting.
 *
 *     comparison [JOBS MILLISECONDS LIMIT] [--debug]
 *
 * JOBS (8) that wait for MILLISECONDS (250), or count the primes below LIMIT (1800000). With --debug the loop reports the
 * steps that keep it from everything else.
 */

import { realpathSync } from "node:fs";
import { type Executor, type Job, ProcessPoolExecutor, ThreadPoolExecutor } from "@tsyncio/workers";
import * as asyncio from "tsyncio";
import { jobs } from "./jobs.js";

/** How much work there is. */
export interface Sizes {
  readonly count: number;
  readonly seconds: number;
  readonly limit: number;
}

/** A job with its argument, done `count` times. */
interface Work {
  readonly title: string;
  readonly job: Job<[number], unknown>;
  readonly argument: number;
  readonly count: number;
}

interface Measured {
  readonly seconds: number;
  /** The longest time by which another task got its turn too late. */
  readonly heldUp: number;
}

const WORKERS = 2;
/** Seconds after which the other task asks for its next turn. */
const TICK = 0.01;

const WAYS: Readonly<Record<string, (work: Work) => asyncio.Coroutine<unknown>>> = {
  "one by one": oneByOne,
  tasks: asTasks,
  threads: (work) => onWorkers(new ThreadPoolExecutor({ size: WORKERS }), work),
  processes: (work) => onWorkers(new ProcessPoolExecutor({ size: WORKERS }), work),
};

function* oneByOne(work: Work) {
  for (let n = 0; n < work.count; n++) yield* call(work);
}

function* asTasks(work: Work) {
  const tasks = Array.from({ length: work.count }, (_, n) =>
    asyncio.createTask(call(work), { name: `${work.title} ${n + 1}` }),
  );
  yield* asyncio.gather(tasks);
}

/** The time it takes to start the workers is part of it. */
function* onWorkers(pool: Executor, { job, argument, count }: Work) {
  yield* asyncio.asyncWith(pool, function* () {
    yield* pool.map(job, new Array<number>(count).fill(argument));
  });
}

/** Does it here: a job is the function that it was made of. */
function* call({ job, argument }: Work) {
  const result = job(argument);
  return asyncio.isCoroutine(result) ? yield* result : result;
}

/** How long `body` takes, beside a task that wants a turn every TICK. */
function* measure(body: asyncio.Coroutine<unknown>) {
  const loop = asyncio.getRunningLoop();
  let heldUp = 0;
  const other = asyncio.createTask(function* other() {
    for (;;) {
      const due = loop.time() + TICK;
      yield* asyncio.sleep(TICK);
      heldUp = Math.max(heldUp, loop.time() - due);
    }
  });
  yield* asyncio.sleep(0);
  const start = loop.time();
  yield* body;
  const seconds = loop.time() - start;
  // The turn that it was kept from.
  yield* asyncio.sleep(2 * TICK);
  other.cancel();
  return { seconds, heldUp } satisfies Measured;
}

/** Measures everything, and prints it as two tables. */
export function* main({ count, seconds, limit }: Sizes) {
  const works: readonly Work[] = [
    { title: "wait", job: jobs.wait, argument: seconds, count },
    { title: "block", job: jobs.blockingWait, argument: seconds, count },
    { title: "compute", job: jobs.countPrimes, argument: limit, count },
  ];
  const rows: { readonly title: string; readonly measured: readonly Measured[] }[] = [];
  for (const work of works) {
    const measured: Measured[] = [];
    for (const way of Object.values(WAYS)) measured.push(yield* measure(way(work)));
    rows.push({ title: work.title, measured });
  }
  console.log(`${count} jobs, ${WORKERS} threads or processes: seconds until all are done`);
  console.log(line("", Object.keys(WAYS)));
  for (const { title, measured } of rows) {
    console.log(
      line(
        title,
        measured.map((one) => one.seconds.toFixed(2)),
      ),
    );
  }
  console.log("and the seconds by which another task got its turn too late");
  for (const { title, measured } of rows) {
    console.log(
      line(
        title,
        measured.map((one) => one.heldUp.toFixed(3)),
      ),
    );
  }
}

function line(title: string, cells: readonly string[]): string {
  return title.padEnd(8) + cells.map((cell) => cell.padStart(12)).join("");
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [count = 8, milliseconds = 250, limit = 1_800_000] = process.argv
    .slice(2)
    .filter((argument) => argument !== "--debug")
    .map(Number);
  const debug = process.argv.includes("--debug");
  await asyncio.run(main({ count, seconds: milliseconds / 1000, limit }), { debug });
}
