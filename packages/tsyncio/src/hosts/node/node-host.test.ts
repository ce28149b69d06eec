import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import {
  type Coroutine,
  createTask,
  Future,
  getRunningLoop,
  Loop,
  run,
  sleep,
} from "../../index.js";
import { hostContract } from "../host.contract.js";
import { NodeHost } from "./node-host.js";

hostContract("NodeHost", () => new NodeHost());

describe("a loop on NodeHost whose tasks reschedule for ever", () => {
  test.each<[string, (done: () => void) => void]>([
    ["setImmediate()", (done) => setImmediate(() => setImmediate(done))],
    ["process.nextTick()", (done) => setImmediate(() => process.nextTick(done))],
    ["I/O", (done) => readFile(new URL(import.meta.url), done)],
  ])("gives %s its turn", async (_name, start) => {
    let over = false;
    start(() => {
      over = true;
    });
    const spins = function* (): Coroutine<boolean> {
      while (!over) yield* sleep(0);
      return over;
    };
    expect(await run(spins, { host: new NodeHost() })).toBe(true);
  });
});

describe("Loop.debug on NodeHost", () => {
  test("says in which line of its generator a task stands after a slow step", async () => {
    const lines: string[] = [];
    const warn = vi.spyOn(console, "warn").mockImplementation((line) => void lines.push(line));
    const compute = (): void => {
      for (const end = performance.now() + 6; performance.now() < end; );
    };
    const slow = function* computes(): Coroutine<void> {
      compute();
      yield* sleep("1ms");
      compute();
    };
    const main = function* (): Coroutine<void> {
      getRunningLoop().slowCallbackDuration = 0.005;
      yield* createTask(slow, { name: "slow" });
    };
    await run(main, { host: new NodeHost(), debug: true }).finally(() => warn.mockRestore());
    const ofSlow = lines.filter((line) => line.includes('name="slow"'));
    const place = String.raw`took 0\.\d{3} seconds in computes \(.*node-host\.test\.ts.*:\d+\)$`;
    expect(ofSlow).toEqual([
      expect.stringMatching(new RegExp(`^Executing <Task pending name="slow" .*> ${place}`)),
      expect.stringMatching(new RegExp(`^Executing <Task finished .*name="slow"> ${place}`)),
    ]);
    // The wait is two lines below the head of the function, which is the place of what has ended.
    const [stands = 0, ended = 0] = ofSlow.map((line) => Number(/:(\d+)\)$/.exec(line)?.[1]));
    expect(stands - ended).toBe(2);
  });
});

describe("AsyncLocalStorage", () => {
  const storage = new AsyncLocalStorage<string>();

  test("is undefined where no store was entered", async () => {
    const seen = await run(function* main() {
      yield* sleep("1ms");
      return storage.getStore();
    });
    expect(seen).toBeUndefined();
  });

  test("of the place where run() was called is seen in its main, after every kind of wait", async () => {
    const program = function* (): Coroutine<(string | undefined)[]> {
      const loop = getRunningLoop();
      const seen = [storage.getStore()];
      yield* sleep(0);
      seen.push(storage.getStore());
      yield* sleep("1ms");
      seen.push(storage.getStore());
      const future = new Future<void>();
      setTimeout(() => future.setResult(undefined), 1);
      yield* future;
      seen.push(storage.getStore());
      loop.callSoon(() => seen.push(storage.getStore()));
      loop.callLater("1ms", () => seen.push(storage.getStore()));
      yield* sleep("3ms");
      return seen;
    };
    const [a, b, none] = await Promise.all([
      storage.run("a", () => run(program)),
      storage.run("b", () => run(program)),
      run(program),
    ]);
    expect(a).toEqual(Array(6).fill("a"));
    expect(b).toEqual(Array(6).fill("b"));
    expect(none).toEqual(Array(6).fill(undefined));
  });

  test("is inherited by the tasks that a task makes, at any depth", async () => {
    const nested = function* (depth: number): Coroutine<string | undefined> {
      yield* sleep(0);
      return depth === 0 ? storage.getStore() : yield* createTask(nested(depth - 1));
    };
    expect(await storage.run("inherited", () => run(nested(3)))).toBe("inherited");
  });

  test("of the program that wakes a task is not taken for the task's own", async () => {
    const loop = new Loop(new NodeHost());
    const future = loop.createFuture<void>();
    const task = loop.createTask(function* waits() {
      yield* future;
      return storage.getStore();
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    storage.run("the waker's", () => future.setResult(undefined));
    expect(await task).toBeUndefined();
    loop.close();
  });

  test("entered inside a task is seen in the tasks that are made there", async () => {
    const reads = function* (): Coroutine<string | undefined> {
      yield* sleep("1ms");
      return storage.getStore();
    };
    const seen = await storage.run("outer", () =>
      run(function* main() {
        const inner = storage.run("inner", () => createTask(reads()));
        const outer = createTask(reads());
        return [yield* inner, yield* outer, storage.getStore()];
      }),
    );
    expect(seen).toEqual(["inner", "outer", "outer"]);
  });

  test("does not leak from the loop to what the engine does next", async () => {
    const outside = new Promise<string | undefined>((resolve) => {
      setTimeout(() => resolve(storage.getStore()), 10);
    });
    await storage.run("inside", () => run(sleep("5ms")));
    expect(await outside).toBeUndefined();
    expect(storage.getStore()).toBeUndefined();
  });
});
