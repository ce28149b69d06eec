/** Streams of results: the items that a worker sends wait in a queue, and are paid for when they are taken. */
import { asyncGenerator, type CoroutineGenerator, Queue, QueueShutDown } from "tsyncio";
import type { PoolJob, StreamEnd } from "./pool-job.js";
import { ALLOW } from "./protocol.js";

/** Items that a job may be ahead of its consumer. */
const AHEAD = 32;

/** The items of the job that `submit` starts. */
export function streamOf<T>(submit: (end: StreamEnd) => PoolJob): CoroutineGenerator<T> {
  return asyncGenerator<T>(function* stream(emit) {
    const items = new Queue<unknown>();
    const job = submit({ credit: AHEAD, push: (item) => items.putNowait(item) });
    job.addDoneCallback(() => items.shutdown());
    let taken = 0;
    try {
      for (;;) {
        yield* emit((yield* items.get()) as T);
        if (++taken < AHEAD / 2) continue;
        job.worker?.order([ALLOW, job.slot, taken]);
        job.worker?.send();
        taken = 0;
      }
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
      yield* job;
    } finally {
      job.cancel();
    }
  });
}
