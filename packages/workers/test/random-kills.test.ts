/**
 * Workers that are killed at random while jobs run: every job ends once, with its own result or the error that its worker
 * died, and nothing is left behind. `STRESS=1` kills a thousand.
 */
import { asyncWith, createTask, Event, gather, run, sleep } from "tsyncio";
import { expect, test } from "vitest";
import {
  type PoolExecutor,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  WorkerDiedError,
} from "../src/index.js";
import { jobs } from "./jobs/jobs.js";

const KILLS = process.env["STRESS"] === "1" ? 1000 : 8;

/** Numbers below one, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function* endure(pool: PoolExecutor, seed: number) {
  const next = random(seed);
  const over = new Event();
  const pids = new Set<number>();
  const counts = { right: 0, died: 0, killed: 0, callbacks: 0 };
  function* submitter(name: number) {
    for (let i = 0; !over.isSet(); i++) {
      const choice = next();
      const job =
        choice < 0.4
          ? pool.submit(jobs.add, name, i)
          : choice < 0.7
            ? pool.submit(jobs.nap, choice / 50, name + i)
            : choice < 0.9
              ? pool.submit(jobs.compute, name + i > 5 ? 5 : name + i)
              : pool.submit(jobs.pid);
      job.addDoneCallback(() => counts.callbacks++);
      try {
        const result = yield* job;
        if (choice >= 0.9) pids.add(result);
        else if (choice < 0.7) expect(result).toBe(name + i);
        counts.right++;
      } catch (error) {
        if (!(error instanceof WorkerDiedError)) throw error;
        counts.died++;
      }
    }
  }
  function* killer() {
    while (counts.killed < KILLS) {
      yield* sleep(next() / 100);
      const pid = [...pids].at(-1);
      const exits = pool.submit(jobs.exit, 1);
      if (pid !== undefined && pid !== process.pid) {
        pids.delete(pid);
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
      try {
        yield* exits;
      } catch (error) {
        if (!(error instanceof WorkerDiedError)) throw error;
        counts.killed++;
      }
    }
    over.set();
  }
  const submitters = Array.from({ length: 12 }, (_, name) => createTask(submitter(name)));
  yield* killer();
  yield* gather(submitters);
  return counts;
}

const makers: [name: string, make: () => PoolExecutor][] = [
  ["ThreadPoolExecutor", () => new ThreadPoolExecutor({ size: 3, execArgv: [] })],
  ["ProcessPoolExecutor", () => new ProcessPoolExecutor({ size: 3, execArgv: [] })],
];

test.each(makers)(
  `%s loses and doubles nothing when ${KILLS} workers are killed`,
  async (_name, make) => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}`);
    const pool = make();
    const counts = await run(() => asyncWith(pool, () => endure(pool, seed)));
    expect(counts.callbacks).toBe(counts.right + counts.died);
    const { cancelled, completed, died, failed, queued, running, workers } = pool.stats();
    expect({ cancelled, queued, running, workers }).toEqual({
      cancelled: 0,
      queued: 0,
      running: 0,
      workers: 0,
    });
    expect(completed).toBe(counts.right);
    expect(failed).toBe(counts.died + counts.killed);
    expect(died).toBeGreaterThanOrEqual(KILLS);
  },
);
