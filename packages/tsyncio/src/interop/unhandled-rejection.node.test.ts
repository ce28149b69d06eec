import { describe, expect, it } from "vitest";
import {
  createTask,
  Future,
  fromPromise,
  gather,
  run,
  shield,
  sleep,
  wait,
  waitFor,
} from "../index.js";
import { raisedBy } from "../structured/steps.contract.js";

/** What Node takes for unhandled rejections while `body` runs, and a macrotask longer. */
async function unhandledDuring(body: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => seen.push((reason as Error).message));
  try {
    await body();
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  return seen;
}

function late(message: string): Promise<never> {
  return new Promise((_resolve, reject) => setTimeout(() => reject(new Error(message)), 1));
}

describe("unhandled rejections", () => {
  it("fromPromise() that was cancelled makes none of a later error", async () => {
    const unhandled = await unhandledDuring(() =>
      run(function* main() {
        const promise = late("late");
        const task = createTask(fromPromise(promise));
        yield* sleep(0);
        task.cancel();
        yield* raisedBy(task);
        yield* sleep("10ms");
      }),
    );
    expect(unhandled).toEqual([]);
  });

  it("fromPromise() that raised its error makes none of it", async () => {
    const unhandled = await unhandledDuring(() =>
      run(function* main() {
        yield* raisedBy(fromPromise(late("raised")));
      }),
    );
    expect(unhandled).toEqual([]);
  });

  it("gather(), wait(), waitFor() and shield() make none of a promise they were given", async () => {
    const unhandled = await unhandledDuring(() =>
      run(function* main() {
        yield* raisedBy(gather(late("a"), late("b")));
        yield* wait([late("c")]);
        yield* raisedBy(waitFor(late("d"), 1));
        yield* raisedBy(shield(late("e")));
        yield* raisedBy(waitFor(late("f"), 0));
        yield* sleep("10ms");
      }),
    );
    expect(unhandled).toEqual([]);
  });

  it("a task or future that fails makes none: its loop reports it", async () => {
    const unhandled = await unhandledDuring(() =>
      run(function* main() {
        const task = createTask(function* fails() {
          throw new Error("task");
        });
        const future = new Future<number>();
        future.setException(new Error("future"));
        yield* sleep(0);
        yield* sleep(0);
        task.exception();
        future.exception();
      }),
    );
    expect(unhandled).toEqual([]);
  });

  it("Task.then() and Task.finally() make one when nobody catches what they return, as a promise's do", async () => {
    const unhandled = await unhandledDuring(() =>
      run(function* main() {
        const task = createTask(function* fails() {
          throw new Error("task");
        });
        void task.then(() => {});
        void task.finally(() => {});
        yield* raisedBy(task);
      }),
    );
    expect(unhandled).toEqual(["task", "task"]);
  });

  it("run() that rejects makes one when nobody catches it", async () => {
    const unhandled = await unhandledDuring(async () => {
      void run(function* main() {
        throw new Error("main");
      });
      await new Promise((resolve) => setTimeout(resolve));
    });
    expect(unhandled).toEqual(["main"]);
  });
});
