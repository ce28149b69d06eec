/**
 * What an executor and a worker that computes can still tell each other: two numbers in shared memory for each slot.
 *
 * | state | set by | leaves to |
 * | --- | --- | --- |
 * | SENT | executor, before it sends the job | BEGUN, TAKEN |
 * | BEGUN | worker, when it starts the job | |
 * | TAKEN | executor: the job is wanted back | |
 *
 * S1. SENT is left once: either the worker begins the job, or the executor has it back and may give it to another.
 * S2. The second number is the id of the job that was cancelled there, so that what comes late hits no other job.
 */
import { SLOTS } from "./protocol.js";

const SENT = 0;
const BEGUN = 1;
const TAKEN = 2;

export class Slots {
  readonly #numbers: Int32Array;

  constructor(buffer = new SharedArrayBuffer(SLOTS * 8)) {
    this.#numbers = new Int32Array(buffer);
  }

  /** What to give to the other side. */
  get buffer(): SharedArrayBuffer {
    return this.#numbers.buffer as SharedArrayBuffer;
  }

  sent(slot: number): void {
    Atomics.store(this.#numbers, 2 * slot, SENT);
  }

  /** The worker's: false when the job was taken back. */
  begin(slot: number): boolean {
    return Atomics.compareExchange(this.#numbers, 2 * slot, SENT, BEGUN) === SENT;
  }

  /** The executor's: false when the job has begun. */
  takeBack(slot: number): boolean {
    return Atomics.compareExchange(this.#numbers, 2 * slot, SENT, TAKEN) === SENT;
  }

  begun(slot: number): boolean {
    return Atomics.load(this.#numbers, 2 * slot) === BEGUN;
  }

  cancel(slot: number, id: number): void {
    Atomics.store(this.#numbers, 2 * slot + 1, id);
  }

  cancelled(slot: number, id: number): boolean {
    return Atomics.load(this.#numbers, 2 * slot + 1) === id;
  }
}
