/** What holds for every kind of queue, whichever item is next. */
import { describe, expect, it } from "vitest";
import { type Coroutine, createTask, gather, QueueEmpty, QueueFull, sleep } from "../index.js";
import { HOSTS } from "../sync/hosts.contract.js";
import { runVirtual } from "../testing.js";
import type { Queue } from "./queue.js";
import { cancellationContract } from "./queue-cancellation.contract.js";
import { endContract } from "./queue-end.contract.js";

export type MakeQueue = (maxsize?: number) => Queue<number>;

export function queueContract(name: string, make: MakeQueue): void {
  for (const [host, start] of HOSTS) {
    describe(`${name} on ${host}`, () => {
      it("get() waits for an item", async () => {
        const seen = await start(function* main() {
          const queue = make();
          const getter = createTask(queue.get());
          yield* sleep(0);
          const before = getter.done();
          yield* queue.put(7);
          return [before, yield* getter, queue.qsize()];
        });
        expect(seen).toEqual([false, 7, 0]);
      });

      it("put() waits for room", async () => {
        const seen = await start(function* main() {
          const queue = make(1);
          yield* queue.put(1);
          const putter = createTask(queue.put(2));
          yield* sleep(0);
          const seen: unknown[] = [putter.done(), queue.full(), yield* queue.get()];
          yield* putter;
          return [...seen, queue.qsize(), yield* queue.get(), queue.empty()];
        });
        expect(seen).toEqual([false, true, 1, 1, 2, true]);
      });

      it("get() serves waiters in FIFO order, one turn after the put", async () => {
        const log = await start(function* main() {
          const queue = make();
          const log: unknown[] = [];
          function* take(who: string): Coroutine<void> {
            log.push(`${who} ${yield* queue.get()}`);
          }
          const takers = ["a", "b", "c"].map((who) => createTask(take(who)));
          yield* sleep(0);
          queue.putNowait(1);
          yield* sleep(0);
          queue.putNowait(2);
          yield* sleep(0);
          queue.putNowait(3);
          log.push("put");
          yield* gather(takers);
          return log;
        });
        expect(log).toEqual(["a 1", "b 2", "put", "c 3"]);
      });

      it("moves many items from producers to consumers and loses none", async () => {
        const sum = await start(function* main() {
          const queue = make(3);
          let sum = 0;
          function* produce(from: number): Coroutine<void> {
            for (let item = from; item < 100; item += 2) yield* queue.put(item);
          }
          function* consume(): Coroutine<void> {
            for (let i = 0; i < 25; i++) {
              const item = yield* queue.get();
              sum += item;
            }
          }
          yield* gather([produce(0), produce(1), consume(), consume(), consume(), consume()]);
          return [sum, queue.empty()];
        });
        expect(sum).toEqual([4950, true]);
      });
    });
  }

  describe(name, () => {
    waitlessContract(make);
    orderContract(make);
    cancellationContract(name, make);
    endContract(make);

    it("a deadlock report names the wait", () => {
      expect(() => runVirtual(() => make().get())).toThrow(
        `waits for ${name}.get() on an empty queue`,
      );
      const full = make(1);
      full.putNowait(1);
      expect(() => runVirtual(() => full.put(2))).toThrow(
        `waits for ${name}.put() on a full queue of 1`,
      );
      const unfinished = make();
      unfinished.putNowait(1);
      expect(() => runVirtual(() => unfinished.join())).toThrow(
        `waits for ${name}.join() with 1 unfinished`,
      );
    });
  });
}

