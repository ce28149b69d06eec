/** What is compared. Loaded by each worker, so it does nothing else. */

import { defineJobs } from "@tsyncio/workers";
import { sleep } from "tsyncio";

export const jobs = defineJobs(import.meta.url, {
  /** Waits, and lets others run meanwhile. */
  *wait(seconds: number) {
    yield* sleep(seconds);
    return seconds;
  },

  /** Waits as a call does that knows no loop: nothing else runs on its thread. */
  blockingWait(seconds: number): number {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
    return seconds;
  },

  /** Computes: counts the primes below `limit`. */
  countPrimes(limit: number): number {
    let primes = 0;
    for (let n = 2; n < limit; n++) if (isPrime(n)) primes++;
    return primes;
  },
});

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
