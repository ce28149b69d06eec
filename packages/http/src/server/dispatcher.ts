/**
 * The way from Node's callbacks into a run. What a callback hands over is done by a task of the run, so that the tasks it
 * makes belong to the run and end with it.
 *
 * The task is woken by `setImmediate`, after Node has read all sockets that were ready: under load one wake does for ten
 * requests. Woken at each request, in the callback's own microtask checkpoint, "hello, world" took 1 µs of 12 longer.
 */
import { type Coroutine, createTask, type Future, type Loop, type Task } from "tsyncio";

/** What is to be done: a function, or something that comes often enough to go without one. */
export type Job = (() => void) | { arrive(): void };

export class Dispatcher {
  readonly task: Task<void>;
  readonly #loop: Loop;
  readonly #onEnd: () => void;
  #jobs: Job[] = [];
  /** What the task waits for, until it is asked to wake. */
  #idle: Future<void> | undefined;

  /** @param onEnd - called when the task ends, however it does. */
  constructor(loop: Loop, name: string, onEnd: () => void) {
    this.#loop = loop;
    this.#onEnd = onEnd;
    this.task = createTask(this.#serve(), { name });
  }

  /** Has `job` done in a step of the task; it must not raise. */
  post(job: Job): void {
    this.#jobs.push(job);
    const idle = this.#idle;
    if (idle === undefined) return;
    this.#idle = undefined;
    setImmediate(wake, idle);
  }

  *#serve(): Coroutine<void> {
    try {
      for (;;) {
        if (this.#jobs.length === 0) {
          const idle = this.#loop.createFuture<void>();
          this.#idle = idle;
          yield* idle;
        }
        const jobs = this.#jobs;
        this.#jobs = [];
        for (const job of jobs) {
          if (typeof job === "function") job();
          else job.arrive();
        }
      }
    } finally {
      this.#idle = undefined;
      this.#onEnd();
    }
  }
}

function wake(idle: Future<void>): void {
  if (!idle.done()) idle.setResult();
}
