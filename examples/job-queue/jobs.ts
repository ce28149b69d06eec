/** What the workers of the example can do. Loaded by each of them, so it does nothing else. */

import { currentJob, defineJobs } from "@tsyncio/workers";
import { sleep } from "tsyncio";

export const jobs = defineJobs(import.meta.url, {
  /** Counts the primes below `limit`: computes, and looks once in a while whether anybody still wants it. */
  primesBelow(limit: number): number {
    const job = currentJob();
    let primes = 0;
    for (let n = 2; n < limit; n++) {
      if (isPrime(n)) primes++;
      if (n % 1000 === 0 && job.cancelled()) throw new Error("cancelled");
    }
    return primes;
  },

  /** Sends an invoice to a post office that is closed at the first attempt. */
  *sendInvoice(customer: string) {
    const { attempt, log } = currentJob();
    yield* sleep(0.01);
    log(`attempt ${attempt} for ${customer}`);
    if (attempt === 1) throw new Error("the post office is closed");
    return `invoice for ${customer} sent at attempt ${attempt}`;
  },

  /** Copies a number of pages, and tells how far it is. */
  *copyPages(pages: number) {
    for (let page = 1; page <= pages; page++) {
      yield* sleep(0.01);
      currentJob().progress(`page ${page} of ${pages}`);
    }
    return pages;
  },
});

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
