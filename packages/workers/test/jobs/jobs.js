/** The jobs of the tests. What a job leaves behind in its worker, `marks`, a later job of the same worker can see. */
import { currentJob, defineJobs, transfer } from "@tsyncio/workers";
import { asyncGenerator, ContextVar, currentTask, Event, ExceptionGroup, sleep } from "tsyncio";

const marks = [];
const changed = new Event();

function mark(text) {
  marks.push(text);
  changed.set();
  changed.clear();
}

class Oddity extends Error {
  name = "Oddity";
  code = "ERR_ODD";
  details = { depth: 3 };
  notify = () => {};
}

export const variable = new ContextVar("tests.variable", { default: "not set" });

export const jobs = defineJobs(import.meta.url, {
  add(a, b) {
    return a + b;
  },
  *nap(seconds, value) {
    yield* sleep(seconds);
    return value;
  },
  async plainPromise(value) {
    await Promise.resolve();
    return value;
  },
  self() {
    const { attempt, id, name } = currentJob();
    return { attempt, id, name };
  },
  readVariable() {
    return variable.get();
  },
  pid() {
    return process.pid;
  },
  marks() {
    return [...marks];
  },
  mark(text) {
    mark(text);
  },
  *untilMarked(text) {
    while (!marks.includes(text)) yield* changed.wait();
    return [...marks];
  },

  *cancellable(name) {
    try {
      mark(`${name} waits`);
      yield* sleep(60);
    } catch (error) {
      mark(`${error.name} ${error.message}`);
      throw error;
    } finally {
      yield* sleep(0.01);
      mark(`${name} cleaned up`);
    }
  },
  *stubborn() {
    currentJob().progress("begun");
    for (;;) {
      try {
        yield* sleep(60);
      } catch {
        mark("swallowed");
      }
    }
  },
  *cancelItself() {
    currentTask().cancel("enough");
    yield* sleep(60);
  },
  computeUntilCancelled() {
    currentJob().progress("computing");
    while (!currentJob().cancelled());
    mark("stopped by itself");
  },
  compute(ms) {
    currentJob().progress("computing");
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ms;
  },

  remaining() {
    return currentJob().remaining();
  },
  report() {
    const job = currentJob();
    for (let i = 1; i <= 3; i++) job.progress({ step: i });
    job.log("half way");
    job.log("nearly there");
    return "reported";
  },
  reportsFunction() {
    currentJob().progress(() => {});
  },

  numbers(count) {
    let made = 0;
    return asyncGenerator(function* (emit) {
      try {
        for (; made < count; made++) yield* emit(made);
      } finally {
        mark(`made ${made}`);
      }
    });
  },
  list() {
    return ["a", "b"];
  },
  *brokenNumbers() {
    yield* sleep(0);
    return asyncGenerator(function* (emit) {
      yield* emit(1);
      throw new RangeError("no more numbers");
    });
  },

  throwOdd() {
    throw new Oddity("odd", { cause: new TypeError("the cause") });
  },
  *throwGroup() {
    yield* sleep(0);
    throw new ExceptionGroup("several", [new RangeError("one"), new Oddity("two")]);
  },
  throwText() {
    throw "only text";
  },
  giveFunction() {
    return { callback: () => {} };
  },
  giveBytes(count) {
    return new Uint8Array(count).fill(7);
  },
  giveMoved(count) {
    const bytes = new Uint8Array(count).fill(7);
    return transfer(bytes, [bytes.buffer]);
  },
  sum(bytes) {
    return bytes.reduce((total, byte) => total + byte, 0);
  },
  increment(shared) {
    return Atomics.add(new Int32Array(shared), 0, 1);
  },

  exit(code) {
    process.exit(code);
  },
  crashLater() {
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
    return new Promise(() => {});
  },
  *exhaustMemory() {
    const hoard = [];
    for (;;) {
      hoard.push(new Array(100_000).fill(hoard.length));
      if (hoard.length % 100 === 0) yield* sleep(0);
    }
  },
});
