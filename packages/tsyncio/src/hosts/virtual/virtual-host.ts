/**
 * A host whose clock stands still while anything is ready and jumps to the next deadline when nothing is: a program of
 * hours runs in milliseconds, and always in the same order.
 */
import { deadlockError } from "../../kernel/deadlock.js";
import type { Host } from "../../kernel/host.js";
import type { Loop } from "../../kernel/loop.js";

/** Virtual time, for programs that run to their end in one synchronous call. */
export class VirtualHost implements Host {
  readonly name = "virtual";
  readonly resolution = 1e-9;
  #now: number;

  /** @param start - the clock's first reading, in seconds. */
  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  waitUntil(when: number): void {
    if (when > this.#now) this.#now = when;
  }

  deadlock(loop: Loop): Error {
    return deadlockError(loop);
  }

  soon(): void {}

  later(): void {}

  alarm(): void {}
}
