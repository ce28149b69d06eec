/** Tasks cancelled while they wait for a queue of any kind lose neither items nor places. */
import { expect, it } from "vitest";
import { type Coroutine, createTask, gather, QueueShutDown, sleep } from "../index.js";
import { cancelAtEveryTurn } from "../sync/cancel-injection.contract.js";
import { runVirtual } from "../testing.js";
import type { MakeQueue } from "./queue.contract.js";

export function cancellationContract(name: string, make: MakeQueue): void {
  cancelContract(make);
  conservationContract(name, make);
}

function cancelContract(make: MakeQueue): void {
  it("get() cancelled while waiting takes nothing and leaves no waiter", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      const getter = createTask(queue.get());
      yield* sleep(0);
      getter.cancel();
      const text = String(queue);
      queue.putNowait(1);
      yield* gather([getter], { returnExceptions: true });
      return [getter.cancelled(), queue.qsize(), text.includes("getters")];
    });
    expect(seen).toEqual([true, 1, false]);
  });

  it("get() cancelled after being woken leaves the item to the next", () => {
    const seen = runVirtual(function* main() {
      const queue = make();
      const [first, second] = [createTask(queue.get()), createTask(queue.get())];
      yield* sleep(0);
      queue.putNowait(1);
      first.cancel();
      yield* gather([first], { returnExceptions: true });
      return [first.cancelled(), yield* second, queue.qsize()];
    });
    expect(seen).toEqual([true, 1, 0]);
  });

  it("put() cancelled while waiting puts nothing", () => {
    const seen = runVirtual(function* main() {
      const queue = make(1);
      queue.putNowait(1);
      const [first, second] = [createTask(queue.put(2)), createTask(queue.put(3))];
      yield* sleep(0);
      first.cancel();
      yield* sleep(0);
      const seen = [yield* queue.get()];
      yield* second;
      return [...seen, queue.getNowait(), first.cancelled(), queue.qsize()];
    });
    expect(seen).toEqual([1, 3, true, 0]);
  });

  it("put() cancelled after being woken leaves the place to the next", () => {
    const seen = runVirtual(function* main() {
      const queue = make(1);
      queue.putNowait(1);
      const [first, second] = [createTask(queue.put(2)), createTask(queue.put(3))];
      yield* sleep(0);
      const seen = [queue.getNowait()];
      first.cancel();
      yield* second;
      return [...seen, queue.getNowait(), first.cancelled(), queue.qsize()];
    });
    expect(seen).toEqual([1, 3, true, 0]);
  });

  it("put() and get() awaited twice are errors", () => {
    const queue = make();
    for (const wait of [queue.put(1), queue.get()]) {
      const twice = function* main(): Coroutine<void> {
        yield* wait as Coroutine<unknown>;
        yield* wait as Coroutine<unknown>;
      };
      expect(() => runVirtual(twice)).toThrow(
        expect.objectContaining({ code: "ERR_AWAITED_TWICE" }),
      );
    }
  });
}

function conservationContract(name: string, make: MakeQueue): void {
  it("every item that was put is taken or left, whoever is cancelled in whichever turn", () => {
    const runs = cancelAtEveryTurn(() => {
      const queue = make(1);
      const put: number[] = [];
      const taken: number[] = [];
      function* produce(from: number): Coroutine<void> {
        for (const item of [from, from + 1]) {
          yield* queue.put(item);
          put.push(item);
          yield* sleep(0);
        }
      }
      function* consume(): Coroutine<void> {
        try {
          for (;;) {
            taken.push(yield* queue.get());
            queue.taskDone();
          }
        } catch (error) {
          if (!(error instanceof QueueShutDown)) throw error;
        }
      }
      function* end(): Coroutine<void> {
        for (let turn = 0; turn < 14; turn++) yield* sleep(0);
        while (!queue.empty()) yield* sleep(0);
        queue.shutdown();
      }
      return {
        workers: [() => produce(1), () => produce(11), consume, consume],
        helper: end,
        *check() {
          const left = queue.qsize() > 0 ? [queue.getNowait()] : [];
          expect(ascending([...taken, ...left])).toEqual(ascending(put));
          expect(String(queue)).toBe(
            `<${name} [maxsize=1 size=0${left.length > 0 ? " tasks=1" : ""} shutdown]>`,
          );
        },
      };
    });
    expect(runs).toBeGreaterThan(200);
  });

  it("no item lies in the queue while a getter waits, whoever is cancelled in whichever turn", () => {
    const runs = cancelAtEveryTurn(() => {
      const queue = make();
      let taken = 0;
      function* takeOne(): Coroutine<void> {
        yield* queue.get();
        taken++;
      }
      function* feed(): Coroutine<void> {
        queue.putNowait(1);
        queue.putNowait(2);
        yield* sleep(0);
        queue.putNowait(3);
      }
      return {
        workers: [takeOne, takeOne, takeOne],
        helper: feed,
        *check() {
          expect(taken + queue.qsize()).toBe(3);
        },
      };
    });
    expect(runs).toBeGreaterThan(10);
  });
}

function ascending(items: readonly number[]): number[] {
  return [...items].sort((a, b) => a - b);
}
