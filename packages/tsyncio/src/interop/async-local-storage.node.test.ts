import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import {
  asyncFor,
  asyncGenerator,
  asyncWith,
  type Coroutine,
  createTask,
  Event,
  Future,
  fromPromise,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  run,
  sleep,
  TaskGroup,
  timeout,
} from "../index.js";

// Made and used before the tests with stores: once a store was seen the host looks for more.
describe("a program without stores", () => {
  it("run() makes one async resource to look for a store, however many tasks and waits there are", async () => {
    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => void made.push(type) }).enable();
    try {
      await run(function* main() {
        const queue = new Queue<number>();
        yield* asyncWith(new TaskGroup(), function* block(group) {
          for (let n = 0; n < 50; n++) {
            group.createTask(function* member() {
              yield* sleep(0);
              yield* queue.put(n);
              yield* sleep("1ms");
              yield* queue.get();
            });
          }
        });
        yield* gather(Array.from({ length: 50 }, () => asyncWith(timeout(5), () => sleep("1ms"))));
      });
    } finally {
      hook.disable();
    }
    expect(made.filter((type) => type.startsWith("tsyncio")).length).toBeLessThanOrEqual(1);
  });
});

describe("callbacks without stores", () => {
  it("Loop.callSoon() in a callback makes no async resource", async () => {
    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => void made.push(type) }).enable();
    try {
      await run(function* main() {
        const loop = getRunningLoop();
        const done = new Future<void>();
        let left = 50;
        const tick = (): void => {
          if (--left === 0) done.setResult();
          else loop.callSoon(tick);
        };
        loop.callSoon(tick);
        yield* done;
      });
    } finally {
      hook.disable();
    }
    expect(made.filter((type) => type.startsWith("tsyncio")).length).toBeLessThanOrEqual(1);
  });
});

describe("a store entered inside a step", () => {
  it("AsyncLocalStorage.enterWith() in a task of a run without a store is not seen in other runs", async () => {
    const storage = new AsyncLocalStorage<string>();
    await run(function* main() {
      yield* sleep(0);
      storage.enterWith("leaked");
      yield* sleep(0);
    });
    const seen = await run(function* main() {
      yield* sleep("1ms");
      return storage.getStore();
    });
    expect([seen, storage.getStore()]).toEqual([undefined, undefined]);
  });
});

