/**
 * Real time in one synchronous call: the thread sleeps while nothing is ready. For scripts and tests that use only the
 * loop's own timers; promises, I/O and other callbacks of the engine cannot run meanwhile.
 */
import { deadlockError } from "../../kernel/deadlock.js";
import type { Host } from "../../kernel/host.js";
import type { Loop } from "../../kernel/loop.js";

/** The longest single sleep; a sleep is repeated until its deadline. */
const LONGEST_MS = 0x7fffffff;

/** A host that blocks its thread until the next deadline. Not in a browser's main thread, which may not be blocked. */
export class BlockingHost implements Host {
  readonly name = "blocking";
  readonly resolution = 1e-9;
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));

  now(): number {
    return performance.now() / 1000;
  }

  waitUntil(when: number): void {
    for (let left = when - this.now(); left > 0; left = when - this.now()) {
      Atomics.wait(this.#cell, 0, 0, Math.min(left * 1000, LONGEST_MS));
    }
  }

  deadlock(loop: Loop): Error {
    return deadlockError(loop);
  }

  soon(): void {}

  later(): void {}

  alarm(): void {}
}
