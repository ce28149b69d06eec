import { appendFileSync, existsSync } from "node:fs";
import { currentJob, defineJobs } from "@tsyncio/workers";
import { sleep } from "tsyncio";

export const jobs = defineJobs(import.meta.url, {
  /** @param {number} a @param {number} b */
  add(a, b) {
    return a + b;
  },

  /** @template T @param {T} value */
  echo(value) {
    return value;
  },

  /** @param {number} seconds @param {string} [value] */
  *nap(seconds, value = "rested") {
    yield* sleep(seconds);
    return value;
  },

  self() {
    const { attempt, id, name } = currentJob();
    return { attempt, id, name };
  },

  *reports() {
    const job = currentJob();
    for (let i = 1; i <= 3; i++) {
      job.log(`line ${i}`);
      job.progress(i === 3 ? new Date(3) : { part: i });
      yield* sleep(0.01);
    }
  },

  fails() {
    throw Object.assign(new RangeError("too far", { cause: new TypeError("inner") }), {
      code: "ERR_FAR",
    });
  },

  /** Fails until its third attempt. */
  third() {
    const { attempt } = currentJob();
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return attempt;
  },

  never() {
    throw Object.assign(new Error("no use"), {
      name: "UnrecoverableError",
      attempt: currentJob().attempt,
    });
  },

  /** @param {number} bytes */
  large(bytes) {
    return "x".repeat(bytes);
  },

  unsendable() {
    return () => {};
  },

  exits() {
    process.exit(3);
  },

  /** Waits until it is cancelled, and writes down that it was. @param {string} file @param {number} number */
  *waits(file, number) {
    currentJob().progress("begun");
    try {
      yield* sleep(60);
    } finally {
      appendFileSync(file, `cleaned ${number}\n`);
    }
  },

  /** Waits until the file is there. @param {string} file */
  *waitsFor(file) {
    currentJob().progress("begun");
    while (!existsSync(file)) yield* sleep(0.01);
    return "open";
  },

  /** Computes until it is cancelled, and writes down that it was. @param {string} file */
  computes(file) {
    currentJob().progress("begun");
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      if (currentJob().cancelled()) {
        appendFileSync(file, "heard\n");
        return;
      }
    }
  },

  /** Writes down that it ran, then takes a while. @param {string} file @param {number} number @param {number} seconds */
  *noted(file, number, seconds) {
    appendFileSync(file, `${number}\n`);
    if (seconds > 0) {
      currentJob().progress("begun");
      yield* sleep(seconds);
    }
    return number;
  },
});