describe("a store around run()", () => {
  const storage = new AsyncLocalStorage<string>();
  const store = (): string | undefined => storage.getStore();

  it("AsyncLocalStorage.run() around run() is seen in every step", async () => {
    const seen = await storage.run("mine", () =>
      run(function* main() {
        const seen = [store()];
        yield* sleep(0);
        seen.push(store());
        yield* sleep("1ms");
        seen.push(store());
        yield* fromPromise(Promise.resolve());
        seen.push(store());
        yield* fromPromise(new Promise((resolve) => setImmediate(resolve)));
        seen.push(store());
        return seen;
      }),
    );
    expect(seen).toEqual(["mine", "mine", "mine", "mine", "mine"]);
    expect(store()).toBe(undefined);
  });

  it("AsyncLocalStorage stores of overlapping runs stay apart, whoever wakes whom", async () => {
    const lock = new Lock();
    const event = new Event();
    const queue = new Queue<string>();
    function* body(name: string): Coroutine<(string | undefined)[]> {
      const seen = [store()];
      yield* lock.acquire();
      seen.push(store());
      yield* sleep("1ms");
      lock.release();
      yield* queue.put(name);
      seen.push(store());
      if (queue.qsize() === 3) event.set();
      yield* event.wait();
      seen.push(store());
      yield* queue.get();
      seen.push(store());
      yield* fromPromise(Promise.resolve());
      seen.push(store());
      return seen;
    }
    const names = ["a", "b", "c"];
    const seen = await Promise.all(names.map((name) => storage.run(name, () => run(body(name)))));
    expect(seen).toEqual(names.map((name) => Array.from({ length: 6 }, () => name)));
  });

  it("AsyncLocalStorage stores are not seen by a run without one beside them", async () => {
    const event = new Event();
    function* body(): Coroutine<(string | undefined)[]> {
      const before = store();
      yield* event.wait();
      return [before, store()];
    }
    const waiting = [run(body()), storage.run("mine", () => run(body())), run(body())];
    await storage.run("waker's", () =>
      run(function* main() {
        yield* sleep(0);
        event.set();
      }),
    );
    expect(await Promise.all(waiting)).toEqual([
      [undefined, undefined],
      ["mine", "mine"],
      [undefined, undefined],
    ]);
  });

  it("AsyncLocalStorage stores are inherited by tasks, at any depth", async () => {
    function* depth(n: number): Coroutine<unknown[]> {
      yield* sleep("1ms");
      const below = n === 0 ? [] : yield* createTask(depth(n - 1));
      return [store(), ...below];
    }
    const seen = await storage.run("mine", () => run(depth(3)));
    expect(seen).toEqual(["mine", "mine", "mine", "mine"]);
  });

  it("AsyncLocalStorage stores are seen in callbacks and timers that a step sets", async () => {
    const seen = await storage.run("mine", () =>
      run(function* main() {
        const seen: unknown[] = [];
        const loop = getRunningLoop();
        loop.callSoon(() => {
          seen.push(store());
          loop.callLater(0.001, () => seen.push(store()));
        });
        yield* sleep("10ms");
        return seen;
      }),
    );
    expect(seen).toEqual(["mine", "mine"]);
  });

  it("AsyncLocalStorage stores are seen in a done callback, where it was added", async () => {
    const seen: unknown[] = [];
    await storage.run("mine", () =>
      run(function* main() {
        const future = new Future<void>();
        future.addDoneCallback(() => seen.push(store()));
        storage.run("setter's", () => getRunningLoop().callSoon(() => future.setResult()));
        yield* future;
        yield* sleep(0);
      }),
    );
    expect(seen).toEqual(["mine"]);
  });

  it("AsyncLocalStorage stores are seen in generators, blocks and what they await", async () => {
    const seen = await storage.run("mine", () =>
      run(function* main() {
        const seen: unknown[] = [];
        const source = asyncGenerator<string | undefined>(function* (emit) {
          yield* sleep("1ms");
          yield* emit(store());
        });
        yield* asyncFor(source, function* block(item) {
          yield* asyncWith(timeout(5), function* inner() {
            yield* sleep("1ms");
            seen.push(item, store());
          });
        });
        return seen;
      }),
    );
    expect(seen).toEqual(["mine", "mine"]);
  });

  it("AsyncLocalStorage stores are seen by the async function that a step calls", async () => {
    const seen = await storage.run("mine", () =>
      run(function* main() {
        return yield* fromPromise(async () => {
          const before = store();
          await new Promise((resolve) => setImmediate(resolve));
          return [before, store()];
        });
      }),
    );
    expect(seen).toEqual(["mine", "mine"]);
  });

  it("a step keeps its own store when a host callback with another one wakes it", async () => {
    const emitter = new EventEmitter();
    const seen = storage.run("mine", () =>
      run(function* main() {
        const future = new Future<string | undefined>();
        emitter.once("event", () => future.setResult(store()));
        return [yield* future, store()];
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    storage.run("emitter's", () => emitter.emit("event"));
    expect(await seen).toEqual(["emitter's", "mine"]);
  });

  it("AsyncLocalStorage.run() inside a step gives its store to the tasks made in it", async () => {
    const seen = await storage.run("outer", () =>
      run(function* main() {
        function* child(): Coroutine<unknown[]> {
          const before = store();
          yield* sleep("1ms");
          return [before, store()];
        }
        const inner = storage.run("inner", () => createTask(child()));
        const outer = createTask(child());
        return [yield* inner, yield* outer, store()];
      }),
    );
    expect(seen).toEqual([["inner", "inner"], ["outer", "outer"], "outer"]);
  });

  it("a task awaited by plain async code leaves that code its own store", async () => {
    const loop = await run(function* main() {
      return getRunningLoop();
    });
    const seen = await storage.run("plain's", async () => {
      const task = storage.run("task's", () =>
        loop.createTask(function* body() {
          yield* sleep("1ms");
          return store();
        }),
      );
      return [await task, store()];
    });
    expect(seen).toEqual(["task's", "plain's"]);
  });
});