function waitlessContract(make: MakeQueue): void {
  it("putNowait() and getNowait() never wait and throw instead", () => {
    const queue = make(1);
    expect(() => queue.getNowait()).toThrow(QueueEmpty);
    queue.putNowait(1);
    expect(() => queue.putNowait(2)).toThrow(QueueFull);
    expect([queue.getNowait(), queue.qsize()]).toEqual([1, 0]);
  });

  it("maxsize of zero or less means any number of items", () => {
    for (const maxsize of [undefined, 0, -1]) {
      const queue = make(maxsize);
      for (let item = 0; item < 100; item++) queue.putNowait(item);
      expect([queue.full(), queue.qsize(), queue.maxsize]).toEqual([false, 100, maxsize ?? 0]);
    }
    expect(make(2).maxsize).toBe(2);
  });

  it("maxsize that is no number is an error", () => {
    for (const maxsize of [Number.NaN, "3" as unknown as number]) {
      expect(() => make(maxsize)).toThrow(
        expect.objectContaining({ name: "RangeError", code: "ERR_INVALID_ARG" }),
      );
    }
  });

  it("put() and get() that need not wait do not yield to the loop", () => {
    const log = runVirtual(function* main() {
      const queue = make(2);
      const log: unknown[] = [];
      const other = createTask(function* note() {
        log.push("other");
      });
      yield* queue.put(1);
      log.push(yield* queue.get());
      yield* make().join();
      yield* other;
      return log;
    });
    expect(log).toEqual([1, "other"]);
  });

  it("put() and get() do nothing when they are not awaited", () => {
    const queue = make(1);
    runVirtual(function* main() {
      queue.put(1);
      yield* queue.put(2);
      queue.get();
      yield* sleep(0);
    });
    expect([queue.getNowait(), queue.qsize()]).toEqual([2, 0]);
  });

  it("serves several loops when nobody waits, and one only when somebody does", () => {
    const queue = make();
    function* waitForItem(): Coroutine<number> {
      const getter = createTask(queue.get());
      yield* sleep(0);
      queue.putNowait(1);
      return yield* getter;
    }
    queue.putNowait(3);
    expect(runVirtual(() => queue.get())).toBe(3);
    expect(runVirtual(waitForItem)).toBe(1);
    queue.putNowait(3);
    expect(runVirtual(() => queue.get())).toBe(3);
    expect(() => runVirtual(waitForItem)).toThrow(
      expect.objectContaining({ code: "ERR_FOREIGN_LOOP" }),
    );
  });
}

function orderContract(make: MakeQueue): void {
  it("put() lets waiting producers in in FIFO order", () => {
    const log = runVirtual(function* main() {
      const queue = make(1);
      const log: number[] = [];
      function* put(item: number): Coroutine<void> {
        yield* queue.put(item);
        log.push(item);
      }
      queue.putNowait(0);
      const putters = [1, 2, 3].map((item) => createTask(put(item)));
      yield* sleep(0);
      for (let i = 0; i < 4; i++) {
        yield* queue.get();
        yield* sleep(0);
      }
      yield* gather(putters);
      return log;
    });
    expect(log).toEqual([1, 2, 3]);
  });

  it("getNowait() may take the item of a woken getter, which waits on behind the others", () => {
    const log = runVirtual(function* main() {
      const queue = make();
      const log: unknown[] = [];
      function* take(who: string): Coroutine<void> {
        yield* queue.get();
        log.push(who);
      }
      const takers = ["first", "second"].map((who) => createTask(take(who)));
      yield* sleep(0);
      queue.putNowait(1);
      log.push(`stolen ${queue.getNowait()}`);
      yield* sleep(0);
      queue.putNowait(2);
      queue.putNowait(3);
      yield* gather(takers);
      return log;
    });
    expect(log).toEqual(["stolen 1", "second", "first"]);
  });

  it("putNowait() may take the place of a woken putter, which waits on", () => {
    const seen = runVirtual(function* main() {
      const queue = make(1);
      queue.putNowait(1);
      const putter = createTask(queue.put(2));
      yield* sleep(0);
      const seen: unknown[] = [queue.getNowait()];
      queue.putNowait(3);
      yield* sleep(0);
      seen.push(putter.done(), yield* queue.get());
      yield* putter;
      return [...seen, queue.getNowait()];
    });
    expect(seen).toEqual([1, false, 3, 2]);
  });
}
