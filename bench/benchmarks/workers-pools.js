/**
 * The pools that the worker benchmarks compare, each with two threads that have been started and have done a call. A
 * `Call` gives a promise, but for tsyncio, whose programs await a job as they await everything.
 */
import { Worker } from "node:worker_threads";

/** @typedef {"noop" | "spin"} Name */
/** @typedef {(name: Name, argument: number) => PromiseLike<unknown>} Call */

/** @param {string} file */
function beside(file) {
  return new URL(file, import.meta.url);
}

/** Two bare threads that take turns. @template R @param {(call: Call) => Promise<R>} use @returns {Promise<R>} */
export async function withRaw(use) {
  /** @type {Map<number, (value: unknown) => void>} */
  const waiting = new Map();
  const workers = [0, 1].map(() => {
    const worker = new Worker(beside("workers-raw.js"));
    worker.on("message", ({ id, result }) => {
      const resolve = waiting.get(id);
      waiting.delete(id);
      resolve?.(result);
    });
    return worker;
  });
  let last = 0;
  /** @type {Call} */
  const call = (name, argument) =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      workers[id % 2]?.postMessage({ argument, id, name });
    });
  await Promise.all([call("noop", 0), call("noop", 0)]);
  const result = await use(call);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return result;
}

/** @template R @param {(call: Call) => Promise<R>} use @returns {Promise<R>} */
export async function withPiscina(use) {
  const { Piscina } = await import("piscina");
  const filename = beside("workers-functions.js").href;
  const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
  await Promise.all([pool.run(20, { name: "spin" }), pool.run(20, { name: "spin" })]);
  const result = await use((name, argument) => pool.run(argument, { name }));
  await pool.destroy();
  return result;
}

/** @template R @param {(call: Call) => Promise<R>} use @returns {Promise<R>} */
export async function withTinypool(use) {
  const { Tinypool } = await import("tinypool");
  const filename = beside("workers-functions.js").href;
  const pool = new Tinypool({ filename, minThreads: 2, maxThreads: 2 });
  await Promise.all([pool.run(20, { name: "spin" }), pool.run(20, { name: "spin" })]);
  const result = await use((name, argument) => pool.run(argument, { name }));
  await pool.destroy();
  return result;
}

/** @template R @param {(call: Call) => Promise<R>} use @returns {Promise<R>} */
export async function withWorkerpool(use) {
  const { default: workerpool } = await import("workerpool");
  const file = beside("workers-workerpool.js").pathname;
  const pool = workerpool.pool(file, { minWorkers: 2, maxWorkers: 2, workerType: "thread" });
  await Promise.all([pool.exec("spin", [20]), pool.exec("spin", [20])]);
  const result = await use((name, argument) => Promise.resolve(pool.exec(name, [argument])));
  await pool.terminate();
  return result;
}

/**
 * @template R
 * @param {(pool: import("@tsyncio/workers").ThreadPoolExecutor, jobs: import("./workers-jobs.js").BenchJobs) => import("tsyncio").Coroutine<R>} use
 * @returns {Promise<R>}
 */
export async function withTsyncio(use) {
  const { asyncWith, run } = await import("tsyncio");
  const { ThreadPoolExecutor } = await import("@tsyncio/workers");
  const { jobs } = await import("./workers-jobs.js");
  return run(function* main() {
    // Of the options of this process, the threads need none.
    const pool = new ThreadPoolExecutor({ size: 2, execArgv: [] });
    return yield* asyncWith(pool, function* measure() {
      yield* pool.map(jobs.spin, [20, 20]);
      return yield* use(pool, jobs);
    });
  });
}
